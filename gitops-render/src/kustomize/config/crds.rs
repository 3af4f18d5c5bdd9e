//! Configurations from the OpenAPI definitions of custom resources, as `crds:` names them
//! (`api/internal/accumulator/loadconfigfromcrds.go`).

use std::sync::Arc;

use gitops_diff::{Map, Value};

use super::merge::{merge_fields, merge_references};
use super::read::first_value;
use super::{BackReferences, Config};
use crate::kustomize::id::Gvk;
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::{Allowance, Duplicates};

impl Config {
    /// What the definitions in a file say of fields: `x-kubernetes-annotation`,
    /// `x-kubernetes-label-selector`, `x-kubernetes-identity` and
    /// `x-kubernetes-object-ref-{api-version,kind,name-key}`.
    ///
    /// # Errors
    /// Where it is no YAML, or holds no definitions.
    pub(crate) fn from_definitions(
        text: &[u8],
        file: &str,
        allowance: &mut Allowance,
    ) -> Result<Arc<Self>> {
        let context = || format!("unable to parse open API definition from '{file}'");
        let value = first_value(text, file, Duplicates::LastWins, allowance)
            .map_err(|problem| problem.within(context()))?;
        let definitions = match value {
            None | Some(Value::Null) => return Ok(Arc::default()),
            Some(Value::Map(definitions)) => definitions,
            Some(_) => {
                return Err(Problem::new("json: the definitions are no object").within(context()));
            }
        };
        let mut config = Self::default();
        for (name, definition) in definitions.iter() {
            if properties(definition).is_some_and(is_object) {
                let kind = name.rsplit('.').next().unwrap_or_default();
                let gvk = Gvk::unscoped("", kind);
                Reader { definitions: &definitions, gvk, config: &mut config, open: Vec::new() }
                    .definition(name, "")?;
            }
        }
        config.sort();
        Ok(Arc::new(config))
    }
}

/// The properties of a definition, by name.
fn properties(definition: &Value) -> Option<&Map> {
    let (_, schema) =
        definition.as_map()?.iter().find(|(key, _)| key.eq_ignore_ascii_case("schema"))?;
    schema.get("properties")?.as_map()
}

/// Whether something with these properties is an object of Kubernetes.
fn is_object(properties: &Map) -> bool {
    ["kind", "apiVersion", "metadata"].iter().all(|name| properties.contains_key(name))
}

/// Adds what definitions say of one kind.
struct Reader<'a> {
    definitions: &'a Map,
    gvk: Gvk,
    config: &'a mut Config,
    /// The definitions that lead to the present one; those that contain themselves end there.
    open: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn definition(&mut self, name: &'a str, path: &str) -> Result<()> {
        let definitions = self.definitions;
        let Some(properties) = definitions.get(name).and_then(properties) else { return Ok(()) };
        if self.open.contains(&name) {
            return Ok(());
        }
        self.open.push(name);
        for (name, property) in properties.iter() {
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            self.property(property, &path)?;
        }
        self.open.pop();
        Ok(())
    }

    fn property(&mut self, property: &'a Value, path: &str) -> Result<()> {
        let has = |name| extension(property, name).is_some();
        let spec = self.spec(path);
        let config = &mut *self.config;
        if has("annotation") {
            merge_fields(&mut config.common_annotations, std::slice::from_ref(&spec))?;
        }
        if has("label-selector") {
            merge_fields(&mut config.common_labels, std::slice::from_ref(&spec))?;
        }
        if has("identity") {
            merge_fields(&mut config.name_prefix, std::slice::from_ref(&spec))?;
        }
        self.reference(property, path)?;
        match property.get("$ref").and_then(Value::as_str) {
            Some(name) => self.definition(name, path),
            None => Ok(()),
        }
    }

    fn reference(&mut self, property: &Value, path: &str) -> Result<()> {
        let part = |name| extension(property, name);
        let (Some(version), Some(kind)) = (part("object-ref-api-version"), part("object-ref-kind"))
        else {
            return Ok(());
        };
        let key = part("object-ref-name-key").unwrap_or("name");
        let reference = BackReferences {
            target: Gvk { version: version.into(), kind: kind.into(), ..Gvk::default() },
            referrers: vec![self.spec(&format!("{path}/{key}"))],
        };
        merge_references(&mut self.config.name_reference, &[reference])
    }

    fn spec(&self, path: &str) -> FieldSpec {
        FieldSpec { gvk: self.gvk.clone(), path: path.into(), create: false }
    }
}

/// The text of `x-kubernetes-NAME`, whose case does not matter.
fn extension<'a>(property: &'a Value, name: &str) -> Option<&'a str> {
    let is_meant = |key: &str| {
        let prefix = "x-kubernetes-";
        key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && key[prefix.len()..].eq_ignore_ascii_case(name)
    };
    property.as_map()?.iter().find(|(key, _)| is_meant(key))?.1.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITIONS: &str = r#"{
        "example.com/v1.Bee": {"Schema": {"properties": {
            "kind": {}, "apiVersion": {}, "metadata": {},
            "spec": {"$ref": "example.com/v1.BeeSpec"}
        }}},
        "example.com/v1.BeeSpec": {"Schema": {"properties": {
            "hive": {"$ref": "example.com/v1.Hive", "x-kubernetes-object-ref-api-version": "v1",
                "X-Kubernetes-Object-Ref-Kind": "Hive"},
            "secret": {"x-kubernetes-object-ref-api-version": "v1",
                "x-kubernetes-object-ref-kind": "Secret", "x-kubernetes-object-ref-name-key": "id"},
            "notes": {"x-kubernetes-annotation": ""},
            "own": {"x-kubernetes-identity": ""},
            "selector": {"x-kubernetes-label-selector": ""},
            "no": {"x-kubernetes-annotation": true},
            "self": {"$ref": "example.com/v1.BeeSpec"}
        }}},
        "example.com/v1.Hive": {"Schema": {"properties": {"name": {"x-kubernetes-annotation": ""}}}}
    }"#;

    fn paths(specs: &[FieldSpec]) -> Vec<String> {
        specs.iter().map(|it| format!("{}:{}", it.gvk.kind, it.path)).collect()
    }

    #[test]
    fn definitions_say_which_fields_hold_what() {
        let mut allowance = Allowance::new(10_000, 10_000);
        let config = Config::from_definitions(DEFINITIONS.as_bytes(), "a.json", &mut allowance)
            .expect("definitions");
        assert_eq!(paths(&config.common_annotations), ["Bee:spec/hive/name", "Bee:spec/notes"]);
        assert_eq!(paths(&config.common_labels), ["Bee:spec/selector"]);
        assert_eq!(paths(&config.name_prefix), ["Bee:spec/own"]);
        let references: Vec<_> = config
            .name_reference
            .iter()
            .map(|it| (it.target.to_string(), paths(&it.referrers)))
            .collect();
        let expected = [
            ("Secret.v1.[noGrp]".to_owned(), vec!["Bee:spec/secret/id".to_owned()]),
            ("Hive.v1.[noGrp]".to_owned(), vec!["Bee:spec/hive/name".to_owned()]),
        ];
        assert_eq!(references, expected);
    }
}
