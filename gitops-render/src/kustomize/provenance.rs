//! Where resources come from and what changed them, as `buildMetadata` writes it down
//! (`api/resource/origin.go`).

use std::fmt::Write;

use gitops_diff::{Text, Value};

use super::problem::{Problem, Result};
use super::remote::Repository;
use super::resource::Resource;
use super::resources::Resources;
use crate::yaml::{self, Dialect, Duplicates, Options};

/// The annotation that says where a resource comes from.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// The annotation that says what changed a resource.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The label of `managedByLabel`.
pub(crate) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Where something comes from: a file, or the configuration of what made or changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// The file, from the folder that is built or from the root of its repository.
    path: String,
    repository: String,
    reference: String,
    /// The file that configures it.
    configured_in: String,
    configured_by: Configuration,
}

/// The object that configures something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Configuration {
    api_version: Text,
    kind: Text,
    name: Text,
    namespace: Text,
}

impl Provenance {
    /// That of what is called `path` where this is.
    pub(crate) fn join(&self, path: &str) -> Self {
        let Ok(repository) = Repository::parse(path) else {
            return Self { path: clean(&self.path, path), ..self.clone() };
        };
        // Upstream cuts the folder out of a path and misses where there is none.
        let folder = clean("", &repository.folder);
        Self {
            path: if folder.is_empty() { "notCloned".to_owned() } else { folder },
            repository: repository.url(),
            reference: repository.reference,
            ..self.clone()
        }
    }

    /// That of what the kustomization file `file_name` here configures with a field of its own.
    pub(crate) fn built_in(&self, file_name: &str, kind: &str) -> Self {
        Self {
            path: String::new(),
            configured_in: clean(&self.path, file_name),
            configured_by: Configuration {
                api_version: "builtin".into(),
                kind: kind.into(),
                ..Configuration::default()
            },
            ..self.clone()
        }
    }

    /// That of what `configuration` configures, if it is known where that comes from.
    ///
    /// # Errors
    /// Where its annotation is not YAML.
    pub(crate) fn configured_by(configuration: &Resource) -> Result<Option<Self>> {
        let Some(text) = configuration.annotation(ORIGIN) else { return Ok(None) };
        let origin = parse(text)?;
        let part = |name: &str| origin.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let node = configuration.node();
        Ok(Some(Self {
            path: String::new(),
            repository: part("repo"),
            reference: part("ref"),
            configured_in: part("path"),
            configured_by: Configuration {
                api_version: node.text_at(&["apiVersion"]).unwrap_or_default().into(),
                kind: configuration.kind().into(),
                name: configuration.name().into(),
                namespace: configuration.namespace().into(),
            },
        }))
    }

    /// The text of its annotation.
    pub(crate) fn text(&self) -> String {
        self.lines("")
    }

    /// The lines of its annotation, with `indent` before all but the first.
    fn lines(&self, indent: &str) -> String {
        let Configuration { api_version, kind, name, namespace } = &self.configured_by;
        let own = [
            ("path", &*self.path),
            ("repo", &self.repository),
            ("ref", &self.reference),
            ("configuredIn", &self.configured_in),
        ];
        let by = [
            ("apiVersion", &**api_version),
            ("kind", kind),
            ("name", name),
            ("namespace", namespace),
        ];
        let mut lines = fields(&own, indent);
        let by = fields(&by, &format!("{indent}  "));
        if !by.is_empty() {
            let _ = write!(lines, "{indent}configuredBy:\n{by}");
        }
        if lines.is_empty() {
            return "{}\n".to_owned();
        }
        lines[indent.len()..].to_owned()
    }
}

/// A line for each field that says something.
fn fields(fields: &[(&str, &str)], indent: &str) -> String {
    let said = fields.iter().filter(|(_, value)| !value.is_empty());
    said.fold(String::new(), |mut lines, (name, value)| {
        let value = yaml::to_string(&Value::from(*value));
        let _ = write!(lines, "{indent}{name}: {value}");
        lines
    })
}

/// `path` from `base`, without `.`; `..` leads out of `base`.
fn clean(base: &str, path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in base.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

fn parse(text: &str) -> Result<Value> {
    let options =
        Options { dialect: Dialect::GoV2, duplicates: Duplicates::LastWins, ..Options::default() };
    let documents = yaml::parse(text.as_bytes(), &options).map_err(|error| {
        Problem::new(format!("error converting YAML to JSON: {}", error.as_go()))
    })?;
    Ok(documents.into_iter().next().map_or(Value::Null, |document| document.value))
}

impl Resource {
    /// Notes where it comes from; the other annotations become strings.
    pub(crate) fn set_provenance(&mut self, provenance: &Provenance) {
        let mut annotations = self.texts("annotations");
        annotations.insert(ORIGIN.into(), provenance.text().into());
        self.set_texts("annotations", &annotations);
    }

    /// Notes where it comes from, if that is known and it does not know it.
    pub(crate) fn note_origin(&mut self, provenance: Option<&Provenance>) {
        if let (Some(provenance), None) = (provenance, self.annotation(ORIGIN)) {
            self.set_provenance(provenance);
        }
    }

    fn add_transformation(&mut self, provenance: &Provenance) {
        let mut annotations = self.texts("annotations");
        let text = annotations.entry(TRANSFORMATIONS.into()).or_default();
        let before = if text.trim() == "[]" { "" } else { &**text };
        *text = format!("{before}- {}", provenance.lines("  ")).into();
        self.set_texts("annotations", &annotations);
    }
}

impl Resources {
    /// Notes for each resource what changed it: every step counts for every resource, changed or
    /// not. A resource that does not know where it comes from comes from that step.
    ///
    /// # Errors
    /// Where an annotation is not YAML.
    pub(crate) fn note_transformation(&mut self, provenance: &Provenance) -> Result<()> {
        for resource in self.iter_mut().filter(|it| !it.is_gone()) {
            match resource.annotation(ORIGIN) {
                None => resource.set_provenance(provenance),
                Some(origin) => {
                    parse(origin)?;
                    resource.add_transformation(provenance);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kustomize::node::tests::tree;

    fn resource(text: &str) -> Resource {
        Resource::new(tree(text), &Arc::default())
    }

    #[test]
    fn a_file_is_named_from_the_folder_that_is_built_or_from_its_repository() {
        let base = Provenance::default().join("../base");
        assert_eq!(base.join("./web.yaml").text(), "path: ../base/web.yaml\n");
        let remote = base.join("https://github.com/org/repo//config/base?ref=v1.0");
        assert_eq!(
            remote.join("../web.yaml").text(),
            "path: config/web.yaml\nrepo: https://github.com/org/repo\nref: v1.0\n"
        );
        assert_eq!(Provenance::default().text(), "{}\n");
    }

    #[test]
    fn what_is_configured_names_its_configuration() {
        let base = Provenance::default().join("base");
        assert_eq!(
            base.built_in("kustomization.yaml", "ConfigMapGenerator").text(),
            "configuredIn: base/kustomization.yaml\nconfiguredBy:\n  apiVersion: builtin\n  kind: \
             ConfigMapGenerator\n"
        );
        let mut configuration = resource("{apiVersion: v1, kind: P, metadata: {name: '1'}}");
        assert_eq!(Provenance::configured_by(&configuration), Ok(None));
        configuration.set_provenance(&base.join("p.yaml"));
        let found = Provenance::configured_by(&configuration).expect("YAML").expect("an origin");
        assert_eq!(
            found.text(),
            "configuredIn: base/p.yaml\nconfiguredBy:\n  apiVersion: v1\n  kind: P\n  name: \"1\"\n"
        );
    }

    #[test]
    fn each_step_is_noted_behind_those_before() {
        let mut resources = Resources::default();
        let mut resource = resource("{kind: A, metadata: {name: a, annotations: {n: 1}}}");
        resource.note_origin(Some(&Provenance::default().join("a.yaml")));
        resource.note_origin(Some(&Provenance::default().join("b.yaml")));
        resource.note_origin(None);
        resources.append(resource).expect("alone");
        let step = Provenance::default().built_in("kustomization.yaml", "PatchTransformer");
        for _ in 0..2 {
            resources.note_transformation(&step).expect("YAML");
        }
        let one = "- configuredIn: kustomization.yaml\n  configuredBy:\n    apiVersion: builtin\n    \
                   kind: PatchTransformer\n";
        let resource = resources.get(0);
        assert_eq!(resource.annotation(ORIGIN), Some("path: a.yaml\n"));
        assert_eq!(resource.annotation(TRANSFORMATIONS), Some(&*one.repeat(2)));
        assert_eq!(resource.annotation("n"), Some("1"));
    }
}
