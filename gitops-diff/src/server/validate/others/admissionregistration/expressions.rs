//! Expressions of policies and webhooks: where they stand, and that they compile.

use super::Field;

use crate::cel::Environment;
use crate::server::validate::names;

const MAX_CONDITIONS: usize = 64;
const RESERVED: [&str; 22] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "",
];

/// What expressions of one policy may name.
pub(super) struct Check {
    /// Of validations and variables.
    expressions: Environment,
    has_parameters: bool,
}

impl Check {
    /// Of a policy that knows `variables`, where it has some.
    pub(super) fn of(spec: &Field<'_>) -> Self {
        let has_parameters = spec.has("paramKind");
        let mut expressions = environment(has_parameters);
        if !spec.field("variables").is_empty() {
            expressions = expressions.with_own_variables();
        }
        Self { expressions, has_parameters }
    }

    /// A variable, which those after it may name.
    pub(super) fn variable(&mut self, name: &str, expression: &Field<'_>) {
        tell(expression, self.expressions.define(name, expression.str()));
    }

    pub(super) fn condition(&self, expression: &Field<'_>) {
        tell(expression, self.expressions.condition(expression.str()));
    }

    /// A message does not ask who is allowed to do what.
    pub(super) fn message(&self, expression: &Field<'_>) {
        let messages = self.expressions.clone();
        let messages = messages.without("authorizer").without("authorizer.requestResource");
        tell(expression, messages.message(expression.str()));
    }

    pub(super) fn annotation(&self, expression: &Field<'_>) {
        tell(expression, self.expressions.annotation(expression.str().trim()));
    }
}

fn environment(has_parameters: bool) -> Environment {
    let expressions = Environment::admission().without("variables");
    if has_parameters { expressions } else { expressions.without("params") }
}

fn tell(expression: &Field<'_>, compiled: Result<(), String>) {
    if let Err(why) = compiled {
        expression.invalid(&why);
    }
}

/// `validateMatchConditions`; those of webhooks know no parameters.
pub(super) fn check_conditions(conditions: &Field<'_>, policy: Option<&Check>) {
    if conditions.list().len() > MAX_CONDITIONS {
        conditions.too_many(MAX_CONDITIONS);
    }
    let expressions = environment(policy.is_some_and(|it| it.has_parameters));
    let mut seen = Vec::new();
    for condition in conditions.items() {
        let (name, expression) = (condition.field("name"), condition.field("expression"));
        if expression.str().trim().is_empty() {
            expression.required("");
        } else {
            tell(&expression, expressions.condition(expression.str().trim()));
        }
        if name.is_empty() {
            name.required("");
            continue;
        }
        name.check(names::qualified_name);
        if seen.contains(&name.str()) {
            name.duplicate();
        }
        seen.push(condition.text("name"));
    }
}

/// Whether a name can stand in an expression.
pub(super) fn is_identifier(name: &str) -> bool {
    names::identifier(name).is_empty() && !RESERVED.contains(&name)
}
