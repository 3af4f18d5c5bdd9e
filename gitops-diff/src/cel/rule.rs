//! A rule of a schema, compiled.

use std::fmt::Write as _;

use super::{Environment, Output, Program};
use crate::schema::{Rule, Structural};

/// A rule that can be asked.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// `None` for an empty rule.
    pub(crate) rule: Option<Result<Program, String>>,
    pub(crate) message: Option<Program>,
    /// The field that is told of, below the value: `a.b[key]`.
    pub(crate) field: String,
    pub(crate) uses_old_self: bool,
}

impl Compiled {
    /// Compiles the rules of `ruled` for values of the type `of`; the two differ inside of
    /// `allOf`.
    pub(crate) fn all(ruled: &Structural, of: &Structural, root: bool) -> Vec<Self> {
        let Some(environment) = Environment::of(of, root) else {
            let why = "rule compiler initialization error: failed to convert to declType for CEL \
                       validation rules";
            return ruled.rules.iter().map(|_| Self::refused(why)).collect();
        };
        ruled.rules.iter().map(|it| Self::new(it, of, environment.clone())).collect()
    }

    fn refused(why: &str) -> Self {
        let rule = Some(Err(why.into()));
        Self { rule, message: None, field: String::new(), uses_old_self: false }
    }

    fn new(rule: &Rule, of: &Structural, mut environment: Environment) -> Self {
        if rule.optional_old_self {
            environment = environment.with_optional_old_self();
        }
        let compile =
            |source: &str, output| Program::compile(source, &environment.clone().expecting(output));
        let asked = !rule.expression.trim().is_empty();
        let program = asked.then(|| compile(&rule.expression, Output::Bool));
        let message = Some(rule.message_expression.as_str()).filter(|it| !it.is_empty());
        let uses_old_self = matches!(&program, Some(Ok(it)) if it.uses_old_self());
        Self {
            rule: program,
            message: message.and_then(|it| compile(it, Output::String).ok()),
            field: field_path(&rule.field_path, of).unwrap_or_default(),
            uses_old_self,
        }
    }
}

/// A path below a value (`.a['b'].c`) as messages print it; `None` where it leads nowhere.
fn field_path(path: &str, of: &Structural) -> Option<String> {
    let (mut printed, mut of, mut rest) = (String::new(), of, path);
    while !rest.is_empty() {
        let (name, after) = if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            (name[..end].to_owned(), &name[end..])
        } else {
            quoted(rest.strip_prefix("['")?)?
        };
        if of.properties.is_empty() {
            of = of.others.of()?;
            let _infallible = write!(printed, "[{name}]");
        } else {
            of = of.properties.get(name.as_str())?;
            if !printed.is_empty() {
                printed.push('.');
            }
            printed.push_str(&name);
        }
        rest = after;
    }
    Some(printed)
}

/// What stands before `']`, without its escapes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match it {
            '\\' => name.push(match chars.next()?.1 {
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                it @ ('\'' | '\\') => it,
                _ => return None,
            }),
            '\'' => return text[at..].strip_prefix("']").map(|rest| (name, rest)),
            other => name.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_fields() {
        let schema = r#"{"properties":{"a":{"properties":{"b.c":{}}},
            "m":{"additionalProperties":{"properties":{"x":{}}}}}}"#;
        let schema = Structural::read(&serde_json::from_str(schema).unwrap()).unwrap();
        let cases = [
            (".a", Some("a")),
            (".a['b.c']", Some("a.b.c")),
            (".m.key.x", Some("m[key].x")),
            (".m['k']", Some("m[k]")),
            (".odd", None),
            ("a", None),
            (".a['b", None),
        ];
        for (path, expected) in cases {
            assert_eq!(field_path(path, &schema).as_deref(), expected, "{path}");
        }
    }
}
