//! The hash at the end of a generated name (`api/hasher/hasher.go`).

use gitops_diff::{Map, Value};
use sha2::{Digest, Sha256};

use super::ENABLED;
use crate::kustomize::json;
use crate::kustomize::node::{Members, Node, Scalar};
use crate::kustomize::problem::{Problem, ProblemKind, Result};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;
use crate::kustomize::transform::Transformer;

/// Puts a hash of the content behind the names of generated resources.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HashTransformer;

impl Transformer for HashTransformer {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let marked = |it: &&mut Resource| it.annotation(internal::NEEDS_HASH) == Some(ENABLED);
        for resource in resources.iter_mut().filter(marked) {
            let name = format!("{}-{}", resource.name(), hash(resource.node())?);
            resource.store_previous_id();
            if let Some(metadata) = resource.node_mut().get_mut("metadata") {
                metadata.set_field("name", Node::Scalar(Scalar::plain(name)))?;
            }
        }
        Ok(())
    }
}

/// The hash of what a config map or a secret holds: ten characters, none of which makes a word.
///
/// # Errors
/// Where its content cannot be written as JSON, or it is of another kind: upstream hashes where
/// the parts of such a text stood, which nothing here knows.
pub(super) fn hash(node: &Node) -> Result<String> {
    let mut content = match node.text_at(&["kind"]) {
        Some("ConfigMap") => content(node, "ConfigMap", &["data"], "binaryData")?,
        Some("Secret") => content(node, "Secret", &["data", "type"], "stringData")?,
        kind => return Err(no_hash(kind.unwrap_or_default())),
    };
    with_floats(&mut content);
    Ok(shortened(&Sha256::digest(json::compact(&content).as_bytes())))
}

fn no_hash(kind: &str) -> Problem {
    Problem {
        kind: ProblemKind::Unsupported,
        ..Problem::new(format!(
            "a name can only get a hash if its kind is ConfigMap or Secret, not {kind:?}; set \
             disableNameSuffixHash for it"
        ))
    }
}

/// What is hashed. Upstream looks for the name in a field called `metadata/name`, which is never
/// there, so that it is always empty.
fn content(node: &Node, kind: &str, fields: &[&str], optional: &str) -> Result<Value> {
    let mut content = Map::new();
    content.insert("kind", Value::from(kind));
    content.insert("name", Value::from(""));
    for field in fields {
        content.insert(*field, value(node.get(field))?);
    }
    if let Some(value @ (Value::Map(_) | Value::Null)) =
        node.get(optional).map(|it| value(Some(it))).transpose()?
    {
        content.insert(optional, value);
    }
    Ok(Value::Map(content))
}

/// A scalar counts as its text, a list as nothing.
fn value(node: Option<&Node>) -> Result<Value> {
    match node {
        None => Ok(Value::from("")),
        Some(Node::Scalar(scalar)) => Ok(Value::Str(scalar.text.clone())),
        Some(Node::List(_)) => Ok(Value::Null),
        Some(Node::Map(members)) => map(members).map(Value::Map),
    }
}

/// The keys of the map itself count as their texts, whatever they are.
fn map(members: &Members) -> Result<Map> {
    members.iter().map(|it| Ok((it.key.text.clone(), it.value.value()?))).collect()
}

/// Ten hexadecimal digits, without vowels and without those that look like some.
fn shortened(digest: &[u8]) -> String {
    let digit = |half: u8| char::from(b"gh2k456789mbcdtf"[usize::from(half & 15)]);
    digest.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).take(10).collect()
}

/// The value as Go has it after it read it from JSON: all numbers are floats.
fn with_floats(value: &mut Value) {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as Go reads numbers without a type")]
        Value::Int(number) => *value = Value::Float(*number as f64),
        Value::List(items) => items.iter_mut().for_each(with_floats),
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| with_floats(value)),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::node::tests::tree;

    fn check(text: &str, expected: &str) {
        let found = hash(&tree(text)).map_err(|problem| problem.message);
        assert_eq!(found.as_deref().map_err(String::as_str), Ok(expected), "{text}");
    }

    #[test]
    fn a_hash_is_of_the_data_and_the_kind_and_not_of_the_name() {
        check("{kind: ConfigMap, metadata: {name: a}, data: {x: <1>}}", "c56db82h85");
        check("{kind: ConfigMap, metadata: {name: b}, data: {x: <1>}}", "c56db82h85");
        check("{kind: Secret, type: Opaque, data: {x: MQ==}}", "bf2648c599");
    }

    #[test]
    fn numbers_count_as_floats() {
        let hash_of = |number| hash(&tree(&format!("{{kind: ConfigMap, data: {{x: {number}}}}}")));
        assert_eq!(hash_of("9007199254740993"), hash_of("9007199254740992"));
        assert_ne!(hash_of("9007199254740993"), hash_of("9007199254740994"));
    }

    #[test]
    fn other_kinds_have_no_hash() {
        let problem = hash(&tree("kind: Deployment")).expect_err("no hash");
        assert_eq!(problem.kind, ProblemKind::Unsupported);
    }
}
