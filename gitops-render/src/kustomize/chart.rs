//! Charts in a kustomization: `helmCharts`, the older `helmChartInflationGenerator`, and the
//! generator of that kind (`HelmChartInflationGenerator.go`).

use gitops_diff::{Map, Text, Value};
use gitops_source::{Tree, TreePath};

use super::decode::{Decode as _, Manner, decode_struct};
use super::folder::Folder;
use super::options::HelmCharts;
use super::plugin::no_helm;
use super::problem::{Problem, Result};
use super::resource::{Resource, internal};
use crate::{
    Crds, Helm, HelmOptions, HelmValues, Hooks, Input, RenderError, Requirement, ValuesFile, yaml,
};

/// A chart, and how it is rendered.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the fields of a file")]
pub(crate) struct ChartArgs {
    name: Text,
    version: Text,
    repo: Text,
    release_name: Text,
    pub(crate) namespace: Text,
    additional_values_files: Vec<Text>,
    values_file: Text,
    values_inline: Map,
    values_merge: Text,
    include_crds: bool,
    skip_hooks: bool,
    skip_tests: bool,
    api_versions: Vec<Text>,
    kube_version: Text,
    name_template: Text,
    debug: bool,
    devel: bool,
    /// The folder of charts; one of `helmGlobals`.
    pub(crate) chart_home: Text,
    config_home: Text,
}

decode_struct!(ChartArgs {
    name: "name",
    version: "version",
    repo: "repo",
    release_name: "releaseName",
    namespace: "namespace",
    additional_values_files: "additionalValuesFiles",
    values_file: "valuesFile",
    values_inline: "valuesInline",
    values_merge: "valuesMerge",
    include_crds: "includeCRDs",
    skip_hooks: "skipHooks",
    skip_tests: "skipTests",
    api_versions: "apiVersions",
    kube_version: "kubeVersion",
    name_template: "nameTemplate",
    debug: "debug",
    devel: "devel",
    chart_home: "chartHome",
    config_home: "configHome",
});

/// The old fields of `helmChartInflationGenerator`, and their names today.
const RENAMED: [(&str, &str); 8] = [
    ("chartName", "name"),
    ("chartVersion", "version"),
    ("chartRepoUrl", "repo"),
    ("chartHome", "chartHome"),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
    ("valuesMerge", "valuesMerge"),
    ("releaseName", "releaseName"),
];

/// The charts of the fields `helmCharts`, `helmChartInflationGenerator` and `helmGlobals`.
///
/// # Errors
/// Where a field says what it cannot.
pub(crate) fn charts(
    charts: &[Map],
    old: &[Map],
    globals: Option<&Map>,
    namespace: &Text,
) -> Result<Vec<ChartArgs>> {
    let renamed = |map: &Map| -> Map {
        let member = |(from, to): (&str, &'static str)| Some((to, map.get(from)?.clone()));
        RENAMED.into_iter().filter_map(member).collect()
    };
    let all = charts.iter().cloned().chain(old.iter().map(renamed));
    all.map(|map| {
        let mut args = ChartArgs::decode_with(&Value::Map(map), "HelmChart", Manner::Lenient)?;
        let home = globals.and_then(|globals| globals.get("chartHome")).and_then(Value::as_str);
        if let Some(home) = home {
            args.chart_home = home.into();
        }
        if args.namespace.is_empty() {
            args.namespace = namespace.clone();
        }
        Ok(args)
    })
    .collect()
}

impl ChartArgs {
    /// What the chart prints.
    ///
    /// # Errors
    /// Where charts are not wanted, or the chart or its values are wrong, or it has to be fetched.
    pub(crate) fn generate(&self, folder: &Folder<'_>) -> Result<Vec<Resource>> {
        let HelmCharts::Render(flags) = &folder.build.options.helm_charts else {
            return Err(no_helm());
        };
        if self.name.is_empty() {
            return Err(Problem::new("chart name cannot be empty"));
        }
        let (tree, path) = self.chart(folder)?;
        let kube_version = [&*flags.kube_version, &*self.kube_version];
        let kube_version = kube_version.into_iter().find(|it| !it.is_empty()).map(str::to_owned);
        let api_versions = self.api_versions.iter().map(ToString::to_string).collect();
        let options = HelmOptions {
            release: self.release(),
            name_template: (!self.name_template.is_empty()).then(|| self.name_template.to_string()),
            namespace: if self.namespace.is_empty() { "default" } else { &*self.namespace }.into(),
            values: HelmValues {
                files: self.values(folder, tree, &path)?,
                ..HelmValues::default()
            },
            kube_version,
            api_versions: if flags.api_versions.is_empty() {
                api_versions
            } else {
                flags.api_versions.clone()
            },
            crds: if self.include_crds { Crds::Include } else { Crds::Skip },
            hooks: match (self.skip_hooks, self.skip_tests) {
                (true, _) => Hooks::None,
                (_, true) => Hooks::WithoutTests,
                _ => Hooks::All,
            },
            compat: flags.compat,
            ..HelmOptions::default()
        };
        let mut input = Input::new(tree, path.clone());
        input.fetched.clone_from(&folder.build.input.fetched);
        let output = Helm::new(options).template(&input).map_err(|it| explain(it, folder))?;
        let mut resources = folder.build.resources(output.as_bytes(), path.as_str())?;
        for resource in &mut resources {
            resource.set_annotation(internal::HELM_GENERATED, "true");
        }
        Ok(resources)
    }

    /// The name of the release. Upstream makes one of the time where none is given.
    fn release(&self) -> String {
        if self.release_name.is_empty() {
            format!("{}-0", self.name)
        } else {
            self.release_name.to_string()
        }
    }

    /// The folder of charts.
    fn home(&self) -> String {
        let home = if self.chart_home.is_empty() { "charts" } else { &*self.chart_home };
        if self.version.is_empty() || self.repo.is_empty() {
            return home.to_owned();
        }
        format!("{home}/{}-{}", self.name, self.version)
    }

    /// The chart: in its folder, or fetched.
    fn chart<'a>(&self, folder: &Folder<'a>) -> Result<(&'a Tree, TreePath)> {
        let local = folder.resolve(&format!("{}/{}", self.home(), self.name));
        if let Some(path) = local.filter(|path| folder.tree.is_folder(path)) {
            let path = TreePath::new(&path).map_err(|error| Problem::new(error.to_string()))?;
            return Ok((folder.tree, path));
        }
        if self.repo.is_empty() {
            return Err(Problem::new("no repo specified for pull, no chart found at ''"));
        }
        let tree = folder.build.fetched(Requirement::Chart {
            repository: self.repo.to_string(),
            name: self.name.to_string(),
            version: self.version.to_string(),
            lock: None,
        })?;
        let mut files = tree.files();
        Ok(match (files.next(), files.next()) {
            (Some((only, _)), None) => (tree, only),
            _ => (tree, TreePath::default()),
        })
    }

    /// The files of values, in their order.
    fn values(
        &self,
        folder: &Folder<'_>,
        tree: &Tree,
        chart: &TreePath,
    ) -> Result<Vec<ValuesFile>> {
        let text = |name: &str, content: &[u8]| ValuesFile::Text {
            name: name.to_owned(),
            text: String::from_utf8_lossy(content).into_owned(),
        };
        let own = crate::detect::below(chart, "values.yaml");
        let content = if self.values_file.is_empty() {
            tree.read(&own).unwrap_or_default()
        } else {
            folder.load(&self.values_file)?
        };
        let first = if self.values_inline.is_empty() {
            text("values.yaml", content)
        } else {
            let merged = yaml::to_string(&Value::Map(self.merged(content)?));
            text("values.yaml", merged.as_bytes())
        };
        let mut files = vec![first];
        for path in &self.additional_values_files {
            let content = folder
                .load(path)
                .map_err(|problem| problem.within("could not load additionalValuesFile"))?;
            files.push(text(path, content));
        }
        Ok(files)
    }

    /// The inline values with those of the file.
    fn merged(&self, content: &[u8]) -> Result<Map> {
        let file = || -> Result<Map> {
            let options =
                yaml::Options { dialect: yaml::Dialect::GoV3, ..yaml::Options::default() };
            let documents = yaml::parse(content, &options).map_err(|error| {
                Problem::new(error.as_go()).within("could not parse values file into rnode")
            })?;
            Ok(match documents.into_iter().next().map(|document| document.value) {
                Some(Value::Map(map)) => map,
                _ => Map::new(),
            })
        };
        let inline = self.values_inline.clone();
        match &*self.values_merge {
            "" | "override" => Ok(over(file()?, inline)),
            "merge" => Ok(over(inline, file()?)),
            "replace" => Ok(inline),
            _ => Err(Problem::new("valuesMerge must be one of [merge override replace]")),
        }
    }
}

/// `values` over `below`: maps are merged, `null` takes out.
fn over(mut below: Map, values: Map) -> Map {
    for (key, value) in values {
        match (below.remove(&key), value) {
            (_, Value::Null) => {}
            (Some(Value::Map(inner)), Value::Map(value)) => {
                below.insert(key, Value::Map(over(inner, value)));
            }
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
    below
}

/// The error of a chart as one of the build.
fn explain(error: RenderError, folder: &Folder<'_>) -> Problem {
    match error {
        RenderError::Missing(requirements) => {
            folder.build.missing.borrow_mut().extend(requirements);
            Problem::missing()
        }
        RenderError::Invalid { position, message } => Problem::new(message).at(position),
        other => Problem::new(other.to_string()),
    }
}
