//! What many texts may cost together.

use super::{Error, Mark};

/// What all texts of one render may cost together, beside what [`Limits`](super::Limits) allow
/// each of them: a few bytes of anchors in each of many files would otherwise add up to any
/// amount of memory.
///
/// It is handed to one text after the other ([`Documents::sharing`](super::Documents::sharing)).
///
/// ```
/// use gitops_render::yaml::{self, Allowance, Documents, Options};
///
/// let mut allowance = Allowance::new(7, 100);
/// let mut read = |text: &str| -> Result<usize, yaml::Error> {
///     let documents = Documents::sharing(text.as_bytes(), &Options::default(), &mut allowance)?;
///     Ok(documents.collect::<Result<Vec<_>, _>>()?.len())
/// };
/// assert_eq!(read("a: &x [1]\nb: *x"), Ok(1));
/// assert_eq!(
///     read("a: 1").unwrap_err().to_string(),
///     "1:1: the number of values of all files is over the limit of 7",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Allowance {
    nodes: Share,
    alias_bytes: Share,
}

#[derive(Clone, Debug)]
struct Share {
    used: u64,
    limit: u64,
}

impl Allowance {
    /// So many values and keys, those that aliases stand for too, and so many bytes of text that
    /// anchors and aliases stand for.
    pub fn new(nodes: u64, alias_bytes: u64) -> Self {
        Self {
            nodes: Share { used: 0, limit: nodes },
            alias_bytes: Share { used: 0, limit: alias_bytes },
        }
    }

    /// Whether a text wanted more than was left; there is no use in reading others.
    pub fn is_exceeded(&self) -> bool {
        self.nodes.is_exceeded() || self.alias_bytes.is_exceeded()
    }

    pub(super) fn nodes(&mut self, count: u64, mark: Mark) -> Result<(), Error> {
        self.nodes.take(count, mark, "the number of values of all files", "total_nodes")
    }

    pub(super) fn alias_bytes(&mut self, count: u64, mark: Mark) -> Result<(), Error> {
        let what = "the text that anchors and aliases of all files stand for";
        self.alias_bytes.take(count, mark, what, "total_alias_bytes")
    }
}

impl Share {
    fn is_exceeded(&self) -> bool {
        self.used > self.limit
    }

    fn take(
        &mut self,
        count: u64,
        mark: Mark,
        what: &'static str,
        option: &'static str,
    ) -> Result<(), Error> {
        self.used = self.used.saturating_add(count);
        let limit = self.limit;
        if self.is_exceeded() { Err(Error::Limit { mark, what, limit, option }) } else { Ok(()) }
    }
}
