//! From files to a chart with the charts inside it. The rules are those of Helm's
//! `pkg/chart/v2/loader`.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_diff::Value;

use super::archive::{self, NO_HEADER};
use super::files::{Budget, ChartFile};
use super::metadata::{Lock, Metadata};
use super::schema::Schema;
use super::{decode, validate, values};
use crate::helm::HelmCompat;
use crate::helm::go::FrozenMap;

/// A chart as its files have it.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Chart {
    pub(in crate::helm) metadata: Metadata,
    pub(in crate::helm) lock: Option<Lock>,
    pub(in crate::helm) templates: Vec<ChartFile>,
    /// `values.yaml`; none without that file.
    pub(in crate::helm) values: Option<Arc<FrozenMap>>,
    /// Where that file lies in the tree.
    pub(in crate::helm) values_file: Option<Arc<str>>,
    /// `values.schema.json`.
    pub(in crate::helm) schema: Option<Schema>,
    /// All other files.
    pub(in crate::helm) files: Vec<ChartFile>,
    /// The charts of `charts/`, by the names of their folders and archives.
    pub(in crate::helm) dependencies: Vec<Chart>,
    /// What a person should know.
    pub(in crate::helm) warnings: Vec<String>,
}

/// What someone is told who has files of a chart of the first version beside a `Chart.yaml` of the
/// second.
const DEPENDENCIES: &str = "Warning: Dependencies are handled in Chart.yaml since apiVersion \
                            \"v2\". We recommend migrating dependencies to Chart.yaml.";
const LOCK: &str = "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
                    We recommend migrating to Chart.lock.";

/// What may still be read, and by whose rules.
struct Loader<'b> {
    budget: &'b mut Budget,
    compat: HelmCompat,
}

impl Chart {
    /// The chart of `files`, in the words of someone who named it.
    ///
    /// # Errors
    /// Helm's.
    pub(in crate::helm) fn load(
        files: Vec<ChartFile>,
        budget: &mut Budget,
        compat: HelmCompat,
    ) -> Result<Self, String> {
        const BASE: decode::Struct = decode::Struct {
            name: "chartBase",
            ty: "loader.chartBase",
            fields: &[decode::Field("apiVersion", decode::Shape::Text)],
        };
        let mut loader = Loader { budget, compat };
        if compat == HelmCompat::V3_21 {
            return Self::of(files, &mut loader, 0);
        }
        let Some(file) = files.iter().find(|file| file.name == "Chart.yaml") else {
            return Err("unable to detect chart version, no Chart.yaml found".to_owned());
        };
        let base = decode::document(&file.data)
            .and_then(|value| decode::decode(&value, &BASE))
            .map_err(|error| format!("cannot load Chart.yaml: {error}"))?;
        match base.get("apiVersion").and_then(Value::as_str).unwrap_or_default() {
            "" | "v1" | "v2" => Self::of(files, &mut loader, 0),
            _ => Err("unsupported chart version".to_owned()),
        }
    }

    fn of(files: Vec<ChartFile>, loader: &mut Loader<'_>, level: u64) -> Result<Self, String> {
        let depth = loader.budget.limits.depth;
        if level > depth {
            return Err(format!("charts hold charts more than {depth} deep"));
        }
        let mut chart = Self::default();
        let mut known = chart.read_metadata(&files)?;
        let mut inner: BTreeMap<String, Vec<ChartFile>> = BTreeMap::new();
        for file in files {
            chart.sort_in(file, loader.compat, &mut known, &mut inner)?;
        }
        if !known {
            return Err("Chart.yaml file is missing".to_owned());
        }
        validate::validate(&mut chart.metadata)?;
        for (name, files) in inner {
            chart.add(&name, files, loader, level)?;
        }
        Ok(chart)
    }

    /// `Chart.yaml` goes first, wherever it stands.
    fn read_metadata(&mut self, files: &[ChartFile]) -> Result<bool, String> {
        let mut known = false;
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            known = true;
            self.metadata
                .read(&file.data)
                .map_err(|error| format!("cannot load Chart.yaml: {error}"))?;
            if self.metadata.text("apiVersion").is_empty() {
                self.metadata.set("apiVersion", "v1");
            }
        }
        Ok(known)
    }

    /// Takes a file in as what it is.
    fn sort_in(
        &mut self,
        file: ChartFile,
        compat: HelmCompat,
        known: &mut bool,
        inner: &mut BTreeMap<String, Vec<ChartFile>>,
    ) -> Result<(), String> {
        let cannot = |error: String| format!("cannot load {}: {error}", file.name);
        match &*file.name {
            "Chart.yaml" => {}
            "Chart.lock" => self.lock = Some(Lock::read(&file.data).map_err(cannot)?),
            "values.yaml" => {
                let values = values::read(&file.data, compat).map_err(cannot)?;
                self.values = Some(values::freeze_map(&values));
                self.values_file = Some(file.place);
            }
            "values.schema.json" => self.schema = Some(Schema::new(file.data)),
            "requirements.yaml" => {
                *known = true;
                self.old(DEPENDENCIES);
                self.metadata.read(&file.data).map_err(cannot)?;
                self.keep_old(file);
            }
            "requirements.lock" => {
                *known = true;
                self.lock = Some(Lock::read(&file.data).map_err(cannot)?);
                self.old(LOCK);
                self.keep_old(file);
            }
            name if name.starts_with("templates/") => self.templates.push(file),
            name => match name.strip_prefix("charts/") {
                Some(below) if !below.ends_with(".prov") => {
                    let below = below.to_owned();
                    let top = below.split('/').next().unwrap_or_default().to_owned();
                    inner.entry(top).or_default().push(ChartFile { name: below, ..file });
                }
                _ => self.files.push(file),
            },
        }
        Ok(())
    }

    fn is_v1(&self) -> bool {
        self.metadata.text("apiVersion") == "v1"
    }

    fn old(&mut self, warning: &str) {
        if !self.is_v1() {
            self.warnings.push(warning.to_owned());
        }
    }

    fn keep_old(&mut self, file: ChartFile) {
        if self.is_v1() {
            self.files.push(file);
        }
    }

    /// Adds what is at `charts/NAME`.
    fn add(
        &mut self,
        name: &str,
        files: Vec<ChartFile>,
        loader: &mut Loader<'_>,
        level: u64,
    ) -> Result<(), String> {
        if name.starts_with(['_', '.']) {
            return Ok(());
        }
        let chart = if name.ends_with(".tgz") {
            self.archived(name, &files, loader, level)
        } else {
            let strip = |file: ChartFile| {
                let (_, below) = file.name.split_once('/')?;
                Some(ChartFile { name: below.to_owned(), ..file })
            };
            Self::of(files.into_iter().filter_map(strip).collect(), loader, level + 1)
        };
        let mut chart = chart.map_err(|error| {
            format!("error unpacking subchart {name} in {}: {error}", self.metadata.name())
        })?;
        self.warnings.append(&mut chart.warnings);
        self.dependencies.push(chart);
        Ok(())
    }

    fn archived(
        &self,
        name: &str,
        files: &[ChartFile],
        loader: &mut Loader<'_>,
        level: u64,
    ) -> Result<Self, String> {
        let Some(file) = files.first().filter(|file| file.name == name) else {
            let found = files.first().map(|file| &*file.name).unwrap_or_default();
            let parent = self.metadata.name();
            return Err(format!(
                "error unpacking subchart tar in {parent}: expected {name}, got {found}"
            ));
        };
        let files = archive::unpack(&file.data, &file.place, loader.budget)?;
        Self::of(files, loader, level + 1)
    }
}

/// What someone is told who names an archive that is none.
pub(in crate::helm) fn archive_error(error: &str, path: &str) -> String {
    if error == NO_HEADER {
        return format!(
            "file '{path}' does not appear to be a valid chart file (details: {error})"
        );
    }
    format!("unable to load chart archive: {error}")
}
