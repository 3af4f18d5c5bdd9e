//! Why a function or template stopped.

use crate::helm::go::Str;
use crate::{Position, RenderError};

/// An error as Go's functions return it, or a limit that the render reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// An error, or a panic that `text/template` turns into one: its text.
    Error(Str),
    /// An error of a template that was run inside: all that was running, outermost first.
    Trace(Box<Trace>),
    /// More than the render may use; nothing catches it.
    Limit(Box<Limit>),
}

/// An error of a template: what each error of Go's chain of wrapped errors puts before the text
/// of the next one. The last is the text of the first cause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    /// Innermost first.
    parts: Vec<Str>,
}

/// More than the render may use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limit {
    /// What is over the limit.
    pub(crate) what: &'static str,
    /// How much it may be.
    pub(crate) most: u64,
    /// The option that sets it; empty where none does.
    pub(crate) option: &'static str,
    /// The template, line and column that ran into it, as `NAME:LINE:COLUMN`; empty until known.
    pub(crate) at: Str,
}

impl Fault {
    /// An error with `text`.
    pub(crate) fn new(text: impl Into<Str>) -> Self {
        Self::Error(text.into())
    }

    /// The limit that `option` sets is reached.
    pub(crate) fn limit(what: &'static str, most: u64, option: &'static str) -> Self {
        Limit::new(what, most, option).into()
    }

    /// The same, with `prefix` before its text, as `fmt.Errorf("…%w", err)` wraps an error.
    pub(crate) fn wrap(self, prefix: impl Into<Str>) -> Self {
        let mut parts = match self {
            Self::Error(text) => vec![text],
            Self::Trace(trace) => trace.parts,
            Self::Limit(_) => return self,
        };
        parts.push(prefix.into());
        Self::Trace(Box::new(Trace { parts }))
    }

    /// The limit, said to be reached at `at` unless a place is known already.
    pub(crate) fn located(mut self, at: impl FnOnce() -> Str) -> Self {
        if let Self::Limit(limit) = &mut self
            && limit.at.is_empty()
        {
            limit.at = at();
        }
        self
    }

    /// The texts of the error and of all that it wraps, outermost first.
    pub(crate) fn texts(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Error(text) => vec![text.to_vec()],
            Self::Trace(trace) => (1..=trace.parts.len()).rev().map(|n| trace.text(n)).collect(),
            Self::Limit(limit) => vec![limit.text().into_bytes()],
        }
    }

    /// Its text, as Go's `Error` gives it.
    pub(crate) fn text(&self) -> Vec<u8> {
        match self {
            Self::Error(text) => text.to_vec(),
            Self::Trace(trace) => trace.text(trace.parts.len()),
            Self::Limit(limit) => limit.text().into_bytes(),
        }
    }
}

impl Trace {
    /// The text of the error that the `count` innermost parts make.
    fn text(&self, count: usize) -> Vec<u8> {
        let parts: Vec<&[u8]> = self.parts[..count].iter().rev().map(|part| &**part).collect();
        parts.concat()
    }
}

impl From<Limit> for Fault {
    fn from(limit: Limit) -> Self {
        Self::Limit(Box::new(limit))
    }
}

impl Limit {
    /// The limit that `option` sets is reached, nobody knows yet where.
    pub(crate) fn new(what: &'static str, most: u64, option: &'static str) -> Self {
        Self { what, most, option, at: Str::default() }
    }

    /// The error of a render that reached it at `position`.
    pub(crate) fn into_error(self, position: Position) -> RenderError {
        let Self { what, most, option, at } = self;
        if option.is_empty() {
            let place = if at.is_empty() { String::new() } else { format!("{at}: ") };
            let message = format!("{place}{what} is over the limit of {most}");
            return RenderError::Invalid { position, message };
        }
        RenderError::Limit { position, what: what.to_owned(), limit: most, option }
    }

    fn text(&self) -> String {
        let Self { what, most, option, at } = self;
        format!("{at}: {what} is over the limit of {most}; raise `{option}` if that is meant")
    }
}
