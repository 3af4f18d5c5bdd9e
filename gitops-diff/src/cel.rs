//! Expressions in CEL, as the rules of custom kinds and of admission policies are written in:
//! the language of cel-spec with the functions of Kubernetes 1.36.
//!
//! Its own and not a crate's: an expression comes from whoever writes a definition, so every
//! step of its evaluation is counted, its depth is limited, and what is wrong with it is known
//! before it runs, from the types of the schema that it is about.

mod check;
mod eval;
mod functions;
mod macros;
mod operators;
mod parse;
mod policy;
mod rule;
mod schema;
mod signatures;
mod syntax;
mod time;
mod token;
mod types;
mod value;
mod view;

use std::collections::BTreeMap;

pub(crate) use self::rule::Compiled;
use self::syntax::Expr;
use self::types::Type;
pub(crate) use self::value::Fail;
use self::value::Val;
use crate::schema::Structural;
use crate::{DiffError, Text, Value};

/// What an expression may speak of, and what it has to be.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: BTreeMap<Text, Type>,
    output: Output,
}

/// What an expression has to evaluate to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Anything.
    #[default]
    Any,
    /// `true` or `false`: a rule, a condition.
    Bool,
    /// A string: a message.
    String,
}

/// Whether an expression compiles: its form, its names, its types.
///
/// ```
/// use gitops_diff::cel::{Environment, Output, compiles};
/// use gitops_diff::Value;
///
/// let schema: Value = serde_json::from_str(
///     r#"{"type":"object","properties":{"min":{"type":"integer"},"name":{"type":"string"}}}"#,
/// )?;
/// let rules = Environment::of_value(&schema)?.expecting(Output::Bool);
/// assert_eq!(compiles("self.min >= 0 && self.name.startsWith('a')", &rules), Ok(()));
/// assert_eq!(
///     compiles("self.mn >= 0", &rules).unwrap_err(),
///     "compilation failed: ERROR: <input>:1:5: undefined field 'mn'",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first thing that is wrong, with its line and column.
pub fn compiles(expression: &str, environment: &Environment) -> Result<(), String> {
    Program::compile(expression, environment).map(|_| ())
}

impl Environment {
    /// Rules of a part of a custom resource (`x-kubernetes-validations`): `self` and `oldSelf`
    /// have the type of its schema.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where rules cannot see values of this schema;
    /// [`DiffError::Limit`] where it is too deep.
    pub fn of_value(schema: &Value) -> Result<Self, DiffError> {
        let structural = Structural::read(schema)?;
        Self::of(&structural, structural.embedded).ok_or_else(unseen)
    }

    /// The same for the schema of a whole custom resource, which has metadata.
    ///
    /// # Errors
    /// As [`Environment::of_value`].
    pub fn of_resource(schema: &Value) -> Result<Self, DiffError> {
        Self::of(&Structural::read(schema)?, true).ok_or_else(unseen)
    }

    /// Admission policies: `object`, `oldObject`, `request`, `params`, `namespaceObject`,
    /// `variables`, `authorizer`.
    pub fn admission() -> Self {
        let named = |name: &str| Type::Named(format!("kubernetes.authorization.{name}").into());
        let free = ["object", "oldObject", "request", "params", "namespaceObject", "variables"];
        let mut variables: BTreeMap<Text, Type> =
            free.iter().map(|it| (Text::from(*it), Type::Dyn)).collect();
        variables.insert("authorizer".into(), named("Authorizer"));
        variables.insert("authorizer.requestResource".into(), named("ResourceCheck"));
        Self { variables, output: Output::Any }
    }

    /// The same without a variable: match conditions know neither `params` nor `variables`.
    #[must_use]
    pub fn without(mut self, variable: &str) -> Self {
        self.variables.remove(variable);
        self
    }

    /// The same with a variable of any type.
    #[must_use]
    pub fn with(mut self, variable: &str) -> Self {
        self.variables.insert(variable.into(), Type::Dyn);
        self
    }

    /// The same for a rule with `optionalOldSelf`.
    #[must_use]
    pub fn with_optional_old_self(mut self) -> Self {
        if let Some(of) = self.variables.remove("oldSelf") {
            self.variables.insert("oldSelf".into(), Type::optional(of));
        }
        self
    }

    /// The same for expressions that have to evaluate to something.
    #[must_use]
    pub fn expecting(self, output: Output) -> Self {
        Self { output, ..self }
    }

    /// The environment of the rules of a schema; `None` where rules cannot see its values.
    pub(crate) fn of(schema: &Structural, root: bool) -> Option<Self> {
        let of = schema::declared(schema, root, "selfType")?;
        let names = ["self", "oldSelf"].map(|it| (Text::from(it), of.clone()));
        Some(Self { variables: names.into_iter().collect(), output: Output::Any })
    }
}

fn unseen() -> DiffError {
    DiffError::invalid("failed to convert to declType for CEL validation rules")
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    expr: Expr,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) of: &'a Structural,
    /// Whether the value is a whole object, which has metadata.
    pub(crate) root: bool,
    pub(crate) new: &'a Value,
    /// The value that the new one replaces.
    pub(crate) old: OldSelf<'a>,
}

/// What `oldSelf` is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OldSelf<'a> {
    Missing,
    Value(&'a Value),
    Optional(Option<&'a Value>),
}

/// What came of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Bool(bool),
    Text(String),
    Other,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and column.
    pub(crate) fn compile(source: &str, environment: &Environment) -> Result<Self, String> {
        let located = |at: usize, message: &str| {
            let before = &source[..at.min(source.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!("compilation failed: ERROR: <input>:{line}:{column}: {message}")
        };
        let expr = parse::parse(source).map_err(|it| located(it.at, &it.message))?;
        let of = check::check(&expr, &environment.variables);
        let of = of.map_err(|it| located(it.at, &it.message))?;
        match (environment.output, of) {
            (Output::Any, _) | (Output::Bool, Type::Bool) | (Output::String, Type::String) => {
                Ok(Self { expr })
            }
            (Output::Bool, _) => Err("cel expression must evaluate to a bool".into()),
            (Output::String, _) => Err("messageExpression must evaluate to a string".into()),
        }
    }

    /// Whether the expression compares with what was before.
    pub(crate) fn uses_old_self(&self) -> bool {
        self.expr.mentions("oldSelf")
    }

    /// Evaluates the expression in at most `limit` steps; returns how many it took.
    pub(crate) fn eval(&self, subject: Subject<'_>, limit: u64) -> (Result<Outcome, Fail>, u64) {
        let variables = match subject.variables() {
            Ok(variables) => variables,
            Err(why) => return (Err(why), 0),
        };
        let (result, spent) = eval::eval(&self.expr, &variables, limit);
        let outcome = result.map(|it| match it {
            Val::Bool(value) => Outcome::Bool(value),
            Val::Str(text) => Outcome::Text(text.to_string()),
            _ => Outcome::Other,
        });
        (outcome, spent)
    }
}

impl<'a> Subject<'a> {
    fn variables(self) -> Result<Vec<(&'static str, Val<'a>)>, Fail> {
        let value = |it: &'a Value| view::typed(it, self.of, self.root);
        let mut variables = vec![("self", value(self.new)?)];
        match self.old {
            OldSelf::Missing => {}
            OldSelf::Value(old) => variables.push(("oldSelf", value(old)?)),
            OldSelf::Optional(old) => {
                variables.push(("oldSelf", Val::optional(old.map(value).transpose()?)));
            }
        }
        Ok(variables)
    }
}

#[cfg(test)]
mod tests;
