//! Reads and runs the templates of a chart. The rules are those of Helm's `pkg/engine`.

use std::collections::BTreeMap;

use super::capabilities::Capabilities;
use super::context::{Template, is_partial};
use super::explain::{parse_error, run_error, without_marks};
use super::functions;
use super::go::{Map, Str, Value};
use super::gotemplate::{self, Fault, Fuel, Limit, Machine, World, parse};
use super::kept::Kept;
use super::origins::Origins;
use super::registry::{callee_of_names, callees};
use super::release::Text;
use super::run::Places;
use super::watch::Watch;
use super::world::Lookups;
use super::{HelmCompat, HelmOptions};
use crate::{Position, RenderError};

/// Runs templates as the options say.
pub(super) struct Engine<'a> {
    options: &'a HelmOptions,
    kept: &'a Kept,
    watch: &'a Watch,
    lookups: &'a Lookups<'a>,
}

/// Why a template cannot be read or run.
#[derive(Debug)]
pub(super) struct EngineFault {
    /// The file that was read or run, by the path that Helm has for it.
    name: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    /// In Helm's words.
    Wrong(String),
    Limit(Box<Limit>),
}

impl<'a> Engine<'a> {
    pub(super) fn new(
        options: &'a HelmOptions,
        kept: &'a Kept,
        watch: &'a Watch,
        lookups: &'a Lookups<'a>,
    ) -> Self {
        Self { options, kept, watch, lookups }
    }

    /// `.Capabilities`.
    ///
    /// # Errors
    /// Where the version of Kubernetes that is wanted is none.
    pub(super) fn capabilities(&self) -> Result<Capabilities, String> {
        let HelmOptions { kube_version, api_versions, compat, .. } = self.options;
        Capabilities::new(kube_version.as_deref(), api_versions, *compat)
    }

    /// What the templates print, run in their order, without those that are only there for others;
    /// `origins` gets what they read.
    ///
    /// # Errors
    /// Of the first template that cannot be read or run.
    pub(super) fn run(
        &self,
        templates: &[(&str, &Template<'_>)],
        release: &str,
        mut origins: Option<&mut Origins>,
    ) -> Result<BTreeMap<String, Text>, EngineFault> {
        let compat = self.options.compat;
        let parsed = self.read(templates)?;
        let release = (&*self.options.namespace, release);
        let mut machine = Machine::new(&parsed, self.world(), release, self.fuel());
        let mut printed = BTreeMap::new();
        for &(name, Template { dot, base, .. }) in templates {
            if is_partial(name) {
                continue;
            }
            let about = [("Name", Value::string(name)), ("BasePath", Value::string(&**base))];
            let about: Map =
                about.into_iter().map(|(key, value)| (Str::from(key), value)).collect();
            dot.set("Template", Value::Map(about.seen_as(functions::values_of(compat))));
            let data = Value::Map(dot.clone());
            let output = match &mut origins {
                None => machine.render(name, data),
                Some(Origins { trace, logs, .. }) => {
                    machine.render_traced(name, data, trace).map(|(output, log)| {
                        logs.insert(name.to_owned(), log);
                        output
                    })
                }
            };
            let output = output.map_err(|fault| EngineFault::running(name, fault, compat))?;
            printed.insert(name.to_owned(), self.kept.printed((name, compat), output));
        }
        Ok(printed)
    }

    /// The name of a release out of a template.
    ///
    /// # Errors
    /// Go's.
    pub(super) fn name(&self, template: &str) -> Result<String, String> {
        const NAME: &str = "name-template";
        let text = |fault: Fault| without_marks(&String::from_utf8_lossy(&fault.text()));
        let mut parsed = gotemplate::Templates::default();
        let read = parse(Str::from(NAME), &Str::from(template), callee_of_names);
        parsed.add(read.map_err(text)?);
        let release = (&*self.options.namespace, "");
        let mut machine = Machine::new(&parsed, self.world(), release, self.fuel());
        let name = machine.print(NAME, Value::Nil).map_err(text)?;
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    /// Reads all templates; later ones replace definitions of earlier ones.
    fn read(
        &self,
        templates: &[(&str, &Template<'_>)],
    ) -> Result<gotemplate::Templates, EngineFault> {
        let mut parsed = gotemplate::Templates::default();
        let HelmOptions { compat, limits, .. } = self.options;
        let compat = *compat;
        let mut room = limits.bytes;
        for &(name, Template { file, .. }) in templates {
            self.watch.check().map_err(|limit| EngineFault::reading(name, limit.into()))?;
            let read = || parse(Str::from(name), &file.data, callees(compat));
            let trees = self.kept.file((name, compat), &file.data, read);
            let trees = trees.map_err(|fault| EngineFault::reading(name, fault))?;
            let weight = trees.first().map_or(0, |tree| tree.code.weight());
            room = room.checked_sub(weight as u64).ok_or_else(|| {
                let what = "what templates take once they are read, in bytes,";
                let limit = Fault::limit(what, limits.bytes, "HelmLimits::bytes");
                EngineFault::reading(name, limit)
            })?;
            parsed.add(trees);
        }
        Ok(parsed)
    }

    fn fuel(&self) -> Fuel {
        Fuel::new(self.options.limits.clone(), self.watch.clone())
    }

    fn world(&self) -> World<'_> {
        let HelmOptions { clock, entropy, compat, .. } = self.options;
        World { clock: &**clock, entropy: &**entropy, lookups: self.lookups, compat: *compat }
    }
}

impl EngineFault {
    fn reading(name: &str, fault: Fault) -> Self {
        let words = |fault: &Fault| parse_error(name, &String::from_utf8_lossy(&fault.text()));
        Self::new(name, fault, words)
    }

    fn running(name: &str, fault: Fault, compat: HelmCompat) -> Self {
        let words = |fault: &Fault| {
            let texts = fault.texts().into_iter();
            let texts: Vec<String> =
                texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect();
            run_error(name, &texts, compat)
        };
        Self::new(name, fault, words)
    }

    fn new(name: &str, fault: Fault, words: impl FnOnce(&Fault) -> String) -> Self {
        let cause = match fault {
            Fault::Limit(limit) => Cause::Limit(limit),
            other => Cause::Wrong(words(&other)),
        };
        Self { name: name.to_owned(), cause }
    }

    /// The error, with the place in the tree that it is about.
    pub(super) fn into_error(self, places: &Places) -> RenderError {
        match self.cause {
            Cause::Wrong(message) => {
                let position = position(&message, &self.name, places);
                RenderError::Invalid { position, message }
            }
            Cause::Limit(limit) => {
                let position = position(&limit.at.lossy(), &self.name, places);
                limit.into_error(position)
            }
        }
    }
}

/// The line and column that `text` names in the file `name`, or in another one where it says so.
fn position(text: &str, name: &str, places: &Places) -> Position {
    let known = places.keys().filter_map(|path| Some((text.find(&format!("{path}:"))?, path)));
    let Some((at, path)) = known.min() else {
        let file = places.get(name).map_or(name, |place| &*place.file).to_owned();
        return Position { file, ..Position::default() };
    };
    let mut numbers = text[at + path.len() + 1..].split(|it: char| !it.is_ascii_digit());
    let mut next = || numbers.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let file = places.get(path).map_or(&**path, |place| &*place.file).to_owned();
    Position { file, line: next(), column: next() }
}
