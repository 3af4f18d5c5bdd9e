//! What Helm reads of each document, and what it refuses.

use gitops_diff::{Map, Value};

use crate::helm::chart::{Field, Shape, Struct, decode, document};

/// The kind and annotations of a document.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Head {
    pub(in crate::helm) kind: String,
    annotations: Map,
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
    /// The head of a document, and all of it.
    ///
    /// # Errors
    /// That of `yaml.Unmarshal`.
    pub(super) fn read(text: &[u8]) -> Result<(Self, Value), String> {
        let value = document(text)?;
        let mut fields = decode(&value, &HEAD)?;
        let mut metadata = match fields.remove("metadata") {
            Some(Value::Map(metadata)) => metadata,
            _ => Map::new(),
        };
        let annotations = match metadata.remove("annotations") {
            Some(Value::Map(annotations)) => annotations,
            _ => Map::new(),
        };
        let text = |map: &Map, key: &str| {
            map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let head = Self { kind: text(&fields, "kind"), annotations };
        Ok((head, value))
    }

    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).and_then(Value::as_str)
    }
}
