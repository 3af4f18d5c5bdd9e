//! The grammar of keys: names, dots and indexes, up to the value.

use super::cursor::Cursor;
use super::{FEW, MAX_DEPTH, MAX_INDEX, MAX_NESTED, MAX_VALUES, Reader, Stop};
use crate::helm::functions::read_json_prefix;
use crate::helm::go::{Map, Value};
use crate::helm::words::{quote, quote_rune};

/// Reads a text of settings into a map.
pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) reading: Reading<'a>,
    /// Names and indexes that are read inside one another.
    depth: usize,
    /// Values `null` that lists were filled up with since they were counted.
    filled: usize,
}

/// What stands behind `=`.
#[derive(Clone, Copy)]
pub(super) enum Reading<'a> {
    /// A text up to the next comma, or a list in braces.
    Text(Reader<'a>),
    Json,
    /// Everything.
    Literal,
}

impl<'a> Parser<'a> {
    pub(super) fn new(cursor: Cursor<'a>, reading: Reading<'a>) -> Self {
        Self { cursor, reading, depth: 0, filled: 0 }
    }

    /// Reads all settings.
    pub(super) fn parse(mut self, into: &Map) -> Result<(), String> {
        loop {
            self.depth = 0;
            let done = self.key(into, 0);
            self.count(into)?;
            match done {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Wrong(message)) => return Err(message),
            }
        }
    }

    fn key(&mut self, data: &Map, level: usize) -> Result<(), Stop> {
        self.descend()?;
        let stops: &[char] = match self.reading {
            Reading::Literal => &['=', '[', '.'],
            Reading::Text(_) | Reading::Json => &['=', '[', ',', '.'],
        };
        let (name, stop) = self.cursor.until(stops);
        match stop {
            None if name.is_empty() => Err(Stop::End),
            None => Err(format!("key {} has no value", quote(&name)).into()),
            Some('[') => self.indexed(data, &name, level),
            Some('.') => self.nested(data, &name, level + 1),
            Some('=') => self.value(|value| set(data, &name, value)),
            Some(_) => {
                set(data, &name, Value::string(""));
                let name = quote(&name);
                Err(format!("key {name} has no value (cannot end with ,)").into())
            }
        }
    }

    /// Accounts for `null` that lists were filled up with.
    fn count(&mut self, into: &Map) -> Result<(), String> {
        if self.filled < FEW {
            return Ok(());
        }
        self.filled = 0;
        within(into.size())
    }

    /// Accounts for a name or an index inside another one.
    fn descend(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("a key has more than {MAX_DEPTH} names and indexes"));
        }
        Ok(())
    }

    fn indexed(&mut self, data: &Map, name: &str, level: usize) -> Result<(), Stop> {
        let index = self.index()?;
        let mut list = match data.get(name.as_bytes()) {
            None => Vec::new(),
            Some(found) => items(&found)?,
        };
        let done = self.item(&mut list, index, level);
        if !matches!(done, Err(Stop::Wrong(_))) {
            set(data, name, Value::list(list));
        }
        done
    }

    fn nested(&mut self, data: &Map, name: &str, level: usize) -> Result<(), Stop> {
        if level > MAX_NESTED {
            return Err(format!(
                "value name nested level is greater than maximum supported nested level of \
                 {MAX_NESTED}"
            )
            .into());
        }
        let inner = match data.get(name.as_bytes()) {
            None => Map::of([].into()),
            Some(Value::Map(map)) => map,
            Some(other) => return Err(mismatch(&other, "map[string]interface {}").into()),
        };
        let done = self.key(&inner, level);
        if inner.len() > 0 {
            set(data, name, Value::Map(inner));
        } else if done.is_ok() {
            return Err(format!("key map {} has no value", quote(name)).into());
        }
        done
    }

    /// The number of `[…]`, whose bracket is open already.
    fn index(&mut self) -> Result<i64, Stop> {
        let (text, stop) = self.cursor.until(&[']']);
        let failed = |why: &str| Stop::Wrong(format!("error parsing index: {why}"));
        if stop.is_none() {
            // Wrapped in words it no longer is the end of the text, but Go unwraps it.
            return Err(Stop::End);
        }
        let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
        let syntax = digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit());
        let shown = quote(&text);
        if syntax {
            return Err(failed(&format!("strconv.Atoi: parsing {shown}: invalid syntax")));
        }
        text.parse()
            .map_err(|_| failed(&format!("strconv.Atoi: parsing {shown}: value out of range")))
    }

    /// What stands behind the index of a list.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, level: usize) -> Result<(), Stop> {
        self.descend()?;
        let index =
            usize::try_from(index).map_err(|_| format!("negative {index} index not allowed"))?;
        let (text, stop) = self.cursor.until(&['[', '.', '=']);
        if !text.is_empty() {
            let runes: Vec<String> = text.chars().map(quote_rune).collect();
            let runes = runes.join(" ");
            return Err(format!("unexpected data at end of array index: [{runes}]").into());
        }
        match stop {
            None => Err(Stop::End),
            Some('=') => {
                let mut found = None;
                let done = self.item_value(&mut found);
                match found {
                    Some(value) if !matches!(done, Err(Stop::Wrong(_))) => {
                        self.put(list, index, value)?;
                        // Go takes the end of the text for the end of this value only.
                        Ok(())
                    }
                    _ => done,
                }
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get(index) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(found) => items(found)?,
                };
                self.item(&mut inner, next, level)?;
                Ok(self.put(list, index, Value::list(inner))?)
            }
            Some(_) => {
                let inner = inner_map(list, index);
                self.key(&inner, level)?;
                Ok(self.put(list, index, Value::Map(inner))?)
            }
        }
    }

    /// Sets an item, with `null` before it where the list is shorter.
    fn put(&mut self, list: &mut Vec<Value>, index: usize, value: Value) -> Result<(), String> {
        if index > MAX_INDEX {
            return Err(format!(
                "index of {index} is greater than maximum supported index of {MAX_INDEX}"
            ));
        }
        if list.len() <= index {
            self.filled += index - list.len();
            within(self.filled)?;
            list.resize(index + 1, Value::Nil);
        }
        list[index] = value;
        Ok(())
    }

    fn item_value(&mut self, found: &mut Option<Value>) -> Result<(), Stop> {
        self.value(|value| *found = Some(value))
    }

    /// Reads what stands behind `=`, and hands it on.
    fn value(&mut self, put: impl FnOnce(Value)) -> Result<(), Stop> {
        match self.reading {
            Reading::Json => self.json(put),
            Reading::Literal => {
                let (text, _) = self.cursor.until(&[]);
                put(Value::string(text));
                Ok(())
            }
            Reading::Text(read) => self.text(read, put),
        }
    }

    fn text(&mut self, read: Reader<'_>, put: impl FnOnce(Value)) -> Result<(), Stop> {
        if self.cursor.rest().is_empty() {
            put(Value::string(""));
            return Err(Stop::End);
        }
        if self.cursor.take('{') {
            put(Value::list(self.braces(read)?));
            return Ok(());
        }
        let (text, _) = self.cursor.until(&[',']);
        put(read(&text)?);
        Ok(())
    }

    /// The items of `{…}`, whose brace is open already.
    fn braces(&mut self, read: Reader<'_>) -> Result<Vec<Value>, Stop> {
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.cursor.until(&[',', '}']);
            if stop.is_none() {
                return Err("list must terminate with '}'".to_owned().into());
            }
            items.push(read(&text)?);
            if stop == Some('}') {
                self.cursor.take(',');
                return Ok(items);
            }
        }
    }

    fn json(&mut self, put: impl FnOnce(Value)) -> Result<(), Stop> {
        if self.blank() {
            put(Value::Nil);
            return Ok(());
        }
        let (value, length) = read_json_prefix(self.cursor.rest().as_bytes())?;
        put(value);
        self.cursor.skip(length);
        self.blank();
        Ok(())
    }

    /// Skips white space and one comma; whether there was nothing but that.
    fn blank(&mut self) -> bool {
        let trimmed = self.cursor.rest().trim_start();
        self.cursor.skip(self.cursor.rest().len() - trimmed.len());
        trimmed.is_empty() || self.cursor.take(',')
    }
}

/// Sets `name`, unless it is empty.
fn set(data: &Map, name: &str, value: Value) {
    if !name.is_empty() {
        data.set(name, value);
    }
}

fn within(values: usize) -> Result<(), String> {
    if values <= MAX_VALUES {
        return Ok(());
    }
    Err(format!("lists that are filled up to an index have more than {MAX_VALUES} values"))
}

/// The map at `index`, which takes the place of all else that is there.
fn inner_map(list: &mut [Value], index: usize) -> Map {
    match list.get_mut(index) {
        Some(Value::Map(map)) => map.clone(),
        Some(other) => {
            let map = Map::of([].into());
            *other = Value::Map(map.clone());
            map
        }
        None => Map::of([].into()),
    }
}

fn items(found: &Value) -> Result<Vec<Value>, String> {
    match found {
        Value::List(list) => Ok(list.to_vec()),
        other => Err(mismatch(other, "[]interface {}")),
    }
}

/// What Go says of a value that is not of the type it is taken for.
fn mismatch(found: &Value, wanted: &str) -> String {
    let found = found.ty().map_or_else(|| "nil".to_owned(), |ty| ty.to_string());
    format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")
}
