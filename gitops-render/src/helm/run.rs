//! One render: from the files of a chart to documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_diff::Query;
use gitops_source::{Digest, TreePath};

use super::chart::{
    Budget, Chart, ChartFile, Coalescer, Elsewhere, Node, Ready, check_schema, from_tree, in_range,
};
use super::context::{Shared, Template, order, templates};
use super::engine::Engine;
use super::fetch::Fetcher;
use super::go::{Map, Str, Value};
use super::kept::{Kept, Known};
use super::options::{Crds, Operation, SchemaCheck};
use super::origins::{Layer, Origins, Sources};
use super::release::{Crd, Sorted, Text, sort};
use super::values::Collector;
use super::watch::Watch;
use super::world::Lookups;
use super::{HelmCompat, HelmOptions};
use crate::{Input, Position, RenderError, Requirement, Warning};

/// What a render gives.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) crds: Vec<Crd>,
    pub(super) sorted: Sorted,
    /// What `NOTES.txt` of the chart printed.
    pub(super) notes: Option<String>,
    pub(super) warnings: Vec<Warning>,
    pub(super) read: BTreeMap<TreePath, Digest>,
    /// What was asked of the cluster.
    pub(super) lookups: BTreeSet<Query>,
    /// The file of the tree that each template and each file of `crds/` comes from.
    pub(super) places: Places,
    /// What the documents were made with, where that is asked for.
    pub(super) origins: Option<Origins>,
}

/// Files of the chart, by the paths that Helm has for them.
pub(super) type Places = BTreeMap<String, Place>;

/// A file of the chart in the tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) content: Str,
}

/// One render.
pub(super) struct Run<'a> {
    input: &'a Input<'a>,
    options: &'a HelmOptions,
    kept: &'a Kept,
    watch: Watch,
    lookups: Lookups<'a>,
}

impl<'a> Run<'a> {
    /// A render that starts now.
    pub(super) fn new(input: &'a Input<'a>, options: &'a HelmOptions, kept: &'a Kept) -> Self {
        let watch = Watch::new(input.stop.clone(), options.limits.time);
        let lookups = Lookups::new(&*options.lookup, &input.fetched);
        Self { input, options, kept, watch, lookups }
    }

    /// Renders the chart.
    ///
    /// # Errors
    /// What is wrong, or has to be fetched first.
    pub(super) fn render(&self) -> Result<Outcome, RenderError> {
        self.render_into(Outcome::default())
    }

    /// The same, with what the documents were made with.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub(super) fn render_traced(&self) -> Result<Outcome, RenderError> {
        self.render_into(Outcome { origins: Some(Origins::default()), ..Outcome::default() })
    }

    fn render_into(&self, outcome: Outcome) -> Result<Outcome, RenderError> {
        let outcome = self.outcome(outcome);
        // What ends early says that it reached a limit, whoever ended it.
        if outcome.is_err() {
            self.input.stop.check()?;
        }
        // It may have failed only because it found nothing.
        let missing = self.lookups.missing();
        if !missing.is_empty() {
            return Err(RenderError::Missing(missing));
        }
        Ok(Outcome { lookups: self.lookups.asked(), ..outcome? })
    }

    fn outcome(&self, mut outcome: Outcome) -> Result<Outcome, RenderError> {
        let (values, given) = self.values(&mut outcome)?;
        let chart = self.chart(&mut outcome)?;
        self.go_on()?;
        let release = self.release_name()?;
        let (node, values, warnings) = self.come_together(&chart, &values)?;
        self.go_on()?;
        if let Some(origins) = &mut outcome.origins {
            values.watch(&origins.trace);
            origins.sources = Sources::new(given, &node);
        }
        self.print(&node, &values, &release, &mut outcome)?;
        outcome.warn(chart.warnings.iter().cloned());
        outcome.warn(warnings);
        Ok(outcome)
    }

    /// The values that are given, and what gives them, where that is asked for.
    fn values(&self, outcome: &mut Outcome) -> Result<(Map, Vec<Layer>), RenderError> {
        let mut collector = Collector {
            tree: self.input.tree,
            compat: self.options.compat,
            layers: outcome.origins.is_some().then(Vec::new),
            read: Vec::new(),
        };
        let values = collector.collect(&self.options.values).map_err(|error| self.wrong(error))?;
        for path in collector.read {
            if let Some(digest) = self.input.tree.digest_of(path.as_str()) {
                outcome.read.insert(path, digest);
            }
        }
        Ok((values, collector.layers.unwrap_or_default()))
    }

    /// The chart with its dependencies.
    fn chart(&self, outcome: &mut Outcome) -> Result<Arc<Chart>, RenderError> {
        let mut budget = Budget::new(self.options.chart_limits.clone());
        let mut chart = self.load(&mut budget, outcome).map_err(|error| self.wrong(error))?;
        if chart.metadata.is_library() {
            return Err(self.wrong("library charts are not installable".to_owned()));
        }
        if chart.metadata.is_deprecated() {
            outcome.warn(["this chart is deprecated".to_owned()]);
        }
        Fetcher {
            input: self.input,
            budget: &mut budget,
            read: &mut outcome.read,
            compat: self.options.compat,
        }
        .complete(&mut chart)
        .map_err(|missing| match missing {
            Ok(requirements) => RenderError::Missing(requirements),
            Err(error) => self.wrong(error),
        })?;
        Ok(chart)
    }

    /// The chart as its files have it.
    fn load(&self, budget: &mut Budget, outcome: &mut Outcome) -> Result<Arc<Chart>, String> {
        let Input { tree, path, .. } = self.input;
        let mut read = || {
            let files = from_tree(tree, path, budget)?;
            Chart::load(files, budget, self.options.compat)
        };
        let Some(digest) = tree.digest_of(path.as_str()) else { return read().map(Arc::new) };
        outcome.read.insert(path.clone(), digest.clone());
        self.kept.chart((path.clone(), digest, self.options.compat), read)
    }

    /// The name of the release.
    fn release_name(&self) -> Result<String, RenderError> {
        let name = match &self.options.name_template {
            Some(template) => Engine::new(self.options, self.kept, &self.watch, &self.lookups)
                .name(template)
                .map_err(|error| self.wrong(error))?,
            None => self.options.release.clone(),
        };
        check_name(&name).map_err(|error| {
            let shown = super::words::quote(&name);
            let frame = self.frame("release name check failed: ");
            self.wrong(format!("{frame}release name {shown}: {error}"))
        })?;
        Ok(name)
    }

    /// What dependencies, aliases, defaults and the values that are given make of a chart.
    fn come_together<'c>(
        &self,
        chart: &'c Arc<Chart>,
        given: &Map,
    ) -> Result<(Node<'c>, Map, Vec<String>), RenderError> {
        let known = self.kept.ready(chart, given, self.options.schema);
        if let Known::Ready(ready) = known {
            return Ok(ready.restore(chart));
        }
        let coalescer = Coalescer {
            keeps_null_defaults: self.options.compat == HelmCompat::V3_21,
            ..Coalescer::default()
        };
        let mut node = Node::new(chart);
        coalescer.process_dependencies(&mut node, given).map_err(|error| {
            self.wrong(format!("{}{error}", self.frame("chart dependencies processing failed: ")))
        })?;
        let values = coalescer.coalesce(&node, given).map_err(|error| self.wrong(error))?;
        self.go_on()?;
        let warnings = coalescer.warnings.into_inner();
        // Before schemas look at all values, most of them are those of the chart.
        let ready = match known {
            Known::Met(key) => Ready::new(&node, &values, &warnings).map(|ready| (key, ready)),
            _ => None,
        };
        let is_alone = self.check_values(&node, &values)?;
        if let Some((key, ready)) = ready
            && is_alone
        {
            self.kept.keep_ready(chart, &key, ready);
        }
        Ok((node, values, warnings))
    }

    /// Checks the values by the schemas, and says whether the chart alone decides over that.
    fn check_values(&self, node: &Node<'_>, values: &Map) -> Result<bool, RenderError> {
        if self.options.schema == SchemaCheck::Skip {
            return Ok(true);
        }
        let fetched = self.input.fetched.iter().filter_map(|(requirement, tree)| {
            let Requirement::Http { url } = requirement else { return None };
            let (_, file) = tree.files().next()?;
            Some((url.clone(), file.content.to_vec()))
        });
        let elsewhere = Elsewhere::new(fetched.collect());
        check_schema(node, values, &elsewhere).map_err(|error| {
            let missing = elsewhere.missing();
            if missing.is_empty() {
                return self.wrong(error);
            }
            RenderError::Missing(missing.into_iter().map(|url| Requirement::Http { url }).collect())
        })?;
        Ok(!elsewhere.was_asked())
    }

    /// Runs the templates, and sorts what they print.
    fn print(
        &self,
        node: &Node<'_>,
        values: &Map,
        release: &str,
        outcome: &mut Outcome,
    ) -> Result<(), RenderError> {
        let engine = Engine::new(self.options, self.kept, &self.watch, &self.lookups);
        let capabilities = engine.capabilities().map_err(|error| self.wrong(error))?;
        let wanted = node.metadata().text("kubeVersion").to_owned();
        if !wanted.is_empty() && !in_range(&wanted, &capabilities.constraint_version) {
            let found = &capabilities.version;
            return Err(self.wrong(format!(
                "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {found}"
            )));
        }
        let shared = Shared {
            release: self.release(release),
            capabilities: capabilities.value,
            compat: self.options.compat,
        };
        let templates = templates(node, values, &shared);
        for (path, Template { file, .. }) in &templates {
            outcome.places.insert(path.clone(), Place::of(file));
        }
        let printed = engine
            .run(&order(&templates), release, outcome.origins.as_mut())
            .map_err(|fault| fault.into_error(&outcome.places))?;
        let files = self.after(node, printed, outcome)?;
        self.go_on()?;
        let compat = self.options.compat;
        outcome.sorted = sort(files, compat, |path, text| self.kept.cut((path, compat), text))
            .map_err(|unreadable| {
                let file = outcome.places.get(&unreadable.path);
                let file = file.map_or(&*unreadable.path, |place| &*place.file).to_owned();
                let position = Position { file, ..Position::default() };
                let message =
                    format!("YAML parse error on {}: {}", unreadable.path, unreadable.error);
                RenderError::Invalid { position, message }
            })?;
        let dropped = outcome.sorted.dropped.clone();
        outcome.warn(dropped.into_iter().map(|path| {
            format!("{path}: a hook for a moment that Helm does not know is left out")
        }));
        if self.options.crds == Crds::Include {
            add_crds(node, &node.name(), outcome);
        }
        Ok(())
    }

    /// Takes the notes out, and hands the rest to whoever comes after the templates.
    fn after(
        &self,
        node: &Node<'_>,
        mut printed: BTreeMap<String, Text>,
        outcome: &mut Outcome,
    ) -> Result<BTreeMap<String, Text>, RenderError> {
        let notes = printed.get(&format!("{}/templates/NOTES.txt", &*node.name()));
        outcome.notes = notes.map(|notes| String::from_utf8_lossy(notes.bytes()).into_owned());
        printed.retain(|path, _| !path.ends_with("NOTES.txt"));
        let Some(post_render) = &self.options.post_render else { return Ok(printed) };
        outcome.origins = None; // What comes after may move everything.
        let text = |text: Text| String::from_utf8_lossy(text.bytes()).into_owned();
        let files = printed.into_iter().map(|(path, printed)| (path, text(printed))).collect();
        let files = post_render.post_render(files).map_err(|error| {
            self.wrong(format!("error while running post render on files: {error}"))
        })?;
        let compat = self.options.compat;
        let known = |(path, text): (String, String)| {
            let text = self.kept.printed((&path, compat), text.into_bytes().into());
            (path, text)
        };
        Ok(files.into_iter().map(known).collect())
    }

    /// `.Release`.
    fn release(&self, name: &str) -> Value {
        let upgrade = self.options.operation == Operation::Upgrade;
        let entries = [
            ("Name", Value::string(name)),
            ("Namespace", Value::string(&*self.options.namespace)),
            ("IsUpgrade", Value::Bool(upgrade)),
            ("IsInstall", Value::Bool(!upgrade)),
            ("Revision", Value::int(1)),
            ("Service", Value::string("Helm")),
        ];
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Goes on, unless the render has to end.
    fn go_on(&self) -> Result<(), RenderError> {
        self.watch.check().map_err(|limit| limit.into_error(self.place()))
    }

    /// What Helm 4 puts before some errors.
    fn frame(&self, words: &'static str) -> &'static str {
        if self.options.compat == HelmCompat::V3_21 { "" } else { words }
    }

    /// An error of the chart as a whole.
    fn wrong(&self, message: String) -> RenderError {
        RenderError::Invalid { position: self.place(), message }
    }

    fn place(&self) -> Position {
        let path = &self.input.path;
        let file = if path.is_root() { ".".to_owned() } else { path.as_str().to_owned() };
        Position { file, ..Position::default() }
    }
}

impl Place {
    fn of(file: &ChartFile) -> Self {
        Self { file: Arc::clone(&file.place), content: file.data.clone() }
    }
}

impl Outcome {
    fn warn(&mut self, messages: impl IntoIterator<Item = String>) {
        let warning = |message| Warning { message, origin: None };
        self.warnings.extend(messages.into_iter().map(warning));
    }
}

/// Helm's rule for names of releases.
fn check_name(name: &str) -> Result<(), String> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.is_empty() {
        return Err("no name provided".to_owned());
    }
    if name.len() > 53 || !name.split('.').all(label) {
        return Err(r"invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53".to_owned());
    }
    Ok(())
}

/// The files of `crds/` of a chart, then those of the charts inside it.
fn add_crds(node: &Node<'_>, path: &str, outcome: &mut Outcome) {
    for file in &node.chart.files {
        let manifest = file.name.rsplit_once('.').is_some_and(|(_, end)| {
            ["yaml", "yml", "json"].iter().any(|known| end.eq_ignore_ascii_case(known))
        });
        if manifest && file.name.starts_with("crds/") {
            let path = format!("{path}/{}", file.name);
            outcome.places.insert(path.clone(), Place::of(file));
            let content = String::from_utf8_lossy(&file.data).into_owned();
            outcome.crds.push(Crd { path, content });
        }
    }
    for inner in &node.dependencies {
        add_crds(inner, &format!("{path}/charts/{}", &*inner.name()), outcome);
    }
}
