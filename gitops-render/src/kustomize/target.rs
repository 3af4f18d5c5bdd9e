//! A folder with its kustomization file, ready to be built.

use gitops_diff::{Text, Value};

use super::build::Build;
use super::decode::Decode;
use super::folder::{Folder, shown};
use super::kustomization::Kustomization;
use super::problem::{Problem, Result};
use super::provenance::Provenance;
use super::schema::Precedence;
use crate::yaml::{self, Documents, Duplicates};
use crate::{Position, Warning};

/// The names that a kustomization file can have.
pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A folder with its kustomization file.
pub(crate) struct Target<'a> {
    pub(crate) folder: Folder<'a>,
    pub(crate) file: Kustomization,
    /// The file's name in its folder.
    pub(crate) file_name: &'static str,
    /// Where it comes from, if the build notes that.
    pub(crate) provenance: Option<Provenance>,
    /// The namespace of the kustomization that led here, which charts are told.
    pub(crate) namespace_above: Text,
    /// The lines of the file's fields.
    lines: Vec<(Text, u32)>,
}

impl<'a> Target<'a> {
    /// Reads the kustomization of `folder`.
    ///
    /// # Errors
    /// Where there is none or more than one, or it is not one.
    pub(crate) fn load(folder: Folder<'a>) -> Result<Self> {
        folder.note();
        let (file_name, content) = find(&folder)?;
        let path = folder.resolve(file_name).unwrap_or_default();
        let (value, lines) = parse(folder.build, content, &path)?;
        let file = Kustomization::decode(&value, "Kustomization")
            .map_err(|problem| problem.within("invalid Kustomization"))
            .and_then(|file| file.checked(&value, &folder))
            .map_err(|problem| problem.at(Position { file: path, line: 0, column: 0 }))?;
        let target = Self {
            folder,
            file,
            file_name,
            provenance: None,
            namespace_above: Text::default(),
            lines,
        };
        target.warn_of_deprecated(&value);
        Ok(Self { file: target.file.clone().modern(), ..target })
    }

    /// Takes the schema that the kustomization names.
    pub(crate) fn choose_schema(&self, precedence: Precedence) -> Result<()> {
        let openapi = &self.file.openapi;
        let document = openapi.get("path").map(|path| self.folder.load(path)).transpose();
        document
            .and_then(|document| self.folder.build.schema.choose(openapi, document, precedence))
            .map_err(|it| it.at(self.position("openapi")))
    }

    /// Where the field `name` stands in the file.
    pub(crate) fn position(&self, name: &str) -> Position {
        let line = self.lines.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let file = self.folder.resolve(self.file_name).unwrap_or_default();
        Position { file, line: line.map_or(0, |(_, line)| *line), column: 0 }
    }

    /// Says of each old field what takes its place, in upstream's words.
    fn warn_of_deprecated(&self, value: &Value) {
        for (field, message) in DEPRECATED {
            if value.get(field).is_some_and(|it| !it.is_null()) {
                let position = self.position(field);
                let origin = Some(gitops_diff::Origin {
                    file: position.file.as_str().into(),
                    line: position.line,
                    document: 1,
                });
                let message = message.to_owned();
                self.folder.build.warnings.borrow_mut().push(Warning { message, origin });
            }
        }
    }
}

/// Old fields, and what upstream says of them.
const DEPRECATED: [(&str, &str); 6] = [
    (
        "bases",
        "# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit \
         fix' to update your Kustomization automatically.",
    ),
    (
        "commonLabels",
        "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit \
         fix' to update your Kustomization automatically.",
    ),
    (
        "imageTags",
        "# Warning: 'imageTags' is deprecated. Please use 'images' instead. Run 'kustomize edit \
         fix' to update your Kustomization automatically.",
    ),
    (
        "patchesJson6902",
        "# Warning: 'patchesJson6902' is deprecated. Please use 'patches' instead. Run 'kustomize \
         edit fix' to update your Kustomization automatically.",
    ),
    (
        "patchesStrategicMerge",
        "# Warning: 'patchesStrategicMerge' is deprecated. Please use 'patches' instead. Run \
         'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "vars",
        "# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run \
         'kustomize edit fix' to update your Kustomization automatically.",
    ),
];

/// The one kustomization file of a folder.
fn find<'a>(folder: &Folder<'a>) -> Result<(&'static str, &'a [u8])> {
    let found: Vec<_> =
        FILE_NAMES.into_iter().filter_map(|name| Some((name, folder.load(name).ok()?))).collect();
    let shown = shown(&folder.path);
    match found[..] {
        [one] => Ok(one),
        [] => Err(Problem::new(format!(
            "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in \
             directory '{shown}'"
        ))),
        _ => Err(Problem::new(format!("Found multiple kustomization files under: {shown}\n"))),
    }
}

/// The value in a file, with the lines of its fields.
fn parse(build: &Build<'_>, content: &[u8], path: &str) -> Result<(Value, Vec<(Text, u32)>)> {
    let options = yaml::Options { duplicates: Duplicates::LastWins, ..yaml::Options::default() };
    let mut allowance = build.allowance.borrow_mut();
    let document = Documents::sharing(content, &options, &mut allowance)
        .and_then(|mut documents| documents.next().transpose())
        .map_err(|error| Problem::unreadable(error, path).within("invalid Kustomization"))?;
    let Some(document) = document else {
        return Ok((Value::Map(gitops_diff::Map::new()), Vec::new()));
    };
    let keys = document.value.as_map().into_iter().flat_map(|map| map.keys().cloned());
    let lines = keys.zip(document.place.parts()).map(|(key, it)| (key, it.mark().line)).collect();
    Ok((document.value, lines))
}

impl Kustomization {
    /// The file, if there is anything in it, and its kind and version are known.
    fn checked(self, value: &Value, folder: &Folder<'_>) -> Result<Self> {
        if is_empty(value) {
            return Err(Problem::new("kustomization.yaml is empty"));
        }
        let component = self.kind == "Component";
        let mut wrong = Vec::new();
        if !component && !matches!(&*self.kind, "" | "Kustomization") {
            wrong.push("kind should be Kustomization or Component".to_owned());
        }
        let version = if component {
            "kustomize.config.k8s.io/v1alpha1"
        } else {
            "kustomize.config.k8s.io/v1beta1"
        };
        if !self.api_version.is_empty() && self.api_version != version {
            let kind = if self.kind.is_empty() { "Kustomization" } else { &self.kind };
            wrong.push(format!("apiVersion for {kind} should be {version}"));
        }
        if wrong.is_empty() {
            return Ok(self);
        }
        let shown = shown(&folder.path);
        Err(Problem::new(format!(
            "Failed to read kustomization file under {shown}:\n{}",
            wrong.join("\n")
        )))
    }

    /// The file with what old fields say in the fields that took their place.
    fn modern(mut self) -> Self {
        if self.kind.is_empty() {
            self.kind = "Kustomization".into();
        }
        self.resources.extend(self.bases.take().unwrap_or_default());
        self.images.extend(self.image_tags.take().unwrap_or_default());
        let secrets = self.secret_generator.iter_mut().map(|it| &mut it.args);
        for args in self.config_map_generator.iter_mut().chain(secrets) {
            let env = std::mem::take(&mut args.env);
            if !env.is_empty() {
                args.envs.push(env);
            }
        }
        self
    }
}

/// Whether no field says anything. Lists and maps say something even where they are empty, but for
/// the old ones, whose items are moved.
fn is_empty(value: &Value) -> bool {
    let Some(map) = value.as_map() else { return true };
    let moved = ["bases", "imageTags", "helmChartInflationGenerator"];
    map.iter().all(|(key, value)| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Str(text) => text.is_empty() || matches!(&**key, "kind" | "apiVersion"),
        Value::List(items) => items.is_empty() && moved.contains(&&**key),
        _ => false,
    })
}
