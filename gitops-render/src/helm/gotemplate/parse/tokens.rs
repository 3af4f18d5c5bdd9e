//! Items with up to three put back.

use crate::helm::gotemplate::lex::{Item, Lexer};

/// The items that were put back, the next one last. The first slot always is the item that was
/// read last: its line is the one that errors name.
pub(super) struct Tokens<'t> {
    slots: [Item<'t>; 3],
    back: usize,
}

impl Default for Tokens<'_> {
    fn default() -> Self {
        Self { slots: [Item::NONE; 3], back: 0 }
    }
}

impl<'t> Tokens<'t> {
    pub(super) fn next(&mut self, lexer: &mut Lexer<'t>) -> Item<'t> {
        if self.back > 0 {
            self.back -= 1;
        } else {
            self.slots[0] = lexer.item();
        }
        self.slots[self.back]
    }

    pub(super) fn peek(&mut self, lexer: &mut Lexer<'t>) -> &Item<'t> {
        if self.back == 0 {
            self.slots[0] = lexer.item();
            self.back = 1;
        }
        &self.slots[self.back - 1]
    }

    /// Puts back the item that was read last.
    pub(super) fn back(&mut self) {
        self.back += 1;
    }

    /// Puts back the item that was read last, and `item` before it.
    pub(super) fn back_before(&mut self, item: Item<'t>) {
        self.slots[1] = item;
        self.back = 2;
    }

    /// Puts back the item that was read last, and before it `first` and `second`.
    pub(super) fn back_before_two(&mut self, first: Item<'t>, second: Item<'t>) {
        self.slots[1] = second;
        self.slots[2] = first;
        self.back = 3;
    }

    /// Whether nothing is put back.
    pub(super) fn is_empty(&self) -> bool {
        self.back == 0
    }

    /// Goes on behind `item`, while nothing is put back.
    pub(super) fn skip_to(&mut self, item: Item<'t>) {
        self.slots[0] = item;
    }

    /// Where the item ends that was read last, in bytes.
    pub(super) fn end(&self) -> usize {
        let Item { pos, text, .. } = self.slots[0];
        pos + text.len()
    }

    /// The line that errors name.
    pub(super) fn line(&self) -> usize {
        self.slots[0].line
    }
}
