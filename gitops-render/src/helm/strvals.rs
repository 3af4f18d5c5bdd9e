//! Settings on one line, `a.b[0].c=value,d={x,y}`, as Helm's `pkg/strvals` reads them for `--set`,
//! `--set-string`, `--set-file`, `--set-json` and `--set-literal`.

mod cursor;
mod parser;
#[cfg(test)]
mod tests;

use super::go::{Map, Value};

use self::cursor::Cursor;
use self::parser::{Parser, Reading};

/// The largest index of a list.
const MAX_INDEX: usize = 65_536;

/// The most dots before a value.
const MAX_NESTED: usize = 30;

/// The most names and indexes that one key has. Helm takes any number of indexes.
const MAX_DEPTH: usize = 200;

/// The most values after lists were filled up with `null`, and how many of these are not counted.
const MAX_VALUES: usize = 1_000_000;
const FEW: usize = 10_000;

/// How a text becomes a value, for [`set_with`].
pub(super) type Reader<'a> = &'a dyn Fn(&str) -> Result<Value, String>;

/// `--set`: numbers, booleans and `null` are what they say, all else is a string.
pub(super) fn set(text: &str, into: &Map) -> Result<(), String> {
    set_with(text, into, &|text| Ok(typed(text)))
}

/// `--set-string`: all values are strings.
pub(super) fn set_string(text: &str, into: &Map) -> Result<(), String> {
    set_with(text, into, &|text| Ok(Value::string(text)))
}

/// `--set-file` where `read` gives the content of the file that a text names.
pub(super) fn set_with(text: &str, into: &Map, read: Reader<'_>) -> Result<(), String> {
    Parser::new(Cursor::escaped(text), Reading::Text(read)).parse(into)
}

/// `--set-json`: values are JSON.
pub(super) fn set_json(text: &str, into: &Map) -> Result<(), String> {
    Parser::new(Cursor::escaped(text), Reading::Json).parse(into)
}

/// `--set-literal`: one value, which is everything behind the first `=`.
pub(super) fn set_literal(text: &str, into: &Map) -> Result<(), String> {
    Parser::new(Cursor::literal(text), Reading::Literal).parse(into)
}

/// Why a level of the grammar ends.
enum Stop {
    /// The text is over.
    End,
    /// It is wrong.
    Wrong(String),
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Wrong(message)
    }
}

/// The value of a text that may be a boolean, `null` or a whole number.
fn typed(text: &str) -> Value {
    let is = |word: &str| {
        let mut letters = text.chars().map(|letter| match letter {
            'ſ' => 's', // Go folds it as one.
            other => other.to_ascii_lowercase(),
        });
        word.chars().all(|letter| letters.next() == Some(letter)) && letters.next().is_none()
    };
    if is("true") {
        Value::Bool(true)
    } else if is("false") {
        Value::Bool(false)
    } else if is("null") {
        Value::Nil
    } else if text == "0" {
        Value::int64(0)
    } else {
        let number = (!text.starts_with('0')).then(|| text.parse().ok()).flatten();
        number.map_or_else(|| Value::string(text), Value::int64)
    }
}
