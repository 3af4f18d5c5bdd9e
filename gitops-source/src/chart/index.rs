//! An `index.yaml`, of which only what it says about one chart is kept.
//!
//! Indexes reach hundreds of megabytes. Helm writes them as block maps, one line a field, so the
//! lines of one chart can be cut out as they go by; they alone are read as YAML. An index that is
//! JSON, as some servers write it, is read whole, and skipped without keeping anything as well.

use std::mem;

use saphyr_parser::{Event, Parser};

use crate::SourceError;

/// What an index says about one version of the chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) version: String,
    /// Of the archive: SHA-256 in hexadecimal digits; empty where the index does not tell.
    pub(super) digest: String,
    pub(super) urls: Vec<String>,
}

/// Cuts the lines about one chart out of an index that comes in pieces.
#[derive(Debug)]
pub(super) struct Cut {
    name: String,
    /// The end of a line that has not come yet.
    line: Vec<u8>,
    state: State,
    kept: Vec<u8>,
    limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing came yet.
    Start,
    /// The text is JSON: all of it is kept.
    Json,
    /// Before `entries:`.
    Head,
    /// Below `entries:`, whose keys stand at this column once the first was seen.
    Entries(Option<usize>),
    /// In the chart's own lines, at this column.
    Wanted(usize),
    /// Behind `entries:`.
    Tail,
}

impl Cut {
    /// Keeps what an index says about `name`, `limit` bytes of it at most.
    pub(super) fn new(name: &str, limit: u64) -> Self {
        let (line, kept) = (Vec::new(), Vec::new());
        Self { name: name.to_owned(), line, state: State::Start, kept, limit }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`SourceError::Limit`], and [`SourceError::Invalid`] for what is no index.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        if self.state == State::Start {
            let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) else {
                return Ok(());
            };
            self.state = if *first == b'{' { State::Json } else { State::Head };
        }
        if self.state == State::Json {
            self.kept.extend_from_slice(bytes);
            return self.check(self.kept.len());
        }
        let mut rest = bytes;
        while let Some(end) = memchr(rest) {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            if self.line.is_empty() {
                self.take(line)?;
            } else {
                let mut whole = mem::take(&mut self.line);
                whole.extend_from_slice(line);
                self.take(&whole)?;
                whole.clear();
                self.line = whole;
            }
        }
        self.line.extend_from_slice(rest);
        self.check(self.line.len())
    }

    /// What the index says about the chart, in its order; nothing where it does not know it.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where that is no YAML.
    pub(super) fn finish(mut self) -> Result<Vec<Entry>, SourceError> {
        let last = mem::take(&mut self.line);
        self.take(&last)?;
        match self.state {
            State::Start | State::Head => Err(SourceError::invalid(
                "there is no chart repository: the answer is no index with `entries:`",
            )),
            State::Json => read_json(&self.kept, &self.name),
            _ => read(std::str::from_utf8(&self.kept).map_err(|error| {
                SourceError::invalid(format!(
                    "what the index says about the chart is no text: {error}"
                ))
            })?),
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), SourceError> {
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        let text = line[indent..].trim_ascii_end();
        let blank = text.is_empty() || text.starts_with(b"#");
        let top = indent == 0 && !blank && !text.starts_with(b"-");
        match self.state {
            State::Head if top && is_key(text, b"entries") => {
                let value = text[text.len().min(8)..].trim_ascii();
                if !(value.is_empty() || value.starts_with(b"#") || value == b"{}") {
                    return Err(SourceError::invalid(
                        "`entries` of the index is not written as Helm writes it, one line a field",
                    ));
                }
                self.state = State::Entries(None);
            }
            State::Entries(_) | State::Wanted(_) if top => self.state = State::Tail,
            State::Entries(column) if !blank => {
                let column = column.unwrap_or(indent);
                self.state = State::Entries(Some(column));
                if indent == column && is_key(text, self.name.as_bytes()) {
                    self.state = State::Wanted(column);
                    // Of two lists for one name the last counts, as Go's decoder has it.
                    self.kept.clear();
                    let value = text.iter().position(|byte| *byte == b':');
                    self.keep(&line[indent + value.map_or(0, |at| at + 1)..])?;
                }
            }
            State::Wanted(column) => {
                if !blank && indent <= column && !text.starts_with(b"-") {
                    self.state = State::Entries(Some(column));
                    return self.take(line);
                }
                self.keep(line)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        self.kept.extend_from_slice(bytes);
        self.check(self.kept.len())
    }

    fn check(&self, bytes: usize) -> Result<(), SourceError> {
        if bytes as u64 <= self.limit {
            return Ok(());
        }
        let what = format!("what the index says about the chart {}", self.name);
        Err(SourceError::Limit { what, limit: self.limit, option: "limits.entry_bytes" })
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// Whether a line starts with this key, quoted or not.
fn is_key(text: &[u8], key: &[u8]) -> bool {
    let after = match text.first() {
        Some(quote @ (b'"' | b'\'')) => {
            text[1..].strip_prefix(key).and_then(|rest| rest.strip_prefix(&[*quote]))
        }
        _ => text.strip_prefix(key),
    };
    let Some(after) = after.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":")) else {
        return false;
    };
    after.first().is_none_or(u8::is_ascii_whitespace)
}

/// The list of versions that `text` is.
fn read(text: &str) -> Result<Vec<Entry>, SourceError> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| {
            SourceError::invalid(format!("what the index says about the chart is no YAML: {error}"))
        })?;
        reader.take(event);
    }
    Ok(reader.entries)
}

/// Follows the events of a list of maps, of which three keys matter.
#[derive(Debug, Default)]
struct Reader {
    entries: Vec<Entry>,
    /// How many lists and maps are open: 2 is inside of an entry.
    depth: usize,
    /// The key whose value is next, in an entry.
    key: Option<String>,
}

const ENTRY: usize = 2;

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                self.depth += 1;
                if self.depth == ENTRY {
                    self.entries.push(Entry::default());
                    self.key = None;
                }
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.depth -= 1;
                if self.depth == ENTRY {
                    self.key = None;
                }
            }
            Event::Scalar(text, ..) => self.scalar(&text),
            Event::Alias(_) if self.depth == ENTRY => self.key = None,
            _ => {}
        }
    }

    fn scalar(&mut self, text: &str) {
        let Some(entry) = self.entries.last_mut() else { return };
        match (self.depth, self.key.as_deref()) {
            (ENTRY, None) => self.key = Some(text.to_owned()),
            (ENTRY, Some(key)) => {
                match key {
                    "version" => text.clone_into(&mut entry.version),
                    "digest" => text.clone_into(&mut entry.digest),
                    _ => {}
                }
                self.key = None;
            }
            (3, Some("urls")) => entry.urls.push(text.to_owned()),
            _ => {}
        }
    }
}

mod json {
    //! An index as JSON, of which other charts are skipped.

    use std::fmt;

    use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

    use super::Entry;

    #[derive(serde::Deserialize)]
    struct Listed {
        #[serde(default)]
        version: String,
        #[serde(default)]
        digest: String,
        #[serde(default)]
        urls: Vec<String>,
    }

    /// Looks for a key in a map: `entries`, then the chart's name.
    pub(super) struct Path<'a>(pub(super) &'a [&'a str]);

    impl<'de> DeserializeSeed<'de> for Path<'_> {
        type Value = Option<Vec<Entry>>;

        fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
            if !self.0.is_empty() {
                return input.deserialize_map(self);
            }
            let versions: Vec<Listed> = serde::Deserialize::deserialize(input)?;
            let entry = |Listed { version, digest, urls }| Entry { version, digest, urls };
            Ok(Some(versions.into_iter().map(entry).collect()))
        }
    }

    impl<'de> Visitor<'de> for Path<'_> {
        type Value = Option<Vec<Entry>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(key) = map.next_key::<String>()? {
                if Some(&key.as_str()) == self.0.first() {
                    found = Some(map.next_value_seed(Path(&self.0[1..]))?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            // At the first level `None` means that there are no entries at all.
            if self.0.len() == 2 {
                Ok(found.map(Option::unwrap_or_default))
            } else {
                Ok(found.flatten())
            }
        }
    }
}

fn read_json(bytes: &[u8], name: &str) -> Result<Vec<Entry>, SourceError> {
    use serde::de::DeserializeSeed;

    let mut input = serde_json::Deserializer::from_slice(bytes);
    let found = json::Path(&["entries", name]).deserialize(&mut input);
    let found = found.and_then(|found| input.end().map(|()| found)).map_err(|error| {
        SourceError::invalid(format!("there is no chart repository: the index is no JSON: {error}"))
    })?;
    found.ok_or_else(|| {
        SourceError::invalid("there is no chart repository: the answer is no index with `entries`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, name: &str, piece: usize) -> Result<Vec<Entry>, SourceError> {
        let mut cut = Cut::new(name, 1 << 20);
        for bytes in text.as_bytes().chunks(piece) {
            cut.push(bytes)?;
        }
        cut.finish()
    }

    const INDEX: &str = r#"apiVersion: v1
# a comment
entries:
  alpha:
  - apiVersion: v2
    description: |
      entries:
        beta:
    version: 1.0.0
    urls:
    - charts/alpha-1.0.0.tgz
  beta:
  - annotations:
      version: no version of a chart
      urls: [a, b]
    dependencies:
    - name: common
      version: 9.9.9
    description: Says "beta:" in a text that is
      folded
    digest: 0123
    maintainers:
    - name: someone

    name: beta
    urls:
    - https://example.com/beta-2.0.0.tgz
    - https://mirror.example.com/beta-2.0.0.tgz
    version: 2.0.0
  - version: "1.10"
    urls: [beta-1.10.tgz]
  "gamma":
    - version: 3.0.0
      urls:
        - gamma.tgz
generated: "2026-01-01T00:00:00Z"
  "#;

    #[test]
    fn an_index_gives_the_versions_of_the_one_chart_that_is_wanted() {
        let all = [
            ("alpha", "1.0.0 charts/alpha-1.0.0.tgz"),
            (
                "beta",
                "2.0.0 https://example.com/beta-2.0.0.tgz https://mirror.example.com/beta-2.0.0.tgz; 1.10 beta-1.10.tgz",
            ),
            ("gamma", "3.0.0 gamma.tgz"),
            ("delta", ""),
            ("bet", ""),
            ("entries", ""),
        ];
        for (name, expected) in all {
            for piece in [1, 7, 64, INDEX.len()] {
                let entries = cut(INDEX, name, piece).unwrap();
                let lines =
                    entries.iter().map(|it| format!("{} {}", it.version, it.urls.join(" ")));
                assert_eq!(lines.collect::<Vec<_>>().join("; "), expected, "{name} by {piece}");
            }
        }
        assert_eq!(cut(INDEX, "beta", 100).unwrap()[0].digest, "0123");
    }

    #[test]
    fn an_index_of_json_gives_the_same() {
        let text = r#" {"apiVersion":"v1","entries":{"a":[{"version":"1.0.0"}],"b":[{"version":"2.0.0","digest":"00","urls":["x"],"keywords":[1]}]},"generated":"x"}"#;
        let versions = |name: &str| {
            let found = cut(text, name, 5).unwrap();
            found.into_iter().map(|it| it.version).collect::<Vec<_>>()
        };
        assert_eq!(
            (versions("a"), versions("b"), versions("c")),
            (vec!["1.0.0".into()], vec!["2.0.0".into()], vec![])
        );
    }

    #[test]
    fn what_is_no_index_is_said() {
        for (text, expected) in [
            (
                "<html></html>",
                "there is no chart repository: the answer is no index with `entries:`",
            ),
            ("", "there is no chart repository: the answer is no index with `entries:`"),
            ("{}", "there is no chart repository: the answer is no index with `entries`"),
            (
                "{",
                "there is no chart repository: the index is no JSON: EOF while parsing an object at line 1 column 1",
            ),
            (
                "entries: {a: []}",
                "`entries` of the index is not written as Helm writes it, one line a field",
            ),
            ("entries:\n  a:\n  - version: [\n", "what the index says about the chart is no YAML"),
        ] {
            let error = cut(text, "a", 3).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let mut cut = Cut::new("a", 1 << 20);
        cut.push(b"entries:\n  a:\n  - version: 1.0.0\n    urls: [\xff.tgz]\n").unwrap();
        let error = cut.finish().unwrap_err().to_string();
        assert!(error.starts_with("what the index says about the chart is no text"), "{error}");
    }

    #[test]
    fn an_entry_over_the_limit_ends_the_reading() {
        let mut cut = Cut::new("a", 100);
        cut.push(b"entries:\n  a:\n").unwrap();
        let more = b"  - version: 1.0.0\n    urls: []\n".repeat(10);
        assert!(matches!(cut.push(&more), Err(SourceError::Limit { limit: 100, .. })));
        let mut endless = Cut::new("a", 100);
        assert!(matches!(endless.push(&[b'x'; 1000]), Err(SourceError::Limit { .. })));
    }
}
