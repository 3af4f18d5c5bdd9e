//! The state of a run: what templates there are, what they may use up, and the world they ask.

use super::{Fault, HelmLimits};
use crate::helm::go::{Map, Str, Value};
use crate::helm::world::{Clock, Entropy, Lookup};

/// Runs templates. Functions get it to include templates, to ask the world (clock, entropy,
/// cluster) and to charge what they make against the limits.
pub(crate) struct Machine<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) lookup: &'a dyn Lookup,
    entropy: &'a dyn Entropy,
    /// Namespace and name.
    release: (&'a str, &'a str),
    limits: HelmLimits,
}

impl Machine<'_> {
    /// Accounts for `bytes` that a function is about to make. Call it before the memory is taken.
    ///
    /// # Errors
    /// The limit of bytes.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let _ = bytes;
        Ok(())
    }

    /// Notes that a function changed `map` in place: it may hold itself now, so it is emptied at
    /// the end of the run.
    pub(crate) fn changed(&mut self, map: &Map) {
        let _ = map;
    }

    /// Fills `bytes` with what the entropy of the run gives for the next call.
    pub(crate) fn random(&mut self, bytes: &mut [u8]) {
        self.entropy.fill(bytes, self.release, "", 0);
    }

    /// Runs the template `name` with `data` and gives what it prints.
    ///
    /// # Errors
    /// Those of the template, or that there is none, or a limit.
    pub(crate) fn include(&mut self, name: &[u8], data: Value) -> Result<Str, Fault> {
        let _ = data;
        Err(Fault::new(name))
    }

    /// Runs `text` as a template with `data` and gives what it prints, with `<no value>` removed.
    ///
    /// # Errors
    /// Those of reading and running it, or a limit.
    pub(crate) fn tpl(&mut self, text: &Str, data: Value) -> Result<Str, Fault> {
        let _ = data;
        Err(Fault::new(text.clone()))
    }
}
