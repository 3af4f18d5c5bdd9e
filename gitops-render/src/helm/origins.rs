//! Which keys of the values an object was made with, and which file sets them.

mod sources;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

pub(super) use self::sources::{Layer, Sources};
use super::go::{Log, Read, Str, Trace};
use super::release::Manifest;
use crate::ValueRead;

/// What is known of where the output of a render comes from.
#[derive(Debug, Default)]
pub(super) struct Origins {
    pub(super) trace: Rc<Trace>,
    /// What happened while each template ran, by their paths.
    pub(super) logs: BTreeMap<String, Log>,
    pub(super) sources: Sources,
}

/// The keys that documents were made with, by template and number.
pub(super) type Reads = BTreeMap<(Arc<str>, u32), Vec<ValueRead>>;

/// How many reads are told of all documents together.
const ROOM: usize = 1 << 20;

impl Origins {
    /// The keys that each document was made with, in their order.
    pub(super) fn reads<'m>(&self, manifests: impl Iterator<Item = &'m Manifest>) -> Reads {
        let mut by_path: BTreeMap<&str, Vec<&Manifest>> = BTreeMap::new();
        for manifest in manifests {
            by_path.entry(&*manifest.path).or_default().push(manifest);
        }
        let mut reads = Reads::new();
        let mut room = ROOM;
        for (path, mut manifests) in by_path {
            manifests.sort_unstable_by_key(|manifest| manifest.number());
            let Some(log) = self.logs.get(path) else { continue };
            let mut active: Vec<&Read> = Vec::new();
            let mut left = log.reads.iter().peekable();
            for manifest in manifests {
                let around = manifest.around();
                active.retain(|read| read.output.end >= around.start);
                while let Some(read) = left.next_if(|read| read.output.start <= around.end) {
                    active.push(read);
                }
                room = room.saturating_sub(active.len());
                if room == 0 {
                    return reads;
                }
                reads.insert(manifest.key(), self.met(&active, around));
            }
        }
        reads
    }

    /// The keys of those reads that decide over what was printed.
    fn met(&self, reads: &[&Read], printed: &Range<usize>) -> Vec<ValueRead> {
        let decide = reads.iter().filter(|read| meet(&read.output, printed));
        let mut paths: Vec<Vec<Str>> = decide.map(|read| self.trace.path(read)).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.iter().map(|path| self.sources.read(path)).collect()
    }

    /// The line of the template on which a document starts, if that was noted.
    pub(super) fn line(&self, manifest: &Manifest, template: &[u8]) -> Option<u32> {
        let log = self.logs.get(&*manifest.path)?;
        let start = manifest.start();
        let behind = log.marks.partition_point(|mark| mark.output <= start);
        if behind == log.marks.len() && log.is_full() {
            return None;
        }
        let mark = log.marks[..behind].last()?;
        let into = if mark.is_text { start - mark.output } else { 0 };
        let end = (mark.pos as usize).checked_add(into)?;
        let before = template.get(..end)?;
        u32::try_from(1 + memchr::memchr_iter(b'\n', before).count()).ok()
    }
}

/// Whether what was read decides over some of what was printed. Where it printed nothing, what
/// counts is whether it might have.
fn meet(output: &Range<usize>, printed: &Range<usize>) -> bool {
    if output.is_empty() {
        return printed.start <= output.start && output.start <= printed.end;
    }
    output.start < printed.end && printed.start < output.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prints_nothing_belongs_to_the_document_that_it_is_in() {
        let cases = [
            (0..4, true),
            (0..5, true),
            (0..3, false),
            (9..12, true),
            (10..12, false),
            (3..3, true),
            (10..10, true),
            (2..2, false),
            (11..11, false),
        ];
        for (output, wanted) in cases {
            assert_eq!(meet(&output, &(3..10)), wanted, "{output:?}");
        }
    }
}
