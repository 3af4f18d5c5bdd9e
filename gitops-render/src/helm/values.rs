//! The values that are given: files, then settings, kind by kind. The order is that of Helm's
//! `pkg/cli/values`.

use gitops_diff::Map as Parsed;
use gitops_source::{Tree, TreePath};

use super::HelmCompat;
use super::chart::{freeze_map, merge_values, read_values};
use super::functions::read_json;
use super::go::{Map, Value};
use super::options::{HelmValues, ValuesFile};
use super::origins::Layer;
use super::strvals;

/// Collects values out of `tree`.
pub(super) struct Collector<'a> {
    pub(super) tree: &'a Tree,
    pub(super) compat: HelmCompat,
    /// Each file with its values, the weakest first, where that is asked for.
    pub(super) layers: Option<Vec<Layer>>,
    /// The files of the tree that were read, or would have been.
    pub(super) read: Vec<TreePath>,
}

impl Collector<'_> {
    /// All values that are given.
    ///
    /// # Errors
    /// Helm's, where a file or a setting is none.
    pub(super) fn collect(&mut self, values: &HelmValues) -> Result<Map, String> {
        let mut files = Parsed::new();
        for file in &values.files {
            let read = self.file(file)?;
            if let Some(layers) = &mut self.layers {
                layers.push(Layer::file(file.name(), freeze_map(&read)));
            }
            merge_values(&mut files, read);
        }
        let collected = self.settings(values, freeze_map(&files).thawed())?;
        if let Some(mut layers) = self.layers.take() {
            // A setting may go wrong without the files that it goes over; then it is not told.
            layers.extend(self.settings(values, Map::of([].into())).ok().map(Layer::settings));
            self.layers = Some(layers);
        }
        Ok(collected)
    }

    /// `collected` with what the settings say.
    fn settings(&mut self, values: &HelmValues, mut collected: Map) -> Result<Map, String> {
        for setting in &values.set_json {
            collected = set_json(setting, collected, self.compat)?;
        }
        for setting in &values.set {
            strvals::set(setting, &collected).map_err(failed("--set"))?;
        }
        for setting in &values.set_string {
            strvals::set_string(setting, &collected).map_err(failed("--set-string"))?;
        }
        for setting in &values.set_file {
            self.set_file(setting, values, &collected).map_err(failed("--set-file"))?;
        }
        for setting in &values.set_literal {
            strvals::set_literal(setting, &collected).map_err(failed("--set-literal"))?;
        }
        Ok(collected)
    }

    fn file(&mut self, file: &ValuesFile) -> Result<Parsed, String> {
        let (name, text) = match file {
            ValuesFile::Text { name, text } => (name.as_str(), text.as_bytes()),
            ValuesFile::Tree(path) | ValuesFile::Optional(path) => {
                self.read.push(path.clone());
                match self.tree.read(path.as_str()) {
                    Some(content) => (path.as_str(), content),
                    None if matches!(file, ValuesFile::Optional(_)) => return Ok(Parsed::new()),
                    None => return Err(not_there(path.as_str())),
                }
            }
        };
        read_values(text, self.compat).map_err(|error| format!("failed to parse {name}: {error}"))
    }

    fn set_file(&mut self, setting: &str, values: &HelmValues, into: &Map) -> Result<(), String> {
        let read = std::cell::RefCell::new(Vec::new());
        let content = |path: &str| {
            if let Some(content) = values.contents.get(path) {
                return Ok(Value::string(&content[..]));
            }
            let in_tree = TreePath::new(path).map_err(|_| not_there(path))?;
            let content = self.tree.read(in_tree.as_str()).ok_or_else(|| not_there(path))?;
            read.borrow_mut().push(in_tree);
            Ok(Value::string(content))
        };
        let set = strvals::set_with(setting, into, &content);
        self.read.append(&mut read.into_inner());
        set
    }
}

fn not_there(path: &str) -> String {
    format!("open {path}: no such file or directory")
}

fn failed(option: &'static str) -> impl Fn(String) -> String {
    move |error| format!("failed parsing {option} data: {error}")
}

/// A setting whose value is JSON; since Helm 4 also one object.
fn set_json(setting: &str, values: Map, compat: HelmCompat) -> Result<Map, String> {
    if compat != HelmCompat::V3_21 && setting.trim_start().starts_with('{') {
        return match read_json(setting.trim().as_bytes()).sound() {
            Ok(Value::Map(over)) => Ok(merged(&values, &over)),
            _ => Err(format!("failed parsing --set-json data JSON: {setting}")),
        };
    }
    strvals::set_json(setting, &values)
        .map_err(|_| format!("failed parsing --set-json data {setting}"))?;
    Ok(values)
}

/// `over` over `values`, map by map.
fn merged(values: &Map, over: &Map) -> Map {
    let mut merged = values.entries().clone();
    for (key, value) in over.entries().iter() {
        let value = match (merged.get(key), value) {
            (Some(Value::Map(below)), Value::Map(over)) => Value::Map(self::merged(below, over)),
            (_, value) => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Map::of(merged)
}
