//! What Go's library reads where the API server, or another tool of the field, leaves a format to
//! it.

mod duration;
mod pattern;
mod url;

pub(crate) use self::duration::{duration, lenient_duration};
pub(crate) use self::pattern::Pattern;
pub use self::pattern::compile;
pub(crate) use self::url::Url;
