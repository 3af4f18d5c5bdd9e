//! What a text may still cost.

use super::{Allowance, Error, Limits, Mark};

/// No walk of a value that is nested deeper is safe on a small stack.
const DEEPEST: u64 = 512;

/// How large a value is, with all that its aliases stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) nodes: u64,
    pub(crate) bytes: u64,
    /// Levels of lists and maps; a scalar has none.
    pub(crate) depth: u64,
}

impl Limits {
    /// How many levels of lists and maps there may be.
    pub(crate) fn levels(&self) -> u64 {
        self.depth.min(DEEPEST)
    }
}

impl Size {
    pub(crate) fn of_text(bytes: usize) -> Self {
        Self { nodes: 1, bytes: bytes as u64, depth: 0 }
    }

    /// Takes the size of a part in.
    pub(crate) fn add(&mut self, part: Self) {
        self.nodes += part.nodes;
        self.bytes += part.bytes;
        self.depth = self.depth.max(part.depth);
    }
}

/// Counts against [`Limits`], and against what is left for all texts.
pub(crate) struct Budget<'a> {
    limits: Limits,
    allowance: Option<&'a mut Allowance>,
    documents: u64,
    nodes: u64,
    alias_bytes: u64,
    alias_nodes: u64,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: Limits, allowance: Option<&'a mut Allowance>) -> Self {
        Self { limits, allowance, documents: 0, nodes: 0, alias_bytes: 0, alias_nodes: 0 }
    }

    pub(crate) fn document(&mut self, mark: Mark) -> Result<(), Error> {
        self.documents += 1;
        within(self.documents, self.limits.documents, mark, "the number of documents", "documents")
    }

    pub(crate) fn nodes(&mut self, count: u64, mark: Mark) -> Result<(), Error> {
        self.nodes += count;
        within(self.nodes, self.limits.nodes, mark, "the number of values", "nodes")?;
        self.allowance.as_mut().map_or(Ok(()), |it| it.nodes(count, mark))
    }

    /// A value of `depth` levels below `above` others.
    pub(crate) fn depth(&self, above: usize, depth: u64, mark: Mark) -> Result<(), Error> {
        let limit = self.limits.levels();
        if above as u64 + depth <= limit { Ok(()) } else { Err(too_deep(limit, mark)) }
    }

    /// One more copy of a value of this size: an anchor keeps one, and each alias is one.
    pub(crate) fn copy(&mut self, size: Size, mark: Mark) -> Result<(), Error> {
        self.alias_bytes += size.bytes;
        self.alias_nodes += size.nodes;
        let Limits { alias_bytes, alias_nodes, .. } = self.limits;
        let text = "the text that anchors and aliases stand for";
        within(self.alias_bytes, alias_bytes, mark, text, "alias_bytes")?;
        let values = "the number of values that anchors and aliases stand for";
        within(self.alias_nodes, alias_nodes, mark, values, "alias_nodes")?;
        self.allowance.as_mut().map_or(Ok(()), |it| it.alias_bytes(size.bytes, mark))
    }
}

pub(crate) fn too_deep(limit: u64, mark: Mark) -> Error {
    Error::Limit { mark, what: "the depth of nesting", limit, option: "depth" }
}

fn within(
    count: u64,
    limit: u64,
    mark: Mark,
    what: &'static str,
    option: &'static str,
) -> Result<(), Error> {
    if count <= limit { Ok(()) } else { Err(Error::Limit { mark, what, limit, option }) }
}
