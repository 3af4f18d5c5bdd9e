//! Lists and maps in blocks.

use super::{Found, Parser, State, Step};
use crate::yaml::scan::cursor::Spot;
use crate::yaml::scan::token::{Kind, Load};

impl<'a> Parser<'a> {
    /// Notes where the list or map starts whose first token this is.
    pub(super) fn enter(&mut self) -> Result<(), crate::yaml::Error> {
        let (_, spot) = self.peek()?;
        self.starts.push(spot);
        self.take();
        Ok(())
    }

    /// Takes the token that ends the innermost list or map.
    pub(super) fn leave(&mut self, spot: Spot) -> Found<'a> {
        self.return_to();
        self.starts.pop();
        let end = self.end(spot);
        self.take();
        end
    }

    pub(super) fn block_list_entry(&mut self, first: bool) -> Step<'a> {
        if first {
            self.enter()?;
        }
        let (kind, spot) = self.peek()?;
        match kind {
            Kind::BlockEntry => match self.advance()?.0 {
                Kind::BlockEntry | Kind::BlockEnd => {
                    self.state = State::BlockListEntry;
                    Ok(Self::absent(behind(spot)))
                }
                _ => {
                    self.states.push(State::BlockListEntry);
                    self.node(true, false)
                }
            },
            Kind::BlockEnd => {
                let comment = self.comment.take();
                let end = self.leave(spot);
                self.comment = comment;
                Ok(end)
            }
            _ => {
                let problem = "did not find expected '-' indicator";
                Err(self.error_inside("while parsing a block collection", problem, spot))
            }
        }
    }

    /// An entry of a list that is not further in than the key before it.
    pub(super) fn indentless_entry(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if kind != Kind::BlockEntry {
            self.return_to();
            let comment = self.comment.take();
            let end = self.end(spot);
            self.comment = comment;
            return Ok(end);
        }
        match self.advance()?.0 {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.state = State::IndentlessEntry;
                Ok(Self::absent(behind(spot)))
            }
            _ => {
                self.states.push(State::IndentlessEntry);
                self.node(true, false)
            }
        }
    }

    pub(super) fn block_map_key(&mut self, first: bool) -> Step<'a> {
        if first {
            self.enter()?;
        }
        let (kind, spot) = self.peek()?;
        match kind {
            Kind::Key => {
                let behind = self.behind_key(spot);
                self.block_part(State::BlockMapValue, behind)
            }
            Kind::BlockEnd => Ok(self.leave(spot)),
            _ => {
                let problem = "did not find expected key";
                Err(self.error_inside("while parsing a block mapping", problem, spot))
            }
        }
    }

    pub(super) fn block_map_value(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if kind != Kind::Value {
            self.state = State::BlockMapKey;
            return Ok(Self::absent(spot));
        }
        self.take();
        self.block_part(State::BlockMapKey, behind(spot))
    }

    /// A key or a value, `behind` its indicator; then goes on with `next`.
    fn block_part(&mut self, next: State, behind: Spot) -> Step<'a> {
        match self.peek()?.0 {
            Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.state = next;
                Ok(Self::absent(behind))
            }
            _ => {
                self.states.push(next);
                self.node(true, true)
            }
        }
    }

    /// Takes the token of a key. Without an indicator in the text it has no width.
    fn behind_key(&mut self, spot: Spot) -> Spot {
        match self.take() {
            Load::Explicit => behind(spot),
            _ => spot,
        }
    }
}

/// The place behind the indicator at `spot`.
fn behind(spot: Spot) -> Spot {
    Spot { index: spot.index + 1, line: spot.line, column: spot.column + 1 }
}
