//! A part of an expression with what it costs, by which Go refuses large ones.

use regex_syntax::hir::Hir;

use super::syntax::Refused;

/// The most instructions that Go compiles an expression to.
const MOST_SIZE: u64 = (128 << 20) / 40;

/// How deep Go lets expressions nest.
const MOST_HEIGHT: u32 = 1000;

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) hir: Hir,
    /// How many instructions Go compiles it to.
    size: u64,
    height: u32,
    shape: Shape,
    /// The largest product of repetitions inside one another.
    pub(super) copies: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Concat,
    Alternation,
    Other,
}

impl Piece {
    /// A character, class or assertion.
    pub(super) fn leaf(hir: Hir) -> Self {
        Self { hir, size: 1, height: 1, shape: Shape::Other, copies: 1 }
    }

    pub(super) fn concat(pieces: Vec<Self>) -> Self {
        Self::joined(pieces, Shape::Concat, Hir::concat)
    }

    pub(super) fn alternation(pieces: Vec<Self>) -> Self {
        Self::joined(pieces, Shape::Alternation, Hir::alternation)
    }

    fn joined(mut pieces: Vec<Self>, shape: Shape, join: fn(Vec<Hir>) -> Hir) -> Self {
        if pieces.len() == 1
            && let Some(only) = pieces.pop()
        {
            return only;
        }
        let bars = if shape == Shape::Alternation { pieces.len().saturating_sub(1) } else { 0 };
        let size = pieces.iter().map(|it| it.size).sum::<u64>() + bars as u64;
        let below = |it: &Self| if it.shape == shape { it.height - 1 } else { it.height };
        let height = 1 + pieces.iter().map(below).max().unwrap_or_default();
        let copies = pieces.iter().map(|it| it.copies).max().unwrap_or(1);
        let hir = join(pieces.into_iter().map(|it| it.hir).collect());
        Self { hir, size: size.max(1), height, shape, copies }
    }

    /// As a group that captures.
    pub(super) fn wrapped(self, wrap: impl FnOnce(Hir) -> Hir) -> Self {
        Self {
            hir: wrap(self.hir),
            size: self.size + 2,
            height: self.height + 1,
            shape: Shape::Other,
            copies: self.copies,
        }
    }

    /// Repeated; `copies` is 0 for `{0}` and for `*`, `+`, `?`, which count as none.
    pub(super) fn repeated(
        self,
        min: u32,
        max: Option<u32>,
        copies: u32,
        repeat: impl FnOnce(Hir) -> Hir,
    ) -> Self {
        let (min, product) = (u64::from(min), self.copies * u64::from(copies.max(1)));
        let size = match max.map(u64::from) {
            None if min == 0 => self.size + 2,
            None => self.size * min + 1,
            Some(max) => self.size * max + (max - min),
        };
        Self {
            hir: repeat(self.hir),
            size: size.max(1),
            height: self.height + 1,
            shape: Shape::Other,
            copies: if max == Some(0) { 1 } else { product },
        }
    }

    /// Refuses what Go refuses as too large or too deep.
    pub(super) fn check(&self, whole: &[u8]) -> Result<(), Refused> {
        if self.size > MOST_SIZE {
            return Err(Refused::new("expression too large", whole));
        }
        if self.height > MOST_HEIGHT {
            return Err(Refused::new("expression nests too deeply", whole));
        }
        Ok(())
    }
}
