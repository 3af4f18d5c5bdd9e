//! What holds for the transformers, whatever they change.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Transformer;
use super::annotations::Annotations;
use super::images::Images;
use super::labels::Labels;
use super::namespace::Namespace;
use super::prefix::Affix;
use crate::kustomize::config::Config;
use crate::kustomize::kustomization::Image;
use crate::kustomize::nameref::NameReferences;
use crate::kustomize::node::{Member, Node, Scalar};
use crate::kustomize::resource::Resource;
use crate::kustomize::resources::Resources;
use crate::kustomize::schema::Schema;
use crate::kustomize::sort::Sort;

/// A tree of fields that transformers look for.
pub(crate) fn any_tree() -> impl Strategy<Value = Node> {
    let scalar = prop_oneof![
        Just(Node::null()),
        Just(Node::Scalar(Scalar::plain(""))),
        "(nginx|a)(:1)?".prop_map(|text| Node::string(text.as_str())),
        Just(Node::Scalar(Scalar::plain("1"))),
    ];
    scalar.prop_recursive(6, 40, 4, |inner| {
        let key = prop_oneof![
            "spec",
            "template",
            "metadata",
            "labels",
            "annotations",
            "containers",
            "image",
            "selector",
            "name",
            "namespace",
            "subjects",
            "volumes",
        ];
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Node::List),
            vec((key, inner), 0..5).prop_map(|members| map(&members)),
        ]
    })
}

fn map(members: &[(String, Node)]) -> Node {
    let members: BTreeMap<&String, &Node> =
        members.iter().map(|(key, value)| (key, value)).collect();
    let member = |(key, value): (&String, &Node)| Member {
        key: Scalar::plain(key.as_str()),
        value: value.clone(),
        comment: None,
    };
    Node::Map(members.into_iter().map(member).collect())
}

/// Resources of several kinds with any fields.
fn any_resources() -> impl Strategy<Value = Vec<Node>> {
    let kind = prop_oneof![
        Just(("apps/v1", "Deployment")),
        Just(("v1", "Service")),
        Just(("v1", "Namespace")),
        Just(("rbac.authorization.k8s.io/v1", "RoleBinding")),
        Just(("v1", "Pod")),
        Just(("a/v1", "A")),
    ];
    vec((kind, "[a-c]", any_tree()), 1..6).prop_map(|all| {
        all.into_iter()
            .map(|((api_version, kind), name, mut tree)| {
                let root = tree.as_map_or_make();
                root.set("apiVersion", Node::string(api_version));
                root.set("kind", Node::string(kind));
                let metadata = root.get_or_insert("metadata", Node::map).as_map_or_make();
                metadata.set("name", Node::string(name));
                tree
            })
            .collect()
    })
}

/// Those that have different names.
fn resources(trees: Vec<Node>) -> Resources {
    let schema = Arc::new(Schema::default());
    let mut resources = Resources::default();
    for tree in trees {
        // One that is there already is left out.
        let _ = resources.append(Resource::new(tree, &schema));
    }
    resources
}

fn trees(resources: &Resources) -> Vec<Node> {
    resources.iter().map(|it| it.node().clone()).collect()
}

/// The trees after so many runs, if none of them is a problem.
fn after(trees_before: &[Node], transformer: &dyn Transformer, runs: usize) -> Option<Vec<Node>> {
    let mut all = resources(trees_before.to_vec());
    for _ in 0..runs {
        transformer.transform(&mut all).ok()?;
        all.drop_gone();
    }
    Some(trees(&all))
}

proptest! {
    #[test]
    fn whatever_only_sets_changes_nothing_when_it_runs_again(all in any_resources()) {
        let config = Config::builtin();
        let texts = BTreeMap::from([("app".into(), "a".into()), ("1".into(), "true".into())]);
        let image = Image { name: "nginx".into(), new_tag: "2".into(), ..Image::default() };
        let transformers: [Box<dyn Transformer>; 4] = [
            Box::new(Labels::common(&texts, config)),
            Box::new(Annotations::new(&texts, config)),
            Box::new(Images::new(&[image], config)),
            Box::new(Sort::legacy()),
        ];
        for transformer in &transformers {
            prop_assert_eq!(after(&all, &**transformer, 1), after(&all, &**transformer, 2));
        }
    }

    #[test]
    fn every_run_gives_the_same(all in any_resources()) {
        let config = Config::builtin();
        let transformers: [Box<dyn Transformer>; 3] = [
            Box::new(Namespace::new(&"n".into(), config)),
            Box::new(Affix::prefix(&"p-".into(), config)),
            Box::new(NameReferences::new(config)),
        ];
        let run = || {
            let mut resources = resources(all.clone());
            let problems: Vec<_> =
                transformers.iter().map(|it| it.transform(&mut resources).err()).collect();
            (problems, trees(&resources))
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn sorting_loses_nothing(all in any_resources()) {
        let mut sorted = resources(all);
        let before = trees(&sorted);
        Sort::legacy().transform(&mut sorted).expect("different names");
        let after = trees(&sorted);
        prop_assert_eq!(after.len(), before.len());
        prop_assert!(after.iter().all(|tree| before.contains(tree)));
    }
}
