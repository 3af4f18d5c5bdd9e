//! Transformers that may change nothing.

use crate::kustomize::node::{Members, Node, Scalar};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::Resource;
use crate::kustomize::resources::Resources;
use crate::kustomize::transform::Transformer;

/// The one label that a validator may set.
const VALIDATED_BY: &str = "validated-by";

/// Runs a validator.
///
/// # Errors
/// Where it changes a resource, but for that label, or says itself that something is wrong.
pub(crate) fn validate(validator: &dyn Transformer, resources: &mut Resources) -> Result<()> {
    let before = resources.clone();
    validator.transform(resources)?;
    same(&before, resources).map_err(|it| it.within("validator shouldn't modify the resource map"))
}

fn same(before: &Resources, after: &Resources) -> Result<()> {
    if before.len() != after.len() {
        return Err(Problem::new(format!(
            "lists have different number of entries: {} doesn't equal {}",
            before.len(),
            after.len()
        )));
    }
    for resource in before.iter() {
        let id = resource.id();
        let other = match after.by_current_id(id)[..] {
            [at] => without_label(after.get(at)),
            [] => {
                return Err(Problem::new(format!("id in self missing from other; id: {id}")));
            }
            ref several => {
                let count = several.len();
                return Err(Problem::new(format!("id in self matches {count} in other; id: {id}")));
            }
        };
        if !same_node(resource.node(), other.node()) {
            let (own, other) = (resource.json(), other.json());
            return Err(Problem::new(format!("nodes unequal: \n -- {own},\n -- {other}\n")));
        }
    }
    Ok(())
}

/// The resource without the label; where it has it, upstream writes the other labels anew, so that
/// they no longer are what stood in a file.
fn without_label(resource: &Resource) -> Resource {
    let mut resource = resource.clone();
    let mut labels = resource.texts("labels");
    if labels.remove(VALIDATED_BY).is_some() {
        resource.set_texts("labels", &labels);
    }
    resource
}

/// Whether two nodes are the same in the same place of the same file.
fn same_node(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Scalar(a), Node::Scalar(b)) => same_scalar(a, b),
        (Node::List(a), Node::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_node(a, b))
        }
        (Node::Map(a), Node::Map(b)) => same_members(a, b),
        _ => false,
    }
}

fn same_members(a: &Members, b: &Members) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b.iter())
            .all(|(a, b)| same_scalar(&a.key, &b.key) && same_node(&a.value, &b.value))
}

fn same_scalar(a: &Scalar, b: &Scalar) -> bool {
    a == b && a.line == b.line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kustomize::node::tests::tree;

    struct SetLabel(&'static str);

    impl Transformer for SetLabel {
        fn transform(&self, resources: &mut Resources) -> Result<()> {
            for resource in resources.iter_mut() {
                resource.metadata("labels").set(self.0, Node::string("x"));
            }
            Ok(())
        }
    }

    fn check(text: &str, label: &'static str, problem: Option<&str>) {
        let mut resources = Resources::default();
        resources.append(Resource::new(tree(text), &Arc::default())).expect("alone");
        let found = validate(&SetLabel(label), &mut resources).map_err(|it| it.message);
        let start = found.as_ref().err().and_then(|it| it.split(" \n").next());
        assert_eq!(start, problem, "{text} {label}");
    }

    #[test]
    fn a_validator_may_only_set_its_own_label() {
        let unequal = Some("validator shouldn't modify the resource map: nodes unequal:");
        check("{kind: A, metadata: {name: a}}", "validated-by", None);
        check("{kind: A, metadata: {name: a}}", "other", unequal);
        // The other labels are written anew, which upstream takes for a change.
        check("{kind: A, metadata: {name: a, labels: {b: c}}}", "validated-by", unequal);
    }
}
