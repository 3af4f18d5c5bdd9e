//! The events of a text beside the nodes of go-yaml v2 and v3. `go_events.jsonl` holds what those
//! printed: a text, then for each of the two the documents and the error. More rows can be named
//! by `GO_EVENTS`.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value as Json;

use super::Parser;
use crate::yaml::event::{Event, Events, Opening, Style, Word};
use crate::yaml::{Dialect, Error, Mark, Options, text};

/// The documents that were read before an error, and the error.
fn nodes(source: &str, dialect: Dialect) -> (Vec<String>, Option<Error>) {
    let options = Options { dialect, ..Options::default() };
    let text = match text::decode(source.as_bytes(), &options.limits) {
        Ok(text) => text,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut parser = Parser::new(&text, &options);
    let mut print = Print { dialect, ..Print::default() };
    let mut documents = Vec::new();
    while let Some(step) = parser.next() {
        match step {
            Ok((Event::DocumentEnd, _)) => documents.push(std::mem::take(&mut print.out)),
            Ok((event, mark)) => print.event(&event, mark, &parser),
            Err(error) => return (documents, Some(error)),
        }
    }
    (documents, None)
}

/// Prints events as the Go program prints nodes.
#[derive(Default)]
struct Print {
    out: String,
    dialect: Dialect,
    open: Vec<char>,
}

impl Print {
    fn event(&mut self, event: &Event<'_>, mark: Mark, parser: &Parser<'_>) {
        let names: HashMap<u32, &str> =
            parser.anchors.iter().map(|(name, number)| (*number, *name)).collect();
        match event {
            Event::DocumentStart | Event::DocumentEnd => return,
            Event::Scalar(word) => self.scalar(word, mark, &names),
            Event::ListStart(opening) => return self.start(opening, mark, ['[', ']'], &names),
            Event::MapStart(opening) => return self.start(opening, mark, ['{', '}'], &names),
            Event::End(comment) => {
                self.out.extend(self.open.pop());
                self.comment(comment.as_deref().map(AsRef::as_ref));
            }
            Event::Alias(number) => write!(self.out, "*{}", names[number]).unwrap(),
        }
        if !self.open.is_empty() {
            self.out.push(',');
        }
    }

    fn start(
        &mut self,
        opening: &Opening,
        mark: Mark,
        [open, close]: [char; 2],
        names: &HashMap<u32, &str>,
    ) {
        self.out.push(open);
        self.open.push(close);
        if self.dialect == Dialect::GoV3 {
            self.out.push(if opening.flow { 'f' } else { 'b' });
        }
        self.meta(mark, opening.anchor, opening.tag.as_deref(), names);
    }

    fn scalar(&mut self, word: &Word<'_>, mark: Mark, names: &HashMap<u32, &str>) {
        let plain = word.style == Style::Plain && word.tag.is_none();
        let said = word.style != Style::Plain || !word.text.is_empty();
        self.out.push(match (self.dialect, word.style) {
            (Dialect::GoV2, _) if plain || said && word.tag.as_deref() == Some("!") => 'p',
            (Dialect::GoV2, _) => 'q',
            (_, Style::Plain) => 'p',
            (_, Style::Single) => 's',
            (_, Style::Double) => 'd',
            (_, Style::Literal) => 'l',
            (_, Style::Folded) => 'f',
        });
        self.meta(mark, word.anchor, word.tag.as_deref(), names);
        self.text(&word.text);
        self.comment(word.comment.as_deref().map(AsRef::as_ref));
    }

    fn meta(
        &mut self,
        mark: Mark,
        anchor: Option<u32>,
        tag: Option<&str>,
        names: &HashMap<u32, &str>,
    ) {
        // go-yaml v2 does not look at the tags of lists and maps.
        let scalar = !self.out.ends_with(['{', '[']);
        write!(self.out, "@{}:{}", mark.line, mark.column).unwrap();
        if self.dialect == Dialect::GoV3 {
            let name = anchor.map(|number| format!("&{}", names[&number]));
            self.out += &name.unwrap_or_default();
        }
        let said =
            tag.filter(|tag| if self.dialect == Dialect::GoV2 { scalar } else { *tag != "!" });
        self.out += &said.map(|tag| format!("<{tag}>")).unwrap_or_default();
    }

    fn text(&mut self, text: &str) {
        let json = Json::from(text).to_string();
        self.out += &json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    }

    fn comment(&mut self, comment: Option<&str>) {
        if self.dialect == Dialect::GoV3 {
            let _ = comment.map(|text| self.text(text));
        }
    }
}

fn agrees(fact: &Json, dialect: Dialect, documents: &str, error: &str) -> Result<(), String> {
    let text = fact["yaml"].as_str().unwrap();
    let (ours, our_error) = nodes(text, dialect);
    if matches!(our_error, Some(Error::Limit { .. })) {
        return Ok(());
    }
    let theirs: Vec<&str> =
        fact[documents].as_array().into_iter().flatten().map(|it| it.as_str().unwrap()).collect();
    let our_error = our_error.map(|error| error.as_go());
    if ours == theirs && our_error.as_deref() == fact[error].as_str() {
        return Ok(());
    }
    Err(format!(
        "{documents} {text:?}\n  go {theirs:?} {}\n us {ours:?} {our_error:?}",
        fact[error]
    ))
}

#[test]
fn events_are_those_of_go() {
    let more = std::env::var("GO_EVENTS").map(|file| std::fs::read_to_string(file).unwrap());
    let facts = include_str!("../../../../tests/data/go_events.jsonl").to_owned();
    let facts = facts + &more.unwrap_or_default();
    let mut wrong = Vec::new();
    for line in facts.lines() {
        let fact: Json = serde_json::from_str(line).unwrap();
        wrong.extend(agrees(&fact, Dialect::GoV2, "v2", "v2e").err());
        wrong.extend(agrees(&fact, Dialect::GoV3, "v3", "v3e").err());
    }
    let first: Vec<String> = wrong.iter().take(40).cloned().collect();
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), first.join("\n"));
}
