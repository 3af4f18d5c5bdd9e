//! The lines of a report.

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::unified::unified;
use super::{Color, Detail, Report, will, yaml};
use crate::secret::MASK;
use crate::{Change, Failure, FieldChange, Operation, Owner, Reason, Refusal, Shown, Value};

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { out: f, color: self.layout.color };
        for change in self.plan.changes() {
            self.change(&mut lines, change)?;
        }
        for refusal in &self.plan.refusals {
            lines.refusal(refusal)?;
        }
        for failure in &self.plan.failures {
            lines.failure(failure)?;
        }
        lines.line(Paint::Strong, &self.plan.summary().to_string())
    }
}

impl Report<'_> {
    fn change(&self, lines: &mut Lines<'_, '_>, change: &Change) -> fmt::Result {
        lines.header(change)?;
        self.body(lines, change)
    }

    /// What changes of an object, without the line that names it.
    fn body(&self, lines: &mut Lines<'_, '_>, change: &Change) -> fmt::Result {
        match self.layout.detail {
            Detail::Objects => Ok(()),
            Detail::Fields => lines.fields(&change.fields),
            Detail::Diff => match self.diff(change) {
                Some(diff) => lines.diff(&diff),
                None => lines.fields(&change.fields),
            },
        }
    }

    /// The unified diff of an object; `None` where not both sides are known, or are too large.
    fn diff(&self, change: &Change) -> Option<String> {
        let live = self.live.and_then(|it| it.object(&change.id));
        let (before, after) = match change.operation {
            Operation::Create => (None, Some(will::shown(change.desired.as_ref()?))),
            Operation::Update
            | Operation::Recreate
            | Operation::TakeOver
            | Operation::RepairOwnership => {
                let (before, after) = will::before_and_after(change, live?);
                (Some(before), Some(after))
            }
            Operation::Delete => (live.map(will::shown), None),
            Operation::Release => return None,
        };
        let text = |value: Option<Value>| value.map(|it| yaml::yaml(&it)).unwrap_or_default();
        unified(&text(before), &text(after), self.layout.context)
    }
}

/// Writes lines, in colours where they are wanted.
struct Lines<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    color: Color,
}

#[derive(Clone, Copy)]
enum Paint {
    Plain,
    Strong,
    Green,
    Red,
    Yellow,
    Cyan,
}

impl Lines<'_, '_> {
    /// Writes one line; what could steer a terminal is escaped.
    fn line(&mut self, paint: Paint, text: &str) -> fmt::Result {
        let code = match paint {
            Paint::Plain => "",
            Paint::Strong => "1",
            Paint::Green => "32",
            Paint::Red => "31",
            Paint::Yellow => "33",
            Paint::Cyan => "36",
        };
        let text = plain(text);
        if self.color == Color::Never || code.is_empty() {
            writeln!(self.out, "{text}")
        } else {
            writeln!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m")
        }
    }

    fn header(&mut self, change: &Change) -> fmt::Result {
        let (sign, paint, word) = signs(change.operation);
        let mut header = format!("{sign} {}  {word}, {}", change.id, reason(change.reason));
        if let Some(origin) = &change.origin {
            let _ = write!(header, "  {origin}");
        }
        self.line(paint, &header)
    }

    fn diff(&mut self, diff: &str) -> fmt::Result {
        for line in diff.lines() {
            let paint = match line.as_bytes().first() {
                Some(b'+') => Paint::Green,
                Some(b'-') => Paint::Red,
                Some(b'@') => Paint::Cyan,
                _ => Paint::Plain,
            };
            self.line(paint, line)?;
        }
        Ok(())
    }

    fn fields(&mut self, fields: &[FieldChange]) -> fmt::Result {
        for field in fields {
            let old = value(field.old.as_ref(), "before");
            let new = value(field.new.as_ref(), "after");
            let (paint, text) = match (old, new) {
                (None, Some(new)) => (Paint::Green, format!("  + {}: {new}", field.path)),
                (Some(old), None) => (Paint::Red, format!("  - {}: {old}", field.path)),
                (Some(old), Some(new)) => {
                    (Paint::Yellow, format!("  ~ {}: {old} -> {new}", field.path))
                }
                (None, None) => (Paint::Plain, format!("    {}", field.path)),
            };
            self.line(paint, &(text + &owner(field.owner.as_ref())))?;
        }
        Ok(())
    }

    fn refusal(&mut self, refusal: &Refusal) -> fmt::Result {
        self.line(Paint::Yellow, &format!("! {}: {}", refusal.guard, refusal.message))?;
        for id in &refusal.withheld {
            self.line(Paint::Plain, &format!("    {id}"))?;
        }
        Ok(())
    }

    fn failure(&mut self, failure: &Failure) -> fmt::Result {
        let origin = failure.origin.as_ref().map(|it| format!("  {it}")).unwrap_or_default();
        let Failure { id, message, .. } = failure;
        self.line(Paint::Red, &format!("x {id}  {message}{origin}"))
    }
}

/// How an operation is shown.
fn signs(operation: Operation) -> (char, Paint, &'static str) {
    match operation {
        Operation::Create => ('+', Paint::Green, "create"),
        Operation::Update => ('~', Paint::Yellow, "update"),
        Operation::Recreate => ('±', Paint::Red, "delete and make anew"),
        Operation::TakeOver => ('~', Paint::Yellow, "take over"),
        Operation::RepairOwnership => ('~', Paint::Yellow, "repair ownership"),
        Operation::Delete => ('-', Paint::Red, "delete"),
        Operation::Release => ('o', Paint::Plain, "release"),
    }
}

/// What changes of one object, in plain lines.
pub(super) struct Body<'a>(pub(super) &'a Report<'a>, pub(super) &'a Change);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.body(&mut Lines { out: f, color: Color::Never }, self.1)
    }
}

/// What is done to an object and why: `update, drifted`.
pub(super) fn headline(change: &Change) -> (char, String) {
    let (sign, _, word) = signs(change.operation);
    (sign, format!("{word}, {}", reason(change.reason)))
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Missing => "missing",
        Reason::Drifted => "drifted",
        Reason::Undeclared => "no longer declared",
        Reason::NotOurs => "another object of its name lives",
        Reason::Gone => "already gone",
        Reason::Unowned => "as declared, but not ours yet",
        Reason::Kept => "kept by its annotation",
        Reason::Immutable => "drifted where it cannot be changed",
        Reason::Held => "others hold fields that are not declared",
        Reason::Moved => "declared under another API group",
    }
}

fn value(shown: Option<&Shown>, when: &str) -> Option<String> {
    Some(match shown? {
        Shown::Value(value) => yaml::line(value),
        Shown::Hidden => format!("{MASK} ({when})"),
    })
}

fn owner(owner: Option<&Owner>) -> String {
    owner.map(|it| format!("  (set by {})", it.manager)).unwrap_or_default()
}

/// The text with every control character but the line's tabs escaped.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\t';
    if !text.contains(steers) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}
