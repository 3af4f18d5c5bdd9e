//! `Chart.yaml`, `requirements.yaml` and the locks of both.

use gitops_diff::{Map, Value};

use super::about;
use super::decode::{Field, Shape, Struct, decode, document};
use crate::helm::{HelmCompat, go};

/// What a chart says of itself.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Metadata {
    /// The fields by their names in `Chart.yaml`, without the dependencies.
    pub(super) fields: Map,
    /// None where nothing is declared, which is not the same as an empty list.
    pub(in crate::helm) dependencies: Option<Vec<Dependency>>,
    /// Whether one of them is `null`.
    pub(super) null_dependency: bool,
}

/// A chart that another one needs.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Dependency {
    /// The fields by their names in `Chart.yaml`.
    fields: Map,
    pub(in crate::helm) enabled: bool,
    /// `import-values` as they were read.
    pub(in crate::helm) import_values: Vec<Value>,
    /// The same as the pairs that they mean, once they were looked at.
    pub(in crate::helm) imported: Option<Vec<(String, String)>>,
}

/// `Chart.lock`.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Lock {
    pub(in crate::helm) digest: String,
    pub(in crate::helm) dependencies: Vec<Dependency>,
}

const STRINGS: Shape = Shape::List(&Shape::Text);

const DEPENDENCY: Struct = Struct {
    name: "Dependency",
    ty: "v2.Dependency",
    fields: &[
        Field("name", Shape::Text),
        Field("version", Shape::Text),
        Field("repository", Shape::Text),
        Field("condition", Shape::Text),
        Field("tags", STRINGS),
        Field("enabled", Shape::Bool),
        Field("import-values", Shape::List(&Shape::Any)),
        Field("alias", Shape::Text),
    ],
};

const MAINTAINER: Struct = Struct {
    name: "Maintainer",
    ty: "v2.Maintainer",
    fields: &[Field("name", Shape::Text), Field("email", Shape::Text), Field("url", Shape::Text)],
};

const METADATA: Struct = Struct {
    name: "Metadata",
    ty: "v2.Metadata",
    fields: &[
        Field("name", Shape::Text),
        Field("home", Shape::Text),
        Field("sources", STRINGS),
        Field("version", Shape::Text),
        Field("description", Shape::Text),
        Field("keywords", STRINGS),
        Field("maintainers", Shape::List(&Shape::Struct(&MAINTAINER))),
        Field("icon", Shape::Text),
        Field("apiVersion", Shape::Text),
        Field("condition", Shape::Text),
        Field("tags", Shape::Text),
        Field("appVersion", Shape::Text),
        Field("deprecated", Shape::Bool),
        Field("annotations", Shape::Dict(&Shape::Text)),
        Field("kubeVersion", Shape::Text),
        Field("dependencies", Shape::List(&Shape::Struct(&DEPENDENCY))),
        Field("type", Shape::Text),
    ],
};

const LOCK: Struct = Struct {
    name: "Lock",
    ty: "v2.Lock",
    fields: &[
        Field("generated", Shape::Any),
        Field("digest", Shape::Text),
        Field("dependencies", Shape::List(&Shape::Struct(&DEPENDENCY))),
    ],
};

impl Metadata {
    /// Takes in what `text` says, over what is known already.
    ///
    /// # Errors
    /// That of `yaml.Unmarshal`.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(), String> {
        let mut fields = decode(&document(text)?, &METADATA)?;
        if let Some(Value::List(items)) = fields.remove("dependencies") {
            let count = items.len();
            let dependencies: Vec<_> = items.into_iter().filter_map(dependency).collect();
            self.null_dependency = dependencies.len() < count;
            self.dependencies = Some(dependencies);
        }
        for (key, value) in fields {
            self.fields.insert(key, value);
        }
        Ok(())
    }

    /// How many values it is, where a long text counts as several.
    pub(super) fn size(&self) -> usize {
        let declared = self.dependencies.iter().flatten();
        size(&self.fields) + declared.map(|it| size(&it.fields)).sum::<usize>()
    }

    /// A field that is a string; empty where it is not set.
    pub(in crate::helm) fn text(&self, field: &str) -> &str {
        text(&self.fields, field)
    }

    pub(in crate::helm) fn name(&self) -> &str {
        self.text("name")
    }

    pub(in crate::helm) fn version(&self) -> &str {
        self.text("version")
    }

    pub(in crate::helm) fn set(&mut self, field: &'static str, text: &str) {
        self.fields.insert(field, text.into());
    }

    pub(in crate::helm) fn is_library(&self) -> bool {
        self.text("type").eq_ignore_ascii_case("library")
    }

    pub(in crate::helm) fn is_deprecated(&self) -> bool {
        self.fields.get("deprecated").and_then(Value::as_bool).unwrap_or_default()
    }

    /// The members of a list; an empty one where it is not set.
    pub(super) fn list_mut(&mut self, field: &str) -> &mut [Value] {
        self.fields.get_mut(field).and_then(Value::as_list_mut).map_or(&mut [], Vec::as_mut_slice)
    }

    /// What templates see as `.Chart`: in Helm 3 a struct, in Helm 4 a map.
    pub(in crate::helm) fn seen(&self, is_root: bool, compat: HelmCompat) -> go::Value {
        if compat == HelmCompat::V3_21 {
            return about::chart(self, is_root);
        }
        let map = self.as_map();
        map.set("IsRoot", go::Value::Bool(is_root));
        go::Value::Map(map)
    }

    /// All fields, by the names they have in Go.
    fn as_map(&self) -> go::Map {
        let text = |field: &str| go::Value::string(self.text(field));
        let list = |field: &str| go::Value::list(list(&self.fields, field, plain));
        let annotations = match self.fields.get("annotations") {
            Some(Value::Map(members)) => string_map(members),
            _ => go::Map::nil(go::Type::STRING_MAP),
        };
        let dependencies = self.dependencies.iter().flatten();
        let dependencies = dependencies.map(|it| go::Value::Map(it.as_map())).collect();
        [
            ("Name", text("name")),
            ("Home", text("home")),
            ("Sources", list("sources")),
            ("Version", text("version")),
            ("Description", text("description")),
            ("Keywords", list("keywords")),
            ("Maintainers", go::Value::list(self::list(&self.fields, "maintainers", maintainer))),
            ("Icon", text("icon")),
            ("APIVersion", text("apiVersion")),
            ("Condition", text("condition")),
            ("Tags", text("tags")),
            ("AppVersion", text("appVersion")),
            ("Deprecated", go::Value::Bool(self.is_deprecated())),
            ("Annotations", go::Value::Map(annotations)),
            ("KubeVersion", text("kubeVersion")),
            ("Dependencies", go::Value::list(dependencies)),
            ("Type", text("type")),
        ]
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect()
    }
}

impl Dependency {
    pub(in crate::helm) fn text(&self, field: &str) -> &str {
        text(&self.fields, field)
    }

    pub(in crate::helm) fn name(&self) -> &str {
        self.text("name")
    }

    pub(in crate::helm) fn set(&mut self, field: &'static str, text: &str) {
        self.fields.insert(field, text.into());
    }

    pub(in crate::helm) fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.fields.get("tags").and_then(Value::as_list).unwrap_or_default();
        tags.iter().filter_map(Value::as_str)
    }

    pub(super) fn tags_mut(&mut self) -> &mut [Value] {
        self.fields.get_mut("tags").and_then(Value::as_list_mut).map_or(&mut [], Vec::as_mut_slice)
    }

    /// `ImportValues`.
    pub(super) fn imports(&self) -> go::Value {
        go::Value::list(match &self.imported {
            None => self.import_values.iter().map(super::values::to_go).collect(),
            Some(pairs) => pairs.iter().map(|(child, parent)| pair(child, parent)).collect(),
        })
    }

    fn as_map(&self) -> go::Map {
        let text = |field: &str| go::Value::string(self.text(field));
        [
            ("Name", text("name")),
            ("Version", text("version")),
            ("Repository", text("repository")),
            ("Condition", text("condition")),
            ("Tags", go::Value::list(self.tags().map(go::Value::string).collect())),
            ("Enabled", go::Value::Bool(self.enabled)),
            ("ImportValues", self.imports()),
            ("Alias", text("alias")),
        ]
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect()
    }
}

impl Lock {
    /// # Errors
    /// That of `yaml.Unmarshal`.
    pub(super) fn read(content: &[u8]) -> Result<Self, String> {
        let mut fields = decode(&document(content)?, &LOCK)?;
        let dependencies = match fields.remove("dependencies") {
            Some(Value::List(items)) => items.into_iter().filter_map(dependency).collect(),
            _ => Vec::new(),
        };
        Ok(Self { digest: text(&fields, "digest").to_owned(), dependencies })
    }
}

/// How many values are in fields, where a long text counts as several.
fn size(fields: &Map) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Str(text) => 1 + text.len() / 64,
            Value::List(items) => 1 + items.iter().map(of).sum::<usize>(),
            Value::Map(map) => 1 + size(map),
            _ => 1,
        }
    }
    fields.iter().map(|(_, value)| of(value)).sum()
}

fn text<'a>(fields: &'a Map, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A dependency of its fields; none for `null`.
fn dependency(value: Value) -> Option<Dependency> {
    let Value::Map(mut fields) = value else { return None };
    let import_values = match fields.remove("import-values") {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    let enabled = fields.get("enabled").and_then(Value::as_bool).unwrap_or_default();
    Some(Dependency { fields, enabled, import_values, imported: None })
}

pub(super) fn list(fields: &Map, field: &str, item: fn(&Value) -> go::Value) -> Vec<go::Value> {
    let items = fields.get(field).and_then(Value::as_list).unwrap_or_default();
    items.iter().map(item).collect()
}

pub(super) fn plain(value: &Value) -> go::Value {
    go::Value::string(value.as_str().unwrap_or_default())
}

fn maintainer(value: &Value) -> go::Value {
    let text = |field: &str| {
        go::Value::string(value.get(field).and_then(Value::as_str).unwrap_or_default())
    };
    let fields = [("Name", text("name")), ("Email", text("email")), ("URL", text("url"))];
    go::Value::Map(fields.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

pub(super) fn string_map(members: &Map) -> go::Map {
    let entries = members.iter().map(|(key, value)| (key.as_str().into(), plain(value)));
    go::Map::typed(go::Type::STRING_MAP, entries.collect())
}

/// What an import of values becomes: a `map[string]string`.
fn pair(child: &str, parent: &str) -> go::Value {
    let entries = [
        (go::Str::from("child"), go::Value::string(child)),
        (go::Str::from("parent"), go::Value::string(parent)),
    ];
    go::Value::Map(go::Map::typed(go::Type::STRING_MAP, entries.into()))
}
