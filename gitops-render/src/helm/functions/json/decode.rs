//! JSON to values: the grammar and the errors of Go's scanner.

use crate::helm::go::{Entries, List, Map, Str, Type, Value};
use crate::helm::gofmt::quote;
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::runes;

/// What a text says.
pub(crate) struct Decoded {
    /// `nil` where the text is not JSON.
    pub(crate) value: Value,
    /// What is wrong with it. With a number out of range the rest is there all the same.
    pub(crate) error: Option<String>,
}

impl Decoded {
    /// The value, or what is wrong.
    pub(crate) fn sound(self) -> Result<Value, String> {
        self.error.map_or(Ok(self.value), Err)
    }
}

/// Reads `text` as JSON.
///
/// # Errors
/// A limit.
pub(crate) fn decode(machine: &mut Machine<'_>, text: &[u8]) -> Result<Decoded, Fault> {
    // A byte can become half a value: `[1,1]`.
    machine.charge(text.len().saturating_mul(size_of::<Value>() / 2))?;
    Ok(read(text))
}

/// Reads `text`, which is given to the render itself, as JSON: `json.Unmarshal`.
pub(crate) fn read(text: &[u8]) -> Decoded {
    let mut reader = Reader::new(text);
    match reader.document() {
        Ok(value) => Decoded { value, error: reader.error },
        Err(error) => Decoded { value: Value::Nil, error: Some(error) },
    }
}

/// Reads the value at the start of `text`: `Decoder.Decode`; with how many bytes it takes.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read_prefix(text: &[u8]) -> Result<(Value, usize), String> {
    let mut reader = Reader::new(text);
    match (reader.top(), reader.error) {
        (Ok(value), None) => Ok((value, reader.at)),
        (Err(_), _) if reader.is_over => Err("unexpected EOF".to_owned()),
        (Err(error), _) | (_, Some(error)) => Err(error),
    }
}

/// The map, as `json.Unmarshal` leaves it in a `map[string]interface {}`; an error is the entry
/// `Error`. That it is no map is said behind `prefix`.
pub(crate) fn fitting_map(decoded: Decoded, prefix: &str) -> Value {
    let (map, error) = match (decoded.value, decoded.error) {
        (Value::Map(map), error) => (map, error),
        (Value::Nil, None) => (Map::nil(Type::DICT), None),
        (Value::Nil, Some(error)) if !is_number(&error) => (Map::of(Entries::new()), Some(error)),
        (other, _) => {
            let error = mismatch(&other, Type::DICT);
            (Map::of(Entries::new()), Some(format!("{prefix}{error}")))
        }
    };
    if let Some(error) = error {
        map.set("Error", Value::string(error));
    }
    Value::Map(map)
}

/// The list, as `json.Unmarshal` leaves it in a `[]interface {}`; an error is its only item. That
/// it is no list is said behind `prefix`.
pub(crate) fn fitting_list(decoded: Decoded, prefix: &str) -> Value {
    let error = match (decoded.value, decoded.error) {
        (list @ Value::List(_), None) => return list,
        (Value::Nil, None) => return Value::List(List::nil(&Type::Any)),
        (Value::List(_), Some(error)) => error,
        (Value::Nil, Some(error)) if !is_number(&error) => error,
        (other, _) => format!("{prefix}{}", mismatch(&other, Type::LIST)),
    };
    Value::list(vec![Value::string(error)])
}

/// Whether the text is a number out of range, which Go does not look at where it wants no number.
fn is_number(error: &str) -> bool {
    error.starts_with("json: cannot unmarshal number ")
}

fn mismatch(value: &Value, wanted: Type) -> String {
    let found = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

/// How deep Go reads.
const DEPTH: usize = 10_000;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The collections whose end is not read yet.
    open: Vec<Open>,
    /// The first number out of range.
    error: Option<String>,
    /// Whether the text ended where more of it was wanted.
    is_over: bool,
}

enum Open {
    List(Vec<Value>),
    /// The entries, and the key whose value comes next.
    Map(Entries, Str),
}

type Result_<T> = Result<T, String>;

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, open: Vec::new(), error: None, is_over: false }
    }

    /// A value, and nothing behind it.
    fn document(&mut self) -> Result_<Value> {
        let value = self.top()?;
        match self.peek_solid() {
            None => Ok(value),
            Some(byte) => Err(invalid(byte, "after top-level value")),
        }
    }

    /// A value, with all that is inside.
    fn top(&mut self) -> Result_<Value> {
        let mut value = self.value()?;
        while let Some(open) = self.open.pop() {
            let complete = match (value, open) {
                (None, open) => {
                    self.open.push(open);
                    None
                }
                (Some(value), Open::List(items)) => self.item(items, value)?,
                (Some(value), Open::Map(entries, key)) => self.member(entries, key, value)?,
            };
            value = match complete {
                Some(complete) => Some(complete),
                None => self.value()?,
            };
        }
        Ok(value.unwrap_or_default())
    }

    /// Reads a value; none where a collection was opened that is not empty.
    fn value(&mut self) -> Result_<Option<Value>> {
        let byte = self.peek_solid().ok_or_else(|| self.end())?;
        Ok(Some(match byte {
            b'{' => return self.open_map(),
            b'[' => return self.open_list(),
            b'"' => Value::string(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.literal("true", Value::Bool(true))?,
            b'f' => self.literal("false", Value::Bool(false))?,
            b'n' => self.literal("null", Value::Nil)?,
            _ => return Err(invalid(byte, "looking for beginning of value")),
        }))
    }

    fn open_map(&mut self) -> Result_<Option<Value>> {
        self.descend(b'{')?;
        if self.peek_solid() == Some(b'}') {
            self.at += 1;
            return Ok(Some(Value::Map(Map::of(Entries::new()))));
        }
        let key = self.key()?;
        self.open.push(Open::Map(Entries::new(), key));
        Ok(None)
    }

    fn open_list(&mut self) -> Result_<Option<Value>> {
        self.descend(b'[')?;
        if self.peek_solid() == Some(b']') {
            self.at += 1;
            return Ok(Some(Value::list(Vec::new())));
        }
        self.open.push(Open::List(Vec::new()));
        Ok(None)
    }

    fn descend(&mut self, byte: u8) -> Result_<()> {
        self.at += 1;
        if self.open.len() >= DEPTH { Err(invalid(byte, "exceeded max depth")) } else { Ok(()) }
    }

    /// Takes an item in; gives the list where it was the last.
    fn item(&mut self, mut items: Vec<Value>, value: Value) -> Result_<Option<Value>> {
        items.push(value);
        match self.next_solid()? {
            b',' => self.open.push(Open::List(items)),
            b']' => return Ok(Some(Value::list(items))),
            byte => return Err(invalid(byte, "after array element")),
        }
        Ok(None)
    }

    /// Takes a member in; gives the map where it was the last.
    fn member(&mut self, mut entries: Entries, key: Str, value: Value) -> Result_<Option<Value>> {
        entries.insert(key, value);
        match self.next_solid()? {
            b',' => {
                let key = self.key()?;
                self.open.push(Open::Map(entries, key));
            }
            b'}' => return Ok(Some(Value::Map(Map::of(entries)))),
            byte => return Err(invalid(byte, "after object key:value pair")),
        }
        Ok(None)
    }

    fn key(&mut self) -> Result_<Str> {
        match self.peek_solid().ok_or_else(|| self.end())? {
            b'"' => {}
            byte => return Err(invalid(byte, "looking for beginning of object key string")),
        }
        let key = self.string()?;
        match self.next_solid()? {
            b':' => Ok(Str::from(key)),
            byte => Err(invalid(byte, "after object key")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek_solid(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.peek()
    }

    fn next(&mut self) -> Result_<u8> {
        let byte = self.peek().ok_or_else(|| self.end())?;
        self.at += 1;
        Ok(byte)
    }

    /// The next byte of a token. Go's scanner takes the end of the text for a space.
    fn next_inside(&mut self) -> u8 {
        let byte = self.peek();
        self.is_over |= byte.is_none();
        self.at += 1;
        byte.unwrap_or(b' ')
    }

    /// The error of a text that is over.
    fn end(&mut self) -> String {
        self.is_over = true;
        "unexpected end of JSON input".to_owned()
    }

    fn next_solid(&mut self) -> Result_<u8> {
        self.peek_solid();
        self.next()
    }

    fn literal(&mut self, word: &str, value: Value) -> Result_<Value> {
        self.at += 1;
        for expected in word.bytes().skip(1) {
            let byte = self.next_inside();
            if byte != expected {
                let expected = char::from(expected);
                return Err(invalid(byte, &format!("in literal {word} (expecting '{expected}')")));
            }
        }
        Ok(value)
    }

    fn number(&mut self) -> Result_<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.next_inside() {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            byte => return Err(invalid(byte, "in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Value::Float(value)),
            _ => {
                let error =
                    format!("json: cannot unmarshal number {text} into Go value of type float64");
                self.error.get_or_insert(error);
                Ok(Value::Nil)
            }
        }
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    /// One digit at least.
    fn digit(&mut self, context: &str) -> Result_<()> {
        let byte = self.next_inside();
        if !byte.is_ascii_digit() {
            return Err(invalid(byte, context));
        }
        self.digits();
        Ok(())
    }

    fn string(&mut self) -> Result_<Vec<u8>> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let plain = self.text[self.at..]
                .iter()
                .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .count();
            push_text(&mut out, &self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.next()? {
                b'"' => return Ok(out),
                b'\\' => self.escape(&mut out)?,
                byte => return Err(invalid(byte, "in string literal")),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result_<()> {
        match self.next_inside() {
            byte @ (b'"' | b'\\' | b'/') => out.push(byte),
            b'b' => out.push(b'\x08'),
            b'f' => out.push(b'\x0c'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let rune = self.unicode()?;
                runes::push(out, rune);
            }
            byte => return Err(invalid(byte, "in string escape code")),
        }
        Ok(())
    }

    /// The character of a `\u`, or of two that make a pair; U+FFFD for half a pair.
    fn unicode(&mut self) -> Result_<char> {
        let first = self.hex()?;
        if let Some(rune) = char::from_u32(first) {
            return Ok(rune);
        }
        let after = self.at;
        if first < 0xdc00 && self.text[after..].starts_with(b"\\u") {
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(runes::ERROR));
            }
            self.at = after;
        }
        Ok(runes::ERROR)
    }

    fn hex(&mut self) -> Result_<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let byte = self.next_inside();
            let digit = char::from(byte).to_digit(16);
            code = code << 4
                | digit.ok_or_else(|| invalid(byte, "in \\u hexadecimal character escape"))?;
        }
        Ok(code)
    }
}

/// The text, with U+FFFD for each byte that is no character.
fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    if std::str::from_utf8(text).is_ok() {
        out.extend_from_slice(text);
    } else {
        out.extend(runes::mapped(text, |rune| rune));
    }
}

fn invalid(byte: u8, context: &str) -> String {
    let shown = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let quoted = quote(char::from(byte).to_string().as_bytes());
            format!("'{}'", String::from_utf8_lossy(&quoted[1..quoted.len() - 1]))
        }
    };
    format!("invalid character {shown} {context}")
}
