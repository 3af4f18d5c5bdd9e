//! Lists and maps between brackets.

use super::{Parser, Properties, State, Step};
use crate::yaml::scan::token::Kind;

impl<'a> Parser<'a> {
    pub(super) fn flow_list_entry(&mut self, first: bool) -> Step<'a> {
        if first {
            self.enter()?;
        }
        let (mut kind, mut spot) = self.peek()?;
        if kind != Kind::FlowListEnd {
            if !first {
                if kind != Kind::FlowEntry {
                    let problem = "did not find expected ',' or ']'";
                    return Err(self.error_inside("while parsing a flow sequence", problem, spot));
                }
                (kind, spot) = self.advance()?;
            }
            if kind == Kind::Key {
                let properties = Properties { start: spot, ..Properties::default() };
                let pair = self.map(properties, State::FlowPairKey);
                self.take();
                return pair;
            }
            if kind != Kind::FlowListEnd {
                self.states.push(State::FlowListEntry);
                return self.node(false, false);
            }
        }
        Ok(self.leave(spot))
    }

    pub(super) fn flow_pair_key(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowListEnd) {
            // go-yaml drops the token here, so that what follows is the value, or an error.
            self.take();
            self.state = State::FlowPairValue;
            return Ok(Self::absent(spot));
        }
        self.states.push(State::FlowPairValue);
        self.node(false, false)
    }

    pub(super) fn flow_pair_value(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if kind == Kind::Value {
            let (kind, _) = self.advance()?;
            if !matches!(kind, Kind::FlowEntry | Kind::FlowListEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowPairEnd;
        Ok(Self::absent(spot))
    }

    pub(super) fn flow_pair_end(&mut self) -> Step<'a> {
        let (_, spot) = self.peek()?;
        self.state = State::FlowListEntry;
        let comment = self.comment.take();
        let end = self.end(spot);
        self.comment = comment;
        Ok(end)
    }

    pub(super) fn flow_map_key(&mut self, first: bool) -> Step<'a> {
        if first {
            self.enter()?;
        }
        let (mut kind, mut spot) = self.peek()?;
        if kind != Kind::FlowMapEnd {
            if !first {
                if kind != Kind::FlowEntry {
                    let problem = "did not find expected ',' or '}'";
                    return Err(self.error_inside("while parsing a flow mapping", problem, spot));
                }
                (kind, spot) = self.advance()?;
            }
            if kind == Kind::Key {
                (kind, spot) = self.advance()?;
                if matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowMapEnd) {
                    self.state = State::FlowMapValue;
                    return Ok(Self::absent(spot));
                }
                self.states.push(State::FlowMapValue);
                return self.node(false, false);
            }
            if kind != Kind::FlowMapEnd {
                self.states.push(State::FlowMapEmpty);
                return self.node(false, false);
            }
        }
        Ok(self.leave(spot))
    }

    pub(super) fn flow_map_value(&mut self, empty: bool) -> Step<'a> {
        let (mut kind, mut spot) = self.peek()?;
        if !empty && kind == Kind::Value {
            (kind, spot) = self.advance()?;
            if !matches!(kind, Kind::FlowEntry | Kind::FlowMapEnd) {
                self.states.push(State::FlowMapKey);
                return self.node(false, false);
            }
        }
        self.state = State::FlowMapKey;
        Ok(Self::absent(spot))
    }
}
