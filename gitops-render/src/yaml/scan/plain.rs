//! Texts without quotes.

use std::borrow::Cow;

use super::cursor::Spot;
use super::fold::{Folds, Pieces};
use super::scanner::Scanner;
use super::token::{Kind, Load};
use crate::yaml::Error;
use crate::yaml::event::Style;

impl<'a> Scanner<'a> {
    pub(super) fn plain_scalar(&mut self) -> Result<(), Error> {
        let spot = self.cursor.spot();
        let may_be_key = std::mem::replace(&mut self.simple_key_allowed, false);
        if may_be_key {
            self.remove_simple_key()?;
        }
        let load = Load::Text(self.plain_text(spot)?, Style::Plain);
        // Most texts that start a line are keys: nothing has to wait for their `:`.
        if may_be_key && self.is_simple_key(spot) {
            self.simple_key(spot, load);
            return Ok(());
        }
        if may_be_key {
            self.expect_simple_key(spot);
        }
        self.push(Kind::Scalar, spot, load);
        Ok(())
    }

    fn plain_text(&mut self, spot: Spot) -> Result<Cow<'a, str>, Error> {
        let mut pieces = Pieces::new(self.cursor.pos());
        let mut folds = Folds::default();
        while !self.cursor.is_document_mark() && self.cursor.peek(0) != b'#' {
            let start = self.cursor.pos();
            self.cursor.skip_plain(self.in_flow());
            if self.cursor.pos() > start {
                if folds.has_break() {
                    pieces.push(&self.cursor, &folds.take(), start);
                }
                pieces.extend(&self.cursor);
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            self.skip_plain_blanks(&mut folds, spot)?;
            if !self.in_flow() && self.is_outside() {
                break;
            }
        }
        if folds.has_break() {
            self.simple_key_allowed = true;
            self.line_ended = true;
        }
        Ok(pieces.finish(&self.cursor))
    }

    /// Whether this column belongs to no text of the innermost block.
    fn is_outside(&self) -> bool {
        i64::try_from(self.cursor.column()).is_ok_and(|column| column <= self.indent)
    }

    fn skip_plain_blanks(&mut self, folds: &mut Folds, start: Spot) -> Result<(), Error> {
        loop {
            if let Some(end) = self.cursor.skip_line() {
                folds.add(end);
            } else if !folds.has_break() {
                if !self.cursor.is_blank(0) {
                    return Ok(());
                }
                self.cursor.skip_blanks();
            } else if self.cursor.peek(0) == b'\t' && self.is_outside() {
                let problem = "found a tab character that violates indentation";
                return Err(self.error("while scanning a plain scalar", start, problem));
            } else if self.cursor.is_blank(0) {
                self.cursor.skip();
                self.cursor.skip_spaces();
            } else {
                return Ok(());
            }
        }
    }
}
