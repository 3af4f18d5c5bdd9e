//! From a tree to the bytes that `kustomize build` prints for it.

use gitops_diff::{Map, Text, Value};

use super::json::key_through_json;
use super::{Node, Scalar, Tag};
use crate::kustomize::problem::{Problem, Result};

/// The YAML of a tree, as upstream prints a resource: through JSON, so that nothing of the source's
/// spelling is left.
///
/// # Errors
/// Where a map has a key twice or one that is no string, or a scalar is not what its tag says.
pub(crate) fn to_yaml(node: &Node) -> Result<String> {
    Ok(crate::yaml::to_string(&node.value()?))
}

impl Node {
    /// The value that stands for the tree in JSON.
    ///
    /// # Errors
    /// As [`to_yaml`].
    pub(crate) fn value(&self) -> Result<Value> {
        match self {
            Self::Scalar(scalar) => scalar.value().map_err(Problem::new),
            Self::List(items) => {
                items.iter().map(Node::value).collect::<Result<_>>().map(Value::List)
            }
            Self::Map(members) => {
                let mut map = Map::new();
                for member in members.iter() {
                    let key = key(&member.key)?;
                    if map.insert(key.clone(), member.value.value()?).is_some() {
                        return Err(Problem::new(format!("mapping key {key:?} already defined")));
                    }
                }
                Ok(Value::Map(map))
            }
        }
    }
}

/// Keys that are no strings have no place in JSON; upstream fails on them, and late.
fn key(key: &Scalar) -> Result<Text> {
    if !matches!(key.kind(), Tag::Str | Tag::Merge) {
        return Err(Problem::new("json: unsupported type: map[interface {}]interface {}"));
    }
    key_through_json(&key.text).map_err(Problem::new)?;
    Ok(key.text.clone())
}
