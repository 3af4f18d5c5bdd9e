//! What role bindings say of those whom they bind, and of the role.

use std::collections::HashSet;

use gitops_diff::Text;

use crate::kustomize::id::Gvk;
use crate::kustomize::node::{Node, Tag};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::Resource;

/// The namespaces of the service accounts that a `RoleBinding` names.
///
/// # Errors
/// Where one is no text.
pub(super) fn namespaces(resource: &Resource) -> Result<HashSet<Text>> {
    if resource.kind() != "RoleBinding" {
        return Ok(HashSet::new());
    }
    let subjects = resource.node().get("subjects").and_then(Node::as_list).unwrap_or_default();
    let accounts = subjects.iter().filter(|it| it.text_at(&["kind"]) == Some("ServiceAccount"));
    accounts
        .filter_map(|subject| subject.get("namespace"))
        .map(|namespace| match namespace {
            Node::Scalar(scalar) if scalar.kind() == Tag::Str => Ok(scalar.text.clone()),
            _ => Err(Problem::new(format!(
                "Invalid Input: namespace is blank for resource \"{}\"\n",
                resource.id()
            ))),
        })
        .collect()
}

/// Group and kind of the role that a binding refers to.
pub(super) fn role(root: &Node) -> Option<Gvk> {
    let text = |key| root.text_at(&["roleRef", key]).map(Text::from);
    Some(Gvk { group: text("apiGroup")?, kind: text("kind")?, ..Gvk::default() })
}
