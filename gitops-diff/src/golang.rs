//! What Go's library reads where the API server, or another tool of the field, leaves a format to
//! it.

mod duration;
mod pattern;
pub(crate) mod time;
mod url;

pub(crate) use self::duration::{duration, lenient_duration};
pub(crate) use self::pattern::Pattern;
pub use self::pattern::compile;
pub(crate) use self::url::Url;

/// The word of Go's decoder for what it found.
pub(crate) fn found(value: &crate::Value) -> &'static str {
    match value {
        crate::Value::Bool(_) => "bool",
        crate::Value::List(_) => "array",
        crate::Value::Map(_) => "object",
        other => other.type_name(),
    }
}
