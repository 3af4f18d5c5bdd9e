//! Blocks: texts over several lines behind a `|` or `>`.

use super::cursor::Spot;
use super::scanner::Scanner;
use super::token::{Kind, Load};
use crate::yaml::Error;
use crate::yaml::event::Style;

/// What the first line of a block says.
#[derive(Default)]
struct Header {
    chomping: Chomping,
    /// How much further in than the block around; 0 where the text decides.
    increment: u8,
}

/// What happens to the line ends behind the last line.
#[derive(Clone, Copy, Default, PartialEq)]
enum Chomping {
    Strip,
    #[default]
    Clip,
    Keep,
}

/// The lines of a block so far.
#[derive(Default)]
struct Lines {
    text: String,
    /// The end of the last line that has something on it.
    end: Option<char>,
    /// The ends of empty lines behind it.
    empty: String,
    /// Whether the last line starts with a blank.
    blank: bool,
}

const CONTEXT: &str = "while scanning a block scalar";

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, first: u8) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let spot = self.cursor.spot();
        self.cursor.skip();
        let header = self.block_header(spot)?;
        let style = if first == b'|' { Style::Literal } else { Style::Folded };
        let text = self.block_text(&header, style, spot)?;
        self.line_ended = true;
        self.push(Kind::Scalar, spot, Load::Text(text.into(), style));
        Ok(())
    }

    fn block_header(&mut self, spot: Spot) -> Result<Header, Error> {
        let mut header = Header::default();
        let chomped = self.chomping(&mut header);
        self.increment(&mut header, spot)?;
        if !chomped {
            self.chomping(&mut header);
        }
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.line_comment(spot);
            self.cursor.skip_rest_of_line();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.error(CONTEXT, spot, "did not find expected comment or line break"));
        }
        self.cursor.skip_line();
        Ok(header)
    }

    fn chomping(&mut self, header: &mut Header) -> bool {
        header.chomping = match self.cursor.peek(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return false,
        };
        self.cursor.skip();
        true
    }

    fn increment(&mut self, header: &mut Header, spot: Spot) -> Result<(), Error> {
        match self.cursor.peek(0) {
            b'0' => {
                let problem = "found an indentation indicator equal to 0";
                return Err(self.error(CONTEXT, spot, problem));
            }
            digit @ b'1'..=b'9' => {
                header.increment = digit - b'0';
                self.cursor.skip();
            }
            _ => {}
        }
        Ok(())
    }

    fn block_text(&mut self, header: &Header, style: Style, spot: Spot) -> Result<String, Error> {
        let outer = usize::try_from(self.indent).unwrap_or(0);
        let mut indent = match header.increment {
            0 => None,
            increment => Some(outer + usize::from(increment)),
        };
        let mut lines = Lines { text: std::mem::take(&mut self.scratch), ..Lines::default() };
        let column = self.empty_lines(&mut indent, &mut lines.empty, spot)?;
        while self.cursor.column() == column && !self.cursor.at_end() {
            lines.join(style, self.cursor.is_blank(0));
            let start = self.cursor.pos();
            self.cursor.skip_rest_of_line();
            lines.text.push_str(self.cursor.between(start, self.cursor.pos()));
            lines.end = self.cursor.skip_line();
            self.empty_lines(&mut indent, &mut lines.empty, spot)?;
        }
        let text = lines.finish(header.chomping);
        let exact = text.as_str().to_owned();
        self.scratch = text;
        self.scratch.clear();
        Ok(exact)
    }

    /// Over indentation and empty lines. Finds out how far in the block is, if that is not known,
    /// and returns it.
    fn empty_lines(
        &mut self,
        indent: &mut Option<usize>,
        ends: &mut String,
        spot: Spot,
    ) -> Result<usize, Error> {
        let mut furthest = 0;
        loop {
            self.indentation(*indent);
            furthest = furthest.max(self.cursor.column());
            let short = indent.is_none_or(|indent| self.cursor.column() < indent);
            if short && self.cursor.peek(0) == b'\t' {
                let problem = "found a tab character where an indentation space is expected";
                return Err(self.error(CONTEXT, spot, problem));
            }
            match self.cursor.skip_line() {
                Some(end) => ends.push(end),
                None => break,
            }
        }
        let least = usize::try_from(self.indent + 1).unwrap_or(0).max(1);
        Ok(*indent.get_or_insert(furthest.max(least)))
    }

    fn indentation(&mut self, indent: Option<usize>) {
        match indent {
            None => self.cursor.skip_spaces(),
            Some(indent) => {
                let missing = indent.saturating_sub(self.cursor.column());
                self.cursor.skip_some_spaces(missing);
            }
        }
    }
}

impl Lines {
    /// Puts what stands between the last line and one that comes now.
    fn join(&mut self, style: Style, blank: bool) {
        let end = self.end.take();
        if style == Style::Folded && !self.blank && !blank && end == Some('\n') {
            if self.empty.is_empty() {
                self.text.push(' ');
            }
        } else {
            self.text.extend(end);
        }
        self.text.push_str(&self.empty);
        self.empty.clear();
        self.blank = blank;
    }

    fn finish(mut self, chomping: Chomping) -> String {
        if chomping != Chomping::Strip {
            self.text.extend(self.end);
        }
        if chomping == Chomping::Keep {
            self.text.push_str(&self.empty);
        }
        self.text
    }
}
