//! The state of a run: what templates there are, what they may use up, and the world they ask.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap;

use super::ast::Tree;
use super::exec::{self, Variable};
use super::operand::Operand;
use super::scope::{Overlay, Templates};
use super::{Fault, Fuel, parse, stack};
use crate::helm::HelmCompat;
use crate::helm::go::{Log, Map, Mark, Str, Trace, Value, WeakMap};
use crate::helm::gofmt::quote;
use crate::helm::registry;
use crate::helm::world::{Clock, Entropy, Lookups};

/// Room for what larger files print is given back before the next one runs.
const LARGE: usize = 1 << 20;

/// How often Helm lets a template include itself.
const INCLUDES: usize = 1000;

/// Runs templates. Functions get it to include templates, to ask the world (clock, entropy,
/// cluster) and to charge what they make against the limits.
pub(crate) struct Machine<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) lookups: &'a Lookups<'a>,
    pub(crate) compat: HelmCompat,
    entropy: &'a dyn Entropy,
    /// Namespace and name.
    release: (&'a str, &'a str),
    templates: &'a Templates,
    /// What the calls of `tpl` that run define.
    overlay: Option<Rc<Overlay>>,
    /// Texts given to `tpl`, read.
    texts: HashMap<Str, Rc<[Arc<Tree>]>>,
    /// What `semverCompare` was asked last, range and version, and what it said.
    compared: Vec<(Str, Str, bool)>,
    fuel: Fuel,
    /// The names of the templates that include one another right now.
    included: Vec<Str>,
    /// The file that runs, and how often it asked for random bytes.
    file: String,
    calls: u64,
    changed: Vec<WeakMap>,
    /// What is read of the values, where that is asked for.
    trace: Option<Rc<Trace>>,
    /// How many outputs are open that are not the file's: of calls of `include` and `tpl`.
    inner: usize,
    /// What is printed: that of an included template at the end, until it is taken off.
    pub(super) output: Vec<u8>,
    /// The variables of all templates that run, the innermost last.
    pub(super) variables: Vec<Variable>,
}

/// What a run asks of the world around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) lookups: &'a Lookups<'a>,
    /// The version of Helm that runs.
    pub(crate) compat: HelmCompat,
}

impl<'a> Machine<'a> {
    /// A machine that runs `templates` for the release `release` (namespace and name).
    pub(crate) fn new(
        templates: &'a Templates,
        world: World<'a>,
        release: (&'a str, &'a str),
        fuel: Fuel,
    ) -> Self {
        Self {
            clock: world.clock,
            lookups: world.lookups,
            compat: world.compat,
            entropy: world.entropy,
            release,
            templates,
            overlay: None,
            texts: HashMap::default(),
            compared: Vec::new(),
            fuel,
            included: Vec::new(),
            file: String::new(),
            calls: 0,
            changed: Vec::new(),
            trace: None,
            inner: 0,
            output: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Runs the file `name` with `data` and gives what it prints, with `<no value>` removed.
    ///
    /// # Errors
    /// Those of the template, or a limit.
    pub(crate) fn render(&mut self, name: &str, data: Value) -> Result<Cow<'_, [u8]>, Fault> {
        self.print(name, data).map(without_no_value)
    }

    /// The same, with what it reads of the values that `trace` watches.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub(crate) fn render_traced(
        &mut self,
        name: &str,
        data: Value,
        trace: &Rc<Trace>,
    ) -> Result<(Cow<'_, [u8]>, Log), Fault> {
        self.trace = Some(Rc::clone(trace));
        trace.start();
        let printed = self.print(name, data).map(|_| ());
        self.trace = None;
        printed?;
        let cut: Vec<usize> = memchr::memmem::find_iter(&self.output, NO_VALUE).collect();
        let log = trace.finish().without(&cut, NO_VALUE.len());
        Ok((without_no_value(&self.output), log))
    }

    /// Runs the file `name` with `data` and gives what it prints.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub(crate) fn print(&mut self, name: &str, data: Value) -> Result<&[u8], Fault> {
        name.clone_into(&mut self.file);
        self.calls = 0;
        self.inner = 0;
        self.included.clear();
        self.overlay = None;
        if self.output.capacity() > LARGE {
            self.output = Vec::new();
        }
        self.output.clear();
        self.execute(name.as_bytes(), &Operand::plain(data))?;
        Ok(&self.output)
    }

    /// The file that runs.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Whether reads are noted while what runs prints for the file itself.
    pub(super) fn is_traced(&self) -> bool {
        self.trace.is_some() && self.inner == 0
    }

    /// See [`Trace::open`].
    pub(super) fn trace_open(&self, mark: Option<Mark>) -> usize {
        self.trace.as_ref().map_or(0, |trace| trace.open(self.output.len(), mark))
    }

    /// See [`Trace::close`].
    pub(super) fn trace_close(&self, since: usize) {
        if let Some(trace) = &self.trace {
            trace.close(since, self.output.len());
        }
    }

    /// Accounts for `bytes` that a function is about to make. Call it before the memory is taken.
    ///
    /// # Errors
    /// The limit of bytes.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        self.fuel.charge(bytes)
    }

    /// How many bytes may still be made.
    pub(crate) fn room(&self) -> usize {
        self.fuel.room()
    }

    /// Accounts for a step.
    pub(super) fn step(&mut self) -> Result<(), Fault> {
        self.fuel.step(1)
    }

    /// Accounts for work that a function is about to do and that takes as long as so many steps,
    /// of which there are some ten millions in a second.
    ///
    /// # Errors
    /// The limit of steps.
    pub(crate) fn work(&mut self, steps: u64) -> Result<(), Fault> {
        self.fuel.step(steps)
    }

    /// Notes that a function changed `map` in place: it may hold itself now, so it is emptied at
    /// the end of the run.
    pub(crate) fn changed(&mut self, map: &Map) {
        if let Some(weak) = map.note() {
            self.changed.push(weak);
        }
    }

    /// Whether a version is in a range, as `compare` says if it did not lately.
    ///
    /// # Errors
    /// Those of `compare`.
    pub(crate) fn compared(
        &mut self,
        range: &Str,
        version: &Str,
        compare: impl FnOnce() -> Result<bool, Fault>,
    ) -> Result<bool, Fault> {
        /// Charts ask for few ranges, and those often.
        const MOST: usize = 16;
        let is_it = |(of, with, _): &&(Str, Str, bool)| of == range && with == version;
        if let Some((_, _, known)) = self.compared.iter().find(is_it) {
            return Ok(*known);
        }
        let holds = compare()?;
        if self.compared.len() == MOST {
            self.compared.clear();
        }
        self.compared.push((range.clone(), version.clone(), holds));
        Ok(holds)
    }

    /// Fills `bytes` with what the entropy of the run gives for the next call.
    pub(crate) fn random(&mut self, bytes: &mut [u8]) {
        self.entropy.fill(bytes, self.release, &self.file, self.calls);
        self.calls += 1;
    }

    /// Runs the template `name` with `data` and gives what it prints.
    ///
    /// # Errors
    /// Those of the template, or that there is none, or a limit.
    pub(crate) fn include(&mut self, name: &Str, data: Value) -> Result<Str, Fault> {
        if self.included.iter().filter(|known| *known == name).count() > INCLUDES {
            let text = [b"rendering template has a nested reference name: ", &**name, b": "];
            return Err(Fault::new("unable to execute template").wrap(text.concat()));
        }
        self.included.push(name.clone());
        self.inner += 1;
        let start = self.output.len();
        let result = self.execute(name, &Operand::plain(data));
        self.inner -= 1;
        self.included.pop();
        let text = result.map(|()| Str::from(&self.output[start..]));
        self.output.truncate(start);
        text
    }

    /// Runs `text` as a template with `data` and gives what it prints, with `<no value>` removed.
    ///
    /// # Errors
    /// Those of reading and running it, or a limit.
    pub(crate) fn tpl(&mut self, text: &Str, data: Value) -> Result<Str, Fault> {
        if memchr::memmem::find(text, b"{{").is_none() && self.fuel.can_descend() {
            return Ok(Str::from(&*without_no_value(text)));
        }
        let failed = |what: &[u8], fault: Fault| fault.wrap([what, &quote(text), b": "].concat());
        let trees = self.read(text).map_err(|fault| failed(b"cannot parse template ", fault))?;
        let Some(main) = trees.last() else { return Ok(Str::default()) };
        let below = self.overlay.take();
        self.overlay = Some(Rc::new(Overlay::new(&trees, below.clone(), self.templates)));
        self.inner += 1;
        let start = self.output.len();
        let result = self.run(main, &Operand::plain(data));
        self.inner -= 1;
        self.overlay = below;
        let text = result
            .map(|()| Str::from(&*without_no_value(&self.output[start..])))
            .map_err(|fault| failed(b"error during tpl function execution for ", fault));
        self.output.truncate(start);
        text
    }

    /// What `text` defines, the text itself last.
    fn read(&mut self, text: &Str) -> Result<Rc<[Arc<Tree>]>, Fault> {
        if let Some(trees) = self.texts.get(text) {
            return Ok(Rc::clone(trees));
        }
        self.charge(parsed_size(text))?;
        let trees = parse::parse(Str::from("gotpl"), text, registry::callees(self.compat))?;
        let trees: Rc<[Arc<Tree>]> = trees.into();
        self.texts.insert(text.clone(), Rc::clone(&trees));
        Ok(trees)
    }

    /// The template `name`.
    pub(super) fn template(&self, name: &[u8]) -> Option<&Arc<Tree>> {
        match &self.overlay {
            Some(overlay) => overlay.get(name, self.templates),
            None => self.templates.get(name),
        }
    }

    fn execute(&mut self, name: &[u8], data: &Operand) -> Result<(), Fault> {
        let Some(tree) = self.template(name) else {
            let name = quote(name);
            let parts = [b"template: no template ", &*name, b" associated with template \"gotpl\""];
            return Err(Fault::new(parts.concat()));
        };
        let tree = Arc::clone(tree);
        self.run(&tree, data)
    }

    /// Runs `tree`; what it prints is appended to the output.
    pub(super) fn run(&mut self, tree: &Arc<Tree>, data: &Operand) -> Result<(), Fault> {
        self.fuel.descend()?;
        let result = stack::grow(|| exec::run(self, tree, data));
        self.fuel.ascend();
        result
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        for map in &self.changed {
            map.clear();
        }
    }
}

/// Bytes that a text takes once it is read, nearly: its actions and the words in them.
fn parsed_size(text: &[u8]) -> usize {
    const ACTION: usize = 320;
    const BYTE: usize = 32;
    let (mut size, mut rest) = (text.len(), text);
    while let Some(start) = memchr::memmem::find(rest, b"{{") {
        let action = &rest[start..];
        let end = memchr::memmem::find(action, b"}}").unwrap_or(action.len());
        size = size.saturating_add(ACTION + BYTE * end);
        rest = &action[end..];
    }
    size
}

/// What missing values print.
const NO_VALUE: &[u8] = b"<no value>";

/// `text` without that: Helm's way to print nothing for missing values.
fn without_no_value(text: &[u8]) -> Cow<'_, [u8]> {
    let mut found = memchr::memmem::find_iter(text, NO_VALUE).peekable();
    if found.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut start = 0;
    for at in found {
        out.extend_from_slice(&text[start..at]);
        start = at + NO_VALUE.len();
    }
    out.extend_from_slice(&text[start..]);
    Cow::Owned(out)
}
