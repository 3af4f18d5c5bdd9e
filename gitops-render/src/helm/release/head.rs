//! What Helm reads of each document, and what it refuses.

use gitops_diff::{Map, Value};

use super::outline::{self, Outline};
use crate::helm::chart::{Field, Shape, Struct, decode, document};

/// The kind of a document, and the annotations that are Helm's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::helm) struct Head {
    pub(in crate::helm) kind: String,
    annotations: Vec<(String, String)>,
}

const METADATA: Struct = Struct {
    name: "",
    ty: "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \
         \"json:\\\"annotations\\\"\" }",
    fields: &[Field("name", Shape::Text), Field("annotations", Shape::Dict(&Shape::Text))],
};

const HEAD: Struct = Struct {
    name: "SimpleHead",
    ty: "util.SimpleHead",
    fields: &[
        Field("apiVersion", Shape::Text),
        Field("kind", Shape::Text),
        Field("metadata", Shape::Struct(&METADATA)),
    ],
};

impl Head {
    /// The head of a document.
    ///
    /// # Errors
    /// That of `yaml.Unmarshal`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match outline::read(text) {
            Some(outline) => Ok(Self::from(outline)),
            None => Self::of_text(text),
        }
    }

    /// The head of a document, as the reader of YAML finds it.
    pub(super) fn of_text(text: &str) -> Result<Self, String> {
        let mut fields = decode(&document(text.as_bytes())?, &HEAD)?;
        let mut metadata = match fields.remove("metadata") {
            Some(Value::Map(metadata)) => metadata,
            _ => Map::new(),
        };
        let annotations = match metadata.remove("annotations") {
            Some(Value::Map(annotations)) => annotations,
            _ => Map::new(),
        };
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let own = annotations.iter().filter(|(key, _)| key.starts_with(OWN));
        let annotations = own.map(|(key, value)| (key.to_string(), text(Some(value)))).collect();
        Ok(Self { kind: text(fields.get("kind")), annotations })
    }

    /// How many bytes it takes with what hooks make of it, nearly: a word of a list is a string of
    /// its own.
    pub(super) fn weight(&self) -> usize {
        const WORDS: usize = 32;
        let annotations = self.annotations.iter();
        let annotations = annotations.map(|(key, value)| key.len() + WORDS * (1 + value.len()));
        self.kind.len() + annotations.sum::<usize>()
    }

    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        // Of two that are written, the last counts.
        let found = self.annotations.iter().rfind(|(known, _)| known == key);
        found.map(|(_, value)| &**value)
    }
}

/// What the names of Helm's own annotations start with.
pub(super) const OWN: &str = "helm.sh/";

impl From<Outline<'_>> for Head {
    fn from(outline: Outline<'_>) -> Self {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Self {
            kind: outline.kind.unwrap_or_default().to_owned(),
            annotations: outline.annotations.into_iter().map(owned).collect(),
        }
    }
}
