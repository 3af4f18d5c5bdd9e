//! Reads the templates of a chart, those that were not read before.

use std::thread;

use super::HelmCompat;
use super::go::Str;
use super::gotemplate::{Fault, parse};
use super::kept::{Kept, Trees};
use super::registry::callees;
use super::watch::Watch;

/// From how many bytes on a second thread saves more time than it takes.
const MUCH: usize = 256 << 10;

/// More threads hardly help: then most of a render is something else.
const THREADS: usize = 4;

/// Reads templates.
pub(super) struct Reader<'a> {
    pub(super) kept: &'a Kept,
    pub(super) watch: &'a Watch,
    /// The version of Helm whose functions there are.
    pub(super) compat: HelmCompat,
}

/// The path of a file, and what is in it.
type Text<'t> = (&'t str, &'t Str);

/// The path of a file, and what it defines.
type Read<'t> = (&'t str, Result<Trees, Fault>);

impl Reader<'_> {
    /// What the files define, in their order.
    pub(super) fn read<'t>(&self, texts: &[Text<'t>]) -> Vec<Read<'t>> {
        let mut left: Vec<Text<'t>> = Vec::new();
        let known = texts.iter().map(|&(name, text)| {
            let known = self.kept.file(name, self.compat, text);
            if known.is_none() {
                left.push((name, text));
            }
            (name, known)
        });
        let known: Vec<_> = known.collect();
        let mut read = self.on_threads(&left).into_iter();
        let known = known.into_iter().map(|(name, trees)| match trees {
            Some(trees) => Some((name, Ok(trees))),
            None => read.next(),
        });
        known.flatten().collect()
    }

    fn on_threads<'t>(&self, texts: &[Text<'t>]) -> Vec<Read<'t>> {
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        let threads = if bytes < MUCH { 1 } else { threads() };
        let mut parts = parts(texts, bytes.div_ceil(threads).max(1)).into_iter();
        let own = parts.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = parts.map(|part| scope.spawn(move || self.part(part))).collect();
            let mut read = self.part(own);
            for other in others {
                read.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            read
        })
    }

    /// Reads up to the first file that cannot be read.
    fn part<'t>(&self, texts: &[Text<'t>]) -> Vec<Read<'t>> {
        let mut read = Vec::with_capacity(texts.len());
        for &(name, text) in texts {
            let trees = self.file(name, text);
            let is_wrong = trees.is_err();
            read.push((name, trees));
            if is_wrong {
                break;
            }
        }
        read
    }

    fn file(&self, name: &str, text: &Str) -> Result<Trees, Fault> {
        self.watch.check()?;
        let trees = parse(Str::from(name), text, callees(self.compat))?;
        self.kept.keep_file(name, self.compat, text, &trees);
        Ok(trees)
    }
}

/// How many threads may work at once here.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, |count| count.get().min(THREADS))
}

/// Neighbours of about so many bytes together.
fn parts<'p, 't>(mut texts: &'p [Text<'t>], bytes: usize) -> Vec<&'p [Text<'t>]> {
    let mut parts = Vec::new();
    while !texts.is_empty() {
        let mut sum = 0;
        let count = texts.iter().take_while(|(_, text)| {
            let goes_on = sum < bytes;
            sum += text.len();
            goes_on
        });
        let (part, rest) = texts.split_at(count.count());
        parts.push(part);
        texts = rest;
    }
    parts
}
