//! What a template reads of the values, and where in its output that shows.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use super::{Str, Value};

/// Notes which keys are read while the output of a file grows.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The maps that were found below the root, by their numbers.
    tables: RefCell<Vec<Table>>,
    log: RefCell<Log>,
    /// How long the output of the file is.
    at: Cell<usize>,
}

/// What happened while a file ran.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) reads: Vec<Read>,
    pub(crate) marks: Vec<Mark>,
}

/// A key that was read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// The number of the map.
    table: usize,
    key: Str,
    /// What of the output depends on it, in bytes; up to [`OPEN`] as long as nobody knows.
    pub(crate) output: Range<usize>,
}

/// A piece of the template whose output starts at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) output: usize,
    /// Where it starts in the template.
    pub(crate) pos: u32,
    /// Whether it is text, which stands in the template as it is printed.
    pub(crate) is_text: bool,
}

/// A map, below the key of another one; the root is below itself.
#[derive(Debug)]
struct Table {
    above: usize,
    key: Str,
}

/// What a map knows that is watched.
#[derive(Debug)]
pub(super) struct Tag {
    trace: Rc<Trace>,
    table: usize,
}

/// The end of an output that still grows.
const OPEN: usize = usize::MAX;

/// How much is noted of one file; what comes after goes unnoted.
const MOST: usize = 1 << 18;

/// Longer keys are not noted.
const LONGEST: usize = 256;

impl Trace {
    /// What makes a map the root of what is watched.
    pub(super) fn root(self: &Rc<Self>) -> Tag {
        let mut tables = self.tables.borrow_mut();
        let table = tables.len();
        tables.push(Table { above: table, key: Str::default() });
        Tag { trace: Rc::clone(self), table }
    }

    /// Begins with the output of another file.
    pub(crate) fn start(&self) {
        self.log.take();
        self.at.set(0);
    }

    /// A piece of the template begins where the output is as long as `at`. Gives what
    /// [`close`](Self::close) asks for.
    pub(crate) fn open(&self, at: usize, mark: Option<Mark>) -> usize {
        self.at.set(at);
        let mut log = self.log.borrow_mut();
        if let Some(mark) = mark
            && log.marks.len() < MOST
        {
            log.marks.push(mark);
        }
        log.reads.len()
    }

    /// What was read since then, and is not closed, decided over the output up to `end`.
    pub(crate) fn close(&self, since: usize, end: usize) {
        self.at.set(end);
        for read in &mut self.log.borrow_mut().reads[since..] {
            if read.output.end == OPEN {
                read.output.end = end;
            }
        }
    }

    /// What happened since [`start`](Self::start).
    pub(crate) fn finish(&self) -> Log {
        self.log.take()
    }

    /// The keys on the way to what was read.
    pub(crate) fn path(&self, read: &Read) -> Vec<Str> {
        let tables = self.tables.borrow();
        let mut path = vec![read.key.clone()];
        let mut at = read.table;
        while tables[at].above != at {
            path.push(tables[at].key.clone());
            at = tables[at].above;
        }
        path.reverse();
        path
    }

    fn note(&self, table: usize, key: &[u8]) {
        let mut log = self.log.borrow_mut();
        if log.reads.len() < MOST && key.len() <= LONGEST {
            let output = self.at.get()..OPEN;
            log.reads.push(Read { table, key: Str::from(key), output });
        }
    }
}

impl Log {
    /// Whether there may be pieces of the template behind the last mark.
    pub(crate) fn is_full(&self) -> bool {
        self.marks.len() >= MOST
    }

    /// The same of a text out of which pieces of `length` bytes were cut at the places `cut`, which
    /// are sorted.
    pub(crate) fn without(mut self, cut: &[usize], length: usize) -> Self {
        let moved = |at: usize| {
            let before = cut.partition_point(|start| *start < at);
            let last = before.checked_sub(1).map_or(0, |last| cut[last] + length);
            at + last.saturating_sub(at) - before * length
        };
        for mark in &mut self.marks {
            mark.output = moved(mark.output);
        }
        for read in &mut self.reads {
            read.output = moved(read.output.start)..moved(read.output.end);
        }
        self
    }
}

impl Tag {
    /// Notes that `key` was read, which is `found`.
    pub(super) fn read(&self, key: &[u8], found: Option<&Value>) {
        self.trace.note(self.table, key);
        self.pass(key, found);
    }

    /// Watches `found` too, which is below `key`.
    pub(super) fn pass(&self, key: &[u8], found: Option<&Value>) {
        let Some(Value::Map(below)) = found else { return };
        below.watch_by(|| {
            let mut tables = self.trace.tables.borrow_mut();
            tables.push(Table { above: self.table, key: Str::from(key) });
            Self { trace: Rc::clone(&self.trace), table: tables.len() - 1 }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{Log, Mark, Trace};
    use crate::helm::go::{Map, Str, Value};

    #[test]
    fn places_move_by_what_is_cut_out_before_them() {
        let marks = [0, 2, 4, 5, 12, 20];
        let marks = marks.map(|output| Mark { output, pos: 0, is_text: true });
        let log = Log { reads: Vec::new(), marks: marks.to_vec() }.without(&[2, 12], 3);
        let outputs: Vec<usize> = log.marks.iter().map(|mark| mark.output).collect();
        assert_eq!(outputs, [0, 2, 2, 2, 9, 14]);
    }

    #[test]
    fn reads_are_noted_with_the_way_to_them_and_the_output_that_they_decide_over() {
        let inner = Map::of([(Str::from("tag"), Value::string("1"))].into());
        let root = Map::of([(Str::from("image"), Value::Map(inner.clone()))].into());
        let trace = Rc::new(Trace::default());
        root.watch(&trace);
        inner.get(b"before");
        let outer = trace.open(3, None);
        root.get(b"image");
        let since = trace.open(5, None);
        inner.get(b"tag");
        inner.get(b"none");
        trace.close(since, 7);
        trace.close(outer, 9);
        let log = trace.finish();
        let shown = log.reads.iter().map(|read| {
            let path: Vec<String> = trace.path(read).iter().map(ToString::to_string).collect();
            format!("{} {:?}", path.join("."), read.output)
        });
        let shown: Vec<String> = shown.collect();
        assert_eq!(shown, ["image 3..9", "image.tag 5..7", "image.none 5..7"]);
    }
}
