//! Anchors, aliases, tags and directives.

use std::borrow::Cow;

use super::cursor::Spot;
use super::scanner::Scanner;
use super::token::{Kind, Load, Tag};
use crate::yaml::Error;

/// What a tag is read for, in the words of errors.
#[derive(Clone, Copy)]
struct Purpose {
    context: &'static str,
    spot: Spot,
    directive: bool,
}

const DIRECTIVE: &str = "while scanning a directive";
const VERSION: &str = "while scanning a %YAML directive";
const TAG: &str = "while scanning a tag";
const TAG_DIRECTIVE: &str = "while scanning a %TAG directive";

impl<'a> Scanner<'a> {
    /// A `&name` or `*name`.
    pub(super) fn anchor(&mut self, kind: Kind) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let spot = self.cursor.spot();
        self.cursor.skip();
        let name = self.word();
        let ends =
            matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`')
                || self.cursor.is_blank_or_end(0);
        if name.is_empty() || !ends {
            let alias = kind == Kind::Alias;
            let context =
                if alias { "while scanning an alias" } else { "while scanning an anchor" };
            let problem = "did not find expected alphabetic or numeric character";
            return Err(self.error(context, spot, problem));
        }
        self.push(kind, spot, Load::Name(name));
        Ok(())
    }

    /// Letters, digits, `-` and `_`.
    fn word(&mut self) -> &'a str {
        let start = self.cursor.pos();
        while self.cursor.is_word() {
            self.cursor.skip();
        }
        self.cursor.between(start, self.cursor.pos())
    }

    pub(super) fn tag(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let spot = self.cursor.spot();
        let tag =
            self.tag_parts(Purpose { context: "while parsing a tag", spot, directive: false })?;
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.error(TAG, spot, "did not find expected whitespace or line break"));
        }
        self.push(Kind::Tag, spot, Load::Tag(Box::new(tag)));
        Ok(())
    }

    fn tag_parts(&mut self, purpose: Purpose) -> Result<Tag<'a>, Error> {
        if self.cursor.peek(1) == b'<' {
            self.cursor.skip();
            self.cursor.skip();
            let rest = self.uri("", false, purpose)?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.error(TAG, purpose.spot, "did not find the expected '>'"));
            }
            self.cursor.skip();
            return Ok(Tag { handle: "", rest });
        }
        let handle = self.handle(purpose)?;
        if handle.len() > 1 && handle.ends_with('!') {
            return Ok(Tag { handle, rest: self.uri("", false, purpose)? });
        }
        let rest = self.uri(&handle[1..], true, purpose)?;
        let alone = rest.is_empty();
        Ok(if alone { Tag { handle: "", rest: "!".into() } } else { Tag { handle: "!", rest } })
    }

    /// `!`, `!!`, `!name!`, or the start of something that is none.
    fn handle(&mut self, purpose: Purpose) -> Result<&'a str, Error> {
        let start = self.cursor.pos();
        let expected = "did not find expected '!'";
        if self.cursor.peek(0) != b'!' {
            return Err(self.error(purpose.context, purpose.spot, expected));
        }
        self.cursor.skip();
        let word = self.word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        } else if purpose.directive && !word.is_empty() {
            return Err(self.error(purpose.context, purpose.spot, expected));
        }
        Ok(self.cursor.between(start, self.cursor.pos()))
    }

    /// The rest of a tag behind `head`; `complete` where it may be empty.
    fn uri(
        &mut self,
        head: &'a str,
        complete: bool,
        purpose: Purpose,
    ) -> Result<Cow<'a, str>, Error> {
        let start = self.cursor.pos() - head.len();
        let mut escaped: Option<Vec<u8>> = None;
        while self.cursor.is_uri() {
            if self.cursor.peek(0) == b'%' {
                let before = self.cursor.between(start, self.cursor.pos());
                let bytes = escaped.get_or_insert_with(|| before.as_bytes().to_vec());
                self.escaped_character(bytes, purpose)?;
            } else {
                if let Some(bytes) = &mut escaped {
                    bytes.push(self.cursor.peek(0));
                }
                self.cursor.skip();
            }
        }
        let text = self.cursor.between(start, self.cursor.pos());
        if text.is_empty() && !complete {
            let problem = "did not find expected tag URI";
            return Err(self.error(purpose.context, purpose.spot, problem));
        }
        Ok(match escaped {
            None => Cow::Borrowed(text),
            Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        })
    }

    /// One character out of `%` and two hexadecimal digits for each of its bytes.
    fn escaped_character(&mut self, bytes: &mut Vec<u8>, purpose: Purpose) -> Result<(), Error> {
        let mut left = None;
        while left != Some(0) {
            let digit = |at| char::from(self.cursor.peek(at)).to_digit(16);
            let octet = match (self.cursor.peek(0), digit(1), digit(2)) {
                (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).unwrap_or_default(),
                _ => return Err(self.uri_error(purpose, "did not find URI escaped octet")),
            };
            let width = match (left, octet) {
                (None, 0..0x80) => 1,
                (None, 0xc0..0xe0) => 2,
                (None, 0xe0..0xf0) => 3,
                (None, 0xf0..0xf8) => 4,
                (None, _) => {
                    let problem = "found an incorrect leading UTF-8 octet";
                    return Err(self.uri_error(purpose, problem));
                }
                (Some(left), 0x80..0xc0) => left,
                (Some(_), _) => {
                    let problem = "found an incorrect trailing UTF-8 octet";
                    return Err(self.uri_error(purpose, problem));
                }
            };
            bytes.push(octet);
            self.cursor.skip_to(self.cursor.pos() + 3);
            left = Some(width - 1);
        }
        Ok(())
    }

    fn uri_error(&self, purpose: Purpose, problem: &'static str) -> Error {
        self.error(purpose.context, purpose.spot, problem)
    }

    /// A `%YAML` or `%TAG`, with its line end.
    pub(super) fn scan_directive(&mut self, spot: Spot) -> Result<(Kind, Load<'a>), Error> {
        self.cursor.skip();
        let scanned = match self.directive_name(spot)? {
            "YAML" => (Kind::VersionDirective, self.version(spot)?),
            "TAG" => (Kind::TagDirective, self.tag_directive(spot)?),
            _ => return Err(self.error(DIRECTIVE, spot, "found unknown directive name")),
        };
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_rest_of_line();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.error(DIRECTIVE, spot, "did not find expected comment or line break"));
        }
        self.cursor.skip_line();
        Ok(scanned)
    }

    fn directive_name(&mut self, spot: Spot) -> Result<&'a str, Error> {
        let name = self.word();
        if name.is_empty() {
            return Err(self.error(DIRECTIVE, spot, "could not find expected directive name"));
        }
        if !self.cursor.is_blank_or_end(0) {
            let problem = "found unexpected non-alphabetical character";
            return Err(self.error(DIRECTIVE, spot, problem));
        }
        Ok(name)
    }

    fn version(&mut self, spot: Spot) -> Result<Load<'a>, Error> {
        self.cursor.skip_blanks();
        let major = self.version_number(spot)?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.error(VERSION, spot, "did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        Ok(Load::Version(major, self.version_number(spot)?))
    }

    fn version_number(&mut self, spot: Spot) -> Result<u8, Error> {
        let mut number = None;
        for length in 0.. {
            let digit = self.cursor.peek(0);
            if !digit.is_ascii_digit() {
                break;
            }
            if length == 2 {
                return Err(self.error(VERSION, spot, "found extremely long version number"));
            }
            number = Some(number.unwrap_or(0) * 10 + (digit - b'0'));
            self.cursor.skip();
        }
        number.ok_or_else(|| self.error(VERSION, spot, "did not find expected version number"))
    }

    fn tag_directive(&mut self, spot: Spot) -> Result<Load<'a>, Error> {
        let context = "while parsing a %TAG directive";
        let purpose = Purpose { context, spot, directive: true };
        self.cursor.skip_blanks();
        let handle = self.handle(purpose)?;
        if !self.cursor.is_blank(0) {
            return Err(self.error(TAG_DIRECTIVE, spot, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let rest = self.uri("", false, purpose)?;
        if !self.cursor.is_blank_or_end(0) {
            let problem = "did not find expected whitespace or line break";
            return Err(self.error(TAG_DIRECTIVE, spot, problem));
        }
        Ok(Load::Tag(Box::new(Tag { handle, rest })))
    }
}
