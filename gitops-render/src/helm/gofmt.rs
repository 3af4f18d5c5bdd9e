//! Go's `fmt` and `strconv`: how values become text, and numbers and quoted strings are read.

mod flags;
mod float;
mod number;
mod printer;
mod quote;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use self::number::{NumberError, parse_float, parse_int, parse_uint};
pub(crate) use self::printer::{
    append_printed, append_value, format_within, sprint, sprintf, sprintln,
};
pub(crate) use self::quote::{Ascii, quote, quote_rune, unquote, unquote_char};
