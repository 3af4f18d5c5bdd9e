//! Which type an expression has, and what is wrong with it before it is evaluated.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::signatures::{self, Signature};
use super::syntax::{Access, Call, Expr, Fold, How, Index, Kind, Literal, Select};
use super::types::Type;
use crate::Text;

/// Something that is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

/// The type of an expression among variables, or the first thing that is wrong.
pub(super) fn check(expr: &Expr, variables: &BTreeMap<Text, Type>) -> Result<Type, Fault> {
    let mut checker = Checker { variables, bound: Vec::new(), open: Vec::new(), mixed: false };
    let of = checker.expr(expr)?;
    Ok(checker.resolved(&of))
}

struct Checker<'a> {
    variables: &'a BTreeMap<Text, Type>,
    /// What macros bind, the last one last.
    bound: Vec<(Text, Type)>,
    /// Types that are to be found out; those that are, are there.
    open: Vec<Option<Type>>,
    /// Whether items of lists may be of several types: among the arguments of `format`.
    mixed: bool,
}

type Checked = Result<Type, Fault>;

fn fault(at: usize, message: impl Into<String>) -> Fault {
    Fault { at, message: message.into() }
}

impl Checker<'_> {
    fn expr(&mut self, expr: &Expr) -> Checked {
        match &expr.kind {
            Kind::Literal(literal) => Ok(of_literal(literal)),
            Kind::Name(name) => self.name(name, expr.at),
            Kind::Select(select) => self.select(select, expr.at),
            Kind::Index(index) => self.index(index, expr.at),
            Kind::Call(call) => self.call(call, expr.at),
            Kind::And(parts) => self.logical("_&&_", parts),
            Kind::Or(parts) => self.logical("_||_", parts),
            Kind::Choice(parts) => self.choice(parts, expr.at),
            Kind::List(items) => {
                let mut of = self.fresh();
                for (presence, item) in items {
                    let found = self.expr(item)?;
                    let found = self.unwrapped(found, *presence, item.at)?;
                    of = self.joined(&of, &found, item.at)?;
                }
                Ok(Type::list(of))
            }
            Kind::Map(entries) => {
                let (mut keys, mut values) = (self.fresh(), self.fresh());
                for (presence, key, value) in entries {
                    let found = self.expr(key)?;
                    keys = self.joined(&keys, &found, key.at)?;
                    let found = self.expr(value)?;
                    let found = self.unwrapped(found, *presence, value.at)?;
                    values = self.joined(&values, &found, value.at)?;
                }
                Ok(Type::map(keys, values))
            }
            Kind::Fold(fold) => self.fold(fold, expr.at),
        }
    }

    fn fresh(&mut self) -> Type {
        self.open.push(None);
        Type::Open(self.open.len() - 1)
    }

    fn name(&self, name: &Text, at: usize) -> Checked {
        if let Some((_, of)) = self.bound.iter().rev().find(|(it, _)| it == name) {
            return Ok(of.clone());
        }
        if let Some(of) = self.variables.get(name) {
            return Ok(of.clone());
        }
        let of = type_named(name);
        of.map(|it| Type::Kind(Box::new(it)))
            .ok_or_else(|| fault(at, format!("undeclared reference to '{name}' (in container '')")))
    }

    fn select(&mut self, select: &Select, at: usize) -> Checked {
        let of = self.expr(&select.of)?;
        let of = self.resolved(&of);
        let (of, optional) = match of {
            Type::Optional(of) => (*of, true),
            of => (of, false),
        };
        let field = match &of {
            Type::Dyn | Type::Open(_) => Type::Dyn,
            Type::Map(_, value) => (**value).clone(),
            Type::Object(object) => {
                let field = object.fields.get(select.field.as_str());
                field
                    .cloned()
                    .ok_or_else(|| fault(at, format!("undefined field '{}'", select.field)))?
            }
            other => {
                let message = format!("type '{other}' does not support field selection");
                return Err(fault(at, message));
            }
        };
        Ok(match select.how {
            Access::Test => Type::Bool,
            Access::Optional => Type::optional(field),
            Access::Plain if optional => Type::optional(field),
            Access::Plain => field,
        })
    }

    fn index(&mut self, index: &Index, at: usize) -> Checked {
        let (of, key) = (self.expr(&index.of)?, self.expr(&index.at)?);
        let of = self.resolved(&of);
        let (of, optional) = match of {
            Type::Optional(of) => (*of, true),
            of => (of, false),
        };
        let (takes, item) = match &of {
            Type::Dyn | Type::Open(_) => (Type::Dyn, Type::Dyn),
            Type::List(item) => (Type::Int, (**item).clone()),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            _ => return Err(self.no_overload("_[_]", &[of, key], None, at)),
        };
        if !self.fits(&key, &takes) {
            return Err(self.no_overload("_[_]", &[of, key], None, at));
        }
        let optional = optional || index.presence == super::syntax::Presence::Optional;
        Ok(if optional { Type::optional(item) } else { item })
    }

    fn logical(&mut self, function: &str, parts: &[Expr]) -> Checked {
        for part in parts {
            let of = self.expr(part)?;
            if !self.fits(&of, &Type::Bool) {
                return Err(self.no_overload(function, &[of, Type::Bool], None, part.at));
            }
        }
        Ok(Type::Bool)
    }

    fn choice(&mut self, parts: &[Expr; 3], at: usize) -> Checked {
        let [condition, then, otherwise] = parts;
        let condition = self.expr(condition)?;
        let (then, otherwise) = (self.expr(then)?, self.expr(otherwise)?);
        if !self.fits(&condition, &Type::Bool) || !self.same(&then, &otherwise) {
            return Err(self.no_overload("_?_:_", &[condition, then, otherwise], None, at));
        }
        let then = self.resolved(&then);
        Ok(if then == Type::Null { otherwise } else { then })
    }

    /// What an optional item of a list or map holds.
    fn unwrapped(&mut self, of: Type, presence: super::syntax::Presence, at: usize) -> Checked {
        if presence == super::syntax::Presence::Required {
            return Ok(of);
        }
        match self.resolved(&of) {
            Type::Optional(of) => Ok(*of),
            Type::Dyn => Ok(Type::Dyn),
            other => {
                let message = format!("expected type 'optional_type({other})' but found '{other}'");
                Err(fault(at, message))
            }
        }
    }

    /// Items of one list are of one type.
    fn joined(&mut self, known: &Type, found: &Type, at: usize) -> Checked {
        let same = self.same(known, found);
        let (known, found) = (self.resolved(known), self.resolved(found));
        if same && known == found {
            return Ok(known);
        }
        if self.mixed {
            return Ok(Type::Dyn);
        }
        Err(fault(at, format!("expected type '{known}' but found '{found}'")))
    }

    fn call(&mut self, call: &Call, at: usize) -> Checked {
        let mixed = self.mixed;
        self.mixed |= call.function == "format";
        let args: Result<Vec<Type>, Fault> =
            call.target.iter().chain(&call.args).map(|it| self.expr(it)).collect();
        self.mixed = mixed;
        let (args, method) = (args?, call.target.is_some());
        let known = signatures::of(&call.function);
        if !known.iter().any(|it| it.method == method) {
            let message = format!("undeclared reference to '{}' (in container '')", call.function);
            return Err(fault(at, message));
        }
        check_literals(call)?;
        let mut result: Option<Type> = None;
        for signature in known.iter().filter(|it| it.method == method) {
            let Some(found) = self.matched(signature, &args) else { continue };
            result = match result {
                Some(before) if before != found => Some(Type::Dyn),
                _ => Some(found),
            };
            if args.iter().all(|it| !self.is_open(it)) {
                break;
            }
        }
        result.ok_or_else(|| {
            let target = call.target.as_ref().map(|_| ());
            self.no_overload(&call.function, &args, target, at)
        })
    }

    /// Whether more than one signature may take such an argument.
    fn is_open(&self, of: &Type) -> bool {
        match self.resolved(of) {
            Type::Dyn | Type::Open(_) => true,
            Type::List(of) | Type::Optional(of) | Type::Kind(of) => self.is_open(&of),
            Type::Map(key, value) => self.is_open(&key) || self.is_open(&value),
            _ => false,
        }
    }

    /// The result of a call, if its arguments have the types of the signature.
    fn matched(&mut self, signature: &Signature, args: &[Type]) -> Option<Type> {
        if signature.args.len() != args.len() {
            return None;
        }
        let before = self.open.clone();
        let params = [self.fresh(), self.fresh()];
        for (expected, found) in signature.args.iter().zip(args) {
            let expected = with_params(expected, &params);
            if !self.fits(found, &expected) {
                self.open = before;
                return None;
            }
        }
        let result = with_params(&signature.result, &params);
        Some(self.resolved(&result))
    }

    fn fold(&mut self, fold: &Fold, at: usize) -> Checked {
        let range = self.expr(&fold.range)?;
        let bound = bound_types(fold, self.resolved(&range), at)?;
        let count = self.bound.len();
        self.bound.extend(fold.names.iter().cloned().zip(bound));
        let checked = self.fold_body(fold, &range);
        self.bound.truncate(count);
        checked
    }

    fn fold_body(&mut self, fold: &Fold, range: &Type) -> Checked {
        if let Some(keep) = &fold.keep {
            self.expect_bool(keep)?;
        }
        let body = &fold.body;
        Ok(match fold.how {
            How::All | How::Exists | How::ExistsOne => self.expect_bool(body)?,
            How::Filter => {
                self.expect_bool(body)?;
                match self.resolved(range) {
                    Type::Map(key, _) => Type::List(key),
                    Type::Dyn => Type::list(Type::Dyn),
                    range => range,
                }
            }
            How::List => Type::list(self.expr(body)?),
            How::Map => {
                let value = self.expr(body)?;
                let key = match self.resolved(range) {
                    Type::Map(key, _) => *key,
                    Type::List(_) => Type::Int,
                    _ => Type::Dyn,
                };
                Type::map(key, value)
            }
            How::SortBy => {
                self.expr(body)?;
                range.clone()
            }
            How::Optional => Type::optional(self.expr(body)?),
            How::Entries | How::Flat => self.expr(body)?,
        })
    }

    fn expect_bool(&mut self, expr: &Expr) -> Checked {
        let of = self.expr(expr)?;
        if self.fits(&of, &Type::Bool) {
            return Ok(Type::Bool);
        }
        let of = self.resolved(&of);
        Err(fault(expr.at, format!("expected type 'bool' but found '{of}'")))
    }

    fn no_overload(&self, function: &str, args: &[Type], target: Option<()>, at: usize) -> Fault {
        let names: Vec<String> = args.iter().map(|it| self.resolved(it).to_string()).collect();
        let applied = match (target, names.split_first()) {
            (Some(()), Some((target, rest))) => format!("{target}.({})", rest.join(", ")),
            _ => format!("({})", names.join(", ")),
        };
        fault(at, format!("found no matching overload for '{function}' applied to '{applied}'"))
    }

    /// The type with all that was found out.
    fn resolved(&self, of: &Type) -> Type {
        match of {
            Type::Open(number) => match self.open.get(*number) {
                Some(Some(found)) => self.resolved(found),
                _ => Type::Open(*number),
            },
            Type::List(of) => Type::list(self.resolved(of)),
            Type::Map(key, value) => Type::map(self.resolved(key), self.resolved(value)),
            Type::Optional(of) => Type::optional(self.resolved(of)),
            Type::Kind(of) => Type::Kind(Box::new(self.resolved(of))),
            other => other.clone(),
        }
    }

    /// Whether both are one type, or can be.
    fn same(&mut self, a: &Type, b: &Type) -> bool {
        self.fits(a, b) || self.fits(b, a)
    }

    /// Whether a value of the type `found` can stand where `expected` is; finds out open types.
    fn fits(&mut self, found: &Type, expected: &Type) -> bool {
        match (self.resolved(found), self.resolved(expected)) {
            (Type::Open(a), Type::Open(b)) if a == b => true,
            (Type::Open(open), other) | (other, Type::Open(open)) => {
                let recursive = holds(&other, open);
                if !recursive {
                    self.open[open] = Some(other);
                }
                !recursive
            }
            (Type::Dyn, _) | (_, Type::Dyn) | (Type::Kind(_), Type::Kind(_)) => true,
            (Type::Null, other) | (other, Type::Null) => other.takes_null(),
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => {
                self.fits(&a, &b)
            }
            (Type::Map(k, v), Type::Map(l, w)) => self.fits(&k, &l) && self.fits(&v, &w),
            (a, b) => a == b,
        }
    }
}

fn with_params(of: &Type, params: &[Type; 2]) -> Type {
    match of {
        Type::Open(number) => params[*number].clone(),
        Type::List(of) => Type::list(with_params(of, params)),
        Type::Map(key, value) => Type::map(with_params(key, params), with_params(value, params)),
        Type::Optional(of) => Type::optional(with_params(of, params)),
        Type::Kind(of) => Type::Kind(Box::new(with_params(of, params))),
        other => other.clone(),
    }
}

fn of_literal(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) | Literal::Beyond(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::Str(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}

/// The types that have names of their own in expressions.
pub(super) fn type_named(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "list" => Type::list(Type::Dyn),
        "map" => Type::map(Type::Dyn, Type::Dyn),
        "null_type" => Type::Null,
        "type" => Type::Kind(Box::new(Type::Dyn)),
        _ => return None,
    })
}

/// Literals that are never right: expressions for texts, durations and times.
fn check_literals(call: &Call) -> Result<(), Fault> {
    let text = |arg: Option<&Expr>| match arg.map(|it| (&it.kind, it.at)) {
        Some((Kind::Literal(Literal::Str(text)), at)) => ControlFlow::Break((text.clone(), at)),
        _ => ControlFlow::Continue(()),
    };
    let (arg, name) = match (call.function.as_str(), call.target.is_some()) {
        ("matches", _) => (call.args.last(), "matches"),
        ("duration", false) => (call.args.first(), "duration"),
        ("timestamp", false) => (call.args.first(), "timestamp"),
        _ => return Ok(()),
    };
    let ControlFlow::Break((text, at)) = text(arg) else {
        return Ok(());
    };
    let right = match name {
        "matches" => crate::golang::compile(&text).is_ok(),
        "duration" => super::time::duration(&text).is_some(),
        _ => super::time::timestamp(&text).is_some(),
    };
    if right { Ok(()) } else { Err(fault(at, format!("invalid {name} argument"))) }
}

/// The types of what a macro binds.
fn bound_types(fold: &Fold, range: Type, at: usize) -> Result<Vec<Type>, Fault> {
    let two = fold.names.len() == 2;
    let is_optional = matches!(fold.how, How::Optional | How::Flat);
    Ok(match range {
        Type::Dyn | Type::Open(_) => vec![Type::Dyn; fold.names.len()],
        Type::Optional(of) if is_optional => vec![*of],
        Type::List(of) if two && !is_optional => vec![Type::Int, *of],
        Type::List(of) if !is_optional => vec![*of],
        Type::Map(key, value) if two && !is_optional => vec![*key, *value],
        Type::Map(key, _) if !is_optional && fold.how != How::SortBy => vec![*key],
        other => {
            let message = format!(
                "expression of type '{other}' cannot be range of a comprehension (must be \
                 list, map, or dynamic)"
            );
            return Err(fault(at, message));
        }
    })
}

/// Whether an open type is a part of another.
fn holds(of: &Type, open: usize) -> bool {
    match of {
        Type::Open(number) => *number == open,
        Type::List(of) | Type::Optional(of) | Type::Kind(of) => holds(of, open),
        Type::Map(key, value) => holds(key, open) || holds(value, open),
        _ => false,
    }
}
