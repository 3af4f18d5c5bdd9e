//! An explanation for people.

use std::fmt;

use super::{Effect, Explanation, Holder, Ruling};
use crate::Shown;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}", self.path, self.object)?;
        match (&self.declared, &self.origin) {
            (Some(value), Some(origin)) => writeln!(f, "  declared  {} at {origin}", Line(value))?,
            (Some(value), None) => writeln!(f, "  declared  {}", Line(value))?,
            (None, _) => writeln!(f, "  declared  no")?,
        }
        match &self.live {
            Some(value) => writeln!(f, "  lives     {}", Line(value))?,
            None => writeln!(f, "  lives     no")?,
        }
        for (at, holder) in self.owners.iter().enumerate() {
            let word = if at == 0 { "owned by " } else { "and by   " };
            writeln!(f, "  {word} {holder}")?;
        }
        match &self.rule {
            Some(rule) => writeln!(f, "  rule      {rule}")?,
            None => writeln!(f, "  rule      none")?,
        }
        write!(f, "  an apply  {}", self.apply)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.manager, self.operation)?;
        if let Some(subresource) = &self.subresource {
            write!(f, " of {subresource}")?;
        }
        f.write_str(")")?;
        self.time.as_ref().map_or(Ok(()), |it| write!(f, ", {it}"))
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` takes {}", self.id, self.take)?;
        if let Some(because) = &self.because {
            write!(f, ": {because}")?;
        }
        self.origin.as_ref().map_or(Ok(()), |it| write!(f, " ({it})"))
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stays => f.write_str("leaves it as it is"),
            Self::Becomes(value) => write!(f, "makes it {}", Line(value)),
            Self::Goes => f.write_str("takes it away"),
            Self::Refused(message) => write!(f, "is refused: {message}"),
            Self::Nothing => f.write_str("has nothing to say: the object is not declared"),
        }
    }
}

/// A value on one line.
struct Line<'a>(&'a Shown);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Shown::Value(value) => {
                f.write_str(&serde_json::to_string(value).map_err(|_| fmt::Error)?)
            }
            Shown::Hidden => f.write_str("(hidden)"),
        }
    }
}
