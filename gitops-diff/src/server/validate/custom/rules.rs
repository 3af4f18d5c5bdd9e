//! Rules in CEL (`apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go`).

use std::fmt::Write as _;

use super::correlate::{Pair, same_item};
use crate::cel::{Compiled, Fail, OldSelf, Outcome, Subject};
use crate::schema::{JsonType, Rule, Structural};
use crate::server::Cause;
use crate::{Text, Value};

/// How many steps the rules of one object may take.
const BUDGET: u64 = 10_000_000;
/// How many steps one rule may take.
const PER_CALL: u64 = 1_000_000;
/// The longest message that an expression may make, in bytes.
const MAX_MESSAGE: usize = 5 * 1024;
const NO_BUDGET: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// Asks the rules of a schema and all below.
pub(super) fn check(of: &Structural, new: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut run = Run { left: BUDGET, path: String::new(), causes: Vec::new() };
    let pair = old.map(|old| Pair { of, new, old });
    let ratchet = Ratchet { pair, parent: None };
    let node = Node { ruled: of, of, root: true, new, old, ratchet };
    // Where the budget is spent, the causes say so.
    let _spent = run.node(node);
    run.causes
}

/// A value with the rules that are asked of it.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// Where the rules are: the type itself, or a part of its `allOf`.
    ruled: &'a Structural,
    of: &'a Structural,
    root: bool,
    new: &'a Value,
    old: Option<&'a Value>,
    ratchet: Ratchet<'a>,
}

/// What a value stood for before: what is as it was is not held against it.
#[derive(Clone, Copy)]
struct Ratchet<'a> {
    pair: Option<Pair<'a>>,
    /// The nearest value around that has an old one.
    parent: Option<Pair<'a>>,
}

struct Run {
    left: u64,
    path: String,
    causes: Vec<Cause>,
}

/// The budget is spent: no more rules are asked.
struct Spent;

impl<'a> Ratchet<'a> {
    fn below(self, child: impl FnOnce(Pair<'a>) -> Option<Pair<'a>>) -> Self {
        match self.pair {
            Some(pair) => Self { pair: child(pair), parent: Some(pair) },
            None => self,
        }
    }

    fn key(self, name: &str) -> Self {
        if self.pair.is_some() && self.parent.is_none() && matches!(name, "apiVersion" | "kind") {
            return Self { pair: None, parent: None };
        }
        self.below(|it| it.key(name))
    }

    fn is_same(self) -> bool {
        self.pair.or(self.parent).is_some_and(Pair::is_same)
    }
}

impl Run {
    fn node(&mut self, node: Node<'_>) -> Result<(), Spent> {
        if !node.ruled.is_ruled || node.new.is_null() {
            return Ok(());
        }
        self.rules(node)?;
        for ruled in node.ruled.checks.iter().flat_map(|it| &it.all_of) {
            let ratchet = Ratchet { pair: None, parent: node.ratchet.parent };
            self.node(Node { ruled, ratchet, ..node })?;
        }
        match node.new {
            Value::List(items) => self.items(node, items),
            Value::Map(members) => {
                for (name, value) in members.iter() {
                    self.member(node, name, value)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn items(&mut self, node: Node<'_>, items: &[Value]) -> Result<(), Spent> {
        let (Some(ruled), Some(of)) = (node.ruled.items.as_deref(), node.of.items.as_deref())
        else {
            return Ok(());
        };
        let before = node.old.and_then(Value::as_list).unwrap_or_default();
        for (at, new) in items.iter().enumerate() {
            let length = self.path.len();
            let _infallible = write!(self.path, "[{at}]");
            let old = same_item(node.of, before, new).filter(|it| !it.is_null());
            let ratchet = node.ratchet.below(|it| it.index(at));
            self.node(Node { ruled, of, root: of.embedded, new, old, ratchet })?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn member(&mut self, node: Node<'_>, name: &Text, new: &Value) -> Result<(), Spent> {
        let named = node.ruled.properties.get(name).zip(node.of.properties.get(name));
        let unnamed = node.ruled.others.of().zip(node.of.others.of());
        let Some((ruled, of)) = named.or(unnamed) else { return Ok(()) };
        let length = self.path.len();
        let _infallible = match (named, self.path.as_str()) {
            (Some(_), "") => write!(self.path, "{name}"),
            (Some(_), _) => write!(self.path, ".{name}"),
            (None, _) => write!(self.path, "[{name}]"),
        };
        let old = node.old.and_then(|it| it.get(name)).filter(|it| !it.is_null());
        let ratchet = node.ratchet.key(name);
        self.node(Node { ruled, of, root: of.embedded, new, old, ratchet })?;
        self.path.truncate(length);
        Ok(())
    }

    fn rules(&mut self, node: Node<'_>) -> Result<(), Spent> {
        if node.ruled.rules.is_empty() {
            return Ok(());
        }
        if self.left == 0 {
            self.failed(node, NO_BUDGET);
            return Err(Spent);
        }
        let compile = || Compiled::all(node.ruled, node.of, node.root);
        let compiled = node.ruled.programs.get_or_init(compile);
        for (rule, compiled) in node.ruled.rules.iter().zip(compiled) {
            self.rule(node, rule, compiled)?;
        }
        Ok(())
    }

    fn rule(&mut self, node: Node<'_>, rule: &Rule, compiled: &Compiled) -> Result<(), Spent> {
        let program = match &compiled.rule {
            None => return Ok(()),
            Some(Err(why)) => {
                self.failed(node, &format!("rule compile error: {why}"));
                return Ok(());
            }
            Some(Ok(program)) => program,
        };
        let old = match (rule.optional_old_self, node.old) {
            (true, old) => OldSelf::Optional(old),
            // What changes can only be judged where there was something.
            (false, None) if compiled.uses_old_self => return Ok(()),
            (false, None) => OldSelf::Missing,
            (false, Some(old)) => OldSelf::Value(old),
        };
        let subject = Subject { of: node.of, root: node.root, new: node.new, old };
        let (outcome, steps) = program.eval(subject, PER_CALL);
        if steps > self.left {
            self.failed(node, NO_BUDGET);
            return Err(Spent);
        }
        self.left -= steps;
        match outcome {
            Ok(Outcome::Bool(true)) => Ok(()),
            Ok(_) => self.broken(node, rule, compiled, subject),
            Err(why) => self.refused(node, rule, &why),
        }
    }

    /// A rule that has no answer.
    fn refused(&mut self, node: Node<'_>, rule: &Rule, why: &Fail) -> Result<(), Spent> {
        let text = if rule.message.is_empty() { &rule.expression } else { &rule.message }.trim();
        match why {
            Fail::NoOverload => self.failed(
                node,
                &format!(
                    "'no such overload': call arguments did not match a supported operator, \
                     function or macro signature for rule: {text}"
                ),
            ),
            Fail::Cost => {
                self.failed(
                    node,
                    &format!(
                        "'operation cancelled: actual cost limit exceeded': no further validation \
                         rules will be run due to call cost exceeds limit for rule: {text}"
                    ),
                );
                return Err(Spent);
            }
            Fail::Other(why) => self.failed(node, &format!("{why} evaluating rule: {text}")),
        }
        Ok(())
    }

    /// A rule that does not hold.
    fn broken(
        &mut self,
        node: Node<'_>,
        rule: &Rule,
        compiled: &Compiled,
        subject: Subject<'_>,
    ) -> Result<(), Spent> {
        let made = self.message(node, rule, compiled, subject)?;
        if !compiled.uses_old_self && node.ratchet.is_same() {
            return Ok(());
        }
        let detail = made.unwrap_or_else(|| match rule.message.trim() {
            "" => format!("failed rule: {}", rule.expression.trim()),
            message => message.to_owned(),
        });
        let cause = cause(self.field(&compiled.field), node, &rule.reason, &detail);
        let cause = if compiled.uses_old_self { cause.unchangeable() } else { cause };
        self.causes.push(cause);
        Ok(())
    }

    /// What the rule's own expression says; `None` where it has none, or says nothing of use.
    fn message(
        &mut self,
        node: Node<'_>,
        rule: &Rule,
        compiled: &Compiled,
        subject: Subject<'_>,
    ) -> Result<Option<String>, Spent> {
        let Some(program) = &compiled.message else { return Ok(None) };
        let (outcome, steps) = program.eval(subject, PER_CALL);
        let why = if steps > self.left {
            "messageExpression evaluation failed due to running out of cost budget, no further \
             validation rules will be run"
                .to_owned()
        } else if outcome == Err(Fail::Cost) {
            format!(
                "no further validation rules will be run due to call cost exceeds limit for \
                 messageExpression: {:?}",
                rule.message_expression
            )
        } else {
            self.left -= steps;
            let Ok(Outcome::Text(text)) = outcome else { return Ok(None) };
            let text = text.trim();
            let fits = !text.is_empty() && text.len() <= MAX_MESSAGE && !text.contains('\n');
            return Ok(fits.then(|| text.to_owned()));
        };
        self.failed(node, &why);
        Err(Spent)
    }

    fn field(&self, below: &str) -> String {
        match (self.path.as_str(), below) {
            ("", "") => "<nil>".into(),
            (path, "") => path.into(),
            ("", below) => below.into(),
            (path, below) => format!("{path}.{below}"),
        }
    }

    /// Something that keeps rules from being asked; the type stands for the value.
    fn failed(&mut self, node: Node<'_>, why: &str) {
        let kind = node.of.kind.map(JsonType::name).unwrap_or_default();
        self.causes.push(Cause::invalid(self.field(""), &kind.into(), why));
    }
}

fn cause(field: String, node: Node<'_>, reason: &str, detail: &str) -> Cause {
    let is_shown = !matches!(node.of.kind, Some(JsonType::Object | JsonType::Array));
    match reason {
        "FieldValueForbidden" => Cause::forbidden(field, detail),
        "FieldValueRequired" => Cause::required(field, detail),
        "FieldValueDuplicate" if is_shown => Cause::duplicate(field, node.new),
        "FieldValueDuplicate" => Cause::new("FieldValueDuplicate", field, "Duplicate value"),
        _ if is_shown => Cause::invalid(field, node.new, detail),
        _ => Cause::new("FieldValueInvalid", field, format!("Invalid value: {detail}")),
    }
}
