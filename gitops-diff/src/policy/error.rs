//! Why rules are refused, and why one fails on an object.

use crate::{ObjectId, Origin, Text};

/// Why rules cannot be used, grouped by what is to be mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A rule has not the form of one; mend the rule.
    #[error("{}{}{}{why}", place(at.as_deref()), rule(*number, id.as_ref()), prefix(field))]
    Rule {
        /// Which rule it is, from 1; 0 where it is the list of rules.
        number: usize,
        /// The id that was given to it.
        id: Option<Text>,
        /// Which field of it: `select.name`.
        field: String,
        /// What is wrong, and what to write instead.
        why: String,
        /// Where it was written.
        at: Option<Box<Origin>>,
    },
    /// What another tool was told has no counterpart here, or not its form; rewrite it as a rule
    /// or leave it out. Nothing is carried over in part.
    #[error("{}{from}: {}{why}", place(at.as_deref()), prefix(field))]
    Import {
        /// The form: `Argo CD`, `Flux`, `Fleet`, `kapp`.
        from: &'static str,
        /// Which field: `ignoreDifferences[1].jqPathExpressions[0]`.
        field: String,
        /// Why, and what to do instead.
        why: String,
        /// Where it was written.
        at: Option<Box<Origin>>,
    },
    /// A rule does not fit an object that it selects; mend the rule or narrow what it selects.
    #[error("rule `{rule}` fails on {object}: {why}")]
    Object {
        /// The id of the rule.
        rule: Text,
        /// The object; no other is spoiled.
        object: Box<ObjectId>,
        /// Why.
        why: String,
    },
    /// The rules are over a limit; write fewer or shorter ones.
    #[error("{what} is over the limit of {limit}")]
    Limit {
        /// What is over it.
        what: String,
        /// The limit.
        limit: usize,
    },
}

fn place(at: Option<&Origin>) -> String {
    at.map(|it| format!("{it}: ")).unwrap_or_default()
}

fn rule(number: usize, id: Option<&Text>) -> String {
    match (number, id) {
        (0, _) => "rules: ".into(),
        (number, None) => format!("rule {number}: "),
        (number, Some(id)) => format!("rule {number} (`{id}`): "),
    }
}

fn prefix(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}
