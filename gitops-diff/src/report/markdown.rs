//! A plan as Markdown, for the description of a pull request or a comment on it.

use std::fmt::{self, Write as _};

use super::text::{Body, headline, plain};
use super::{Color, Layout, Report};
use crate::{Change, Plan};

/// A plan as GitHub-flavoured Markdown: a line that counts, then one collapsible part an object
/// with its diff, then what was withheld and what failed.
///
/// Made by [`Report::markdown`]. Values of Secrets are masked, and nothing in an object can break
/// out of its part. What is over the limits is left out, and how much that is, is said.
///
/// ```
/// use gitops_diff::{Differ, Drift, Inventory, MarkdownLimits, ObjectSet, Observed, Report};
///
/// let live: Observed = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"old"}}"#,
/// )?].into_iter().collect();
/// let desired: ObjectSet = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new"}}"#,
/// )?].into_iter().collect();
/// let plan = Drift::default().diff(&desired, &live, &Inventory::new())?;
///
/// let text = Report::new(&plan).beside(&live).markdown(MarkdownLimits::default()).to_string();
/// assert!(text.starts_with("**`+ 0  ~ 1  - 0  = 0`**\n"), "{text}");
/// assert!(text.contains("<summary><code>~ ConfigMap/a</code> update, drifted</summary>"));
/// assert!(text.contains("```diff\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Markdown<'a> {
    report: Report<'a>,
    limits: MarkdownLimits,
}

/// How long a [`Markdown`] may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkdownLimits {
    /// The whole text. Default: 60,000, since a comment on GitHub holds 65,536 characters.
    pub total: usize,
    /// What changes of one object. Default: 10,000.
    pub object: usize,
}

impl Default for MarkdownLimits {
    fn default() -> Self {
        Self { total: 60_000, object: 10_000 }
    }
}

/// What is kept free for what is said at the end.
const RESERVE: usize = 400;

impl<'a> Report<'a> {
    /// The report as Markdown.
    pub fn markdown(self, limits: MarkdownLimits) -> Markdown<'a> {
        let layout = Layout { color: Color::Never, ..self.layout };
        Markdown { report: self.layout(layout), limits }
    }
}

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.report.plan;
        let mut text = Limited { text: String::new(), limit: self.limits.total, left_out: 0 };
        text.push(&format!("**`{}`**\n", plan.summary()));
        for part in troubles(plan) {
            text.push(&part);
        }
        for change in plan.changes() {
            text.push(&self.part(change));
        }
        f.write_str(&text.text)?;
        match text.left_out {
            0 => Ok(()),
            count => {
                writeln!(f, "\n_{count} parts more are not shown: the text would be too long._")
            }
        }
    }
}

impl Markdown<'_> {
    fn part(&self, change: &Change) -> String {
        let (sign, what) = headline(change);
        let origin = change.origin.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
        let summary = format!(
            "<code>{sign} {}</code> {}{}",
            escaped(&change.id.to_string()),
            escaped(&what),
            escaped(&origin)
        );
        let body = Body(&self.report, change).to_string();
        if body.is_empty() {
            return format!("\n{summary}\n");
        }
        let (body, left_out) = cut(&body, self.limits.object);
        let fence = fence(body);
        let more = match left_out {
            0 => String::new(),
            lines => format!("\n_{lines} lines more are not shown._\n"),
        };
        format!(
            "\n<details><summary>{summary}</summary>\n\n{fence}diff\n{body}{fence}\n{more}\n</details>\n"
        )
    }
}

/// What a person has to look at first.
fn troubles(plan: &Plan) -> impl Iterator<Item = String> {
    let refusals = plan
        .refusals
        .iter()
        .map(|it| format!("\n> **{}**: {}\n", escaped(&it.guard), escaped(&it.message)));
    let failures = plan.failures.iter().map(|it| {
        let id = escaped(&it.id.to_string());
        format!("\n> **failed** <code>{id}</code>: {}\n", escaped(&it.message))
    });
    refusals.chain(failures)
}

/// A text that takes what fits, and counts what does not.
struct Limited {
    text: String,
    limit: usize,
    left_out: usize,
}

impl Limited {
    fn push(&mut self, part: &str) {
        let fits = self.text.len() + part.len() + RESERVE <= self.limit;
        if fits && self.left_out == 0 {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
    }
}

/// As many whole lines as fit, and how many do not.
fn cut(text: &str, limit: usize) -> (&str, usize) {
    if text.len() <= limit {
        return (text, 0);
    }
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    let end = ends.take_while(|it| *it <= limit).last().unwrap_or(0);
    (&text[..end], text[end..].lines().count())
}

/// A fence that nothing in the text closes.
fn fence(text: &str) -> String {
    let runs = text.split(|it| it != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

/// A text that is no markup, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' | '*' | '_' | '[' | ']' | '\\' | '@' | '#' | '|' | '~' | '!' => {
                let _infallible = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
