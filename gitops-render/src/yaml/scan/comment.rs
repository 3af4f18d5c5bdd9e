//! Comments: skipped, and kept where they stand behind something on its line.

use super::cursor::Spot;
use super::scanner::Scanner;
use crate::yaml::Dialect;

/// How far go-yaml v3 looks for a comment, in bytes.
const FAR: usize = 512;

impl Scanner<'_> {
    /// Over the comment that starts here. go-yaml v3 takes those on the next lines at once, over
    /// tabs before them.
    pub(super) fn skip_comments(&mut self) {
        self.cursor.skip_rest_of_line();
        while self.dialect == Dialect::GoV3 {
            let Some(ahead) = self.next_comment() else { return };
            let end = self.cursor.pos() + ahead;
            while self.cursor.pos() < end {
                if self.cursor.skip_line().is_none() {
                    self.cursor.skip();
                }
            }
            self.cursor.skip_rest_of_line();
        }
    }

    /// How far away the next comment starts, if only blanks and line ends stand before it.
    fn next_comment(&self) -> Option<usize> {
        let skipped =
            |ahead: &usize| matches!(self.cursor.peek(*ahead), b' ' | b'\t' | b'\r' | b'\n');
        let ahead = (0..FAR).find(|ahead| !skipped(ahead))?;
        (self.cursor.peek(ahead) == b'#').then_some(ahead)
    }

    /// Takes the comment behind the last token on its line, if there is one: go-yaml v3 keeps it
    /// for what starts at `owner`.
    pub(super) fn line_comment(&mut self, owner: Spot) {
        if self.dialect == Dialect::GoV2 || self.line_ended {
            return;
        }
        let blank = |ahead: &usize| self.cursor.is_blank(*ahead);
        let Some(ahead) = (0..FAR).find(|ahead| !blank(ahead)) else { return };
        if self.cursor.peek(ahead) != b'#' {
            return;
        }
        self.cursor.skip_blanks();
        let start = self.cursor.pos();
        self.cursor.skip_rest_of_line();
        self.comments.push_back((owner, self.cursor.between(start, self.cursor.pos())));
    }
}
