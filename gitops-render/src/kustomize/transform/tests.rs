use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_diff::Text;
use serde_json::Value;

use super::Transformer;
use super::annotations::Annotations;
use super::images::Images;
use super::labels::Labels;
use super::namespace::{Namespace, Overwrite, Subjects};
use super::prefix::{Affix, End};
use super::replicas::Replicas;
use crate::kustomize::config::Config;
use crate::kustomize::id::Gvk;
use crate::kustomize::kustomization::{self, FieldSpec, Image};
use crate::kustomize::node::Node;
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;
use crate::kustomize::schema::Schema;
use crate::kustomize::tables::{rows, trees};

/// The resources of a text.
pub(crate) fn resources(text: &str) -> Resources {
    resources_of(trees(text))
}

fn resources_of(trees: impl IntoIterator<Item = Node>) -> Resources {
    let schema = Arc::new(Schema::default());
    let mut resources = Resources::default();
    for tree in trees {
        resources.append(Resource::new(tree, &schema)).expect("different names");
    }
    resources
}

/// The text of resources, without what a build remembers in them.
pub(crate) fn text(resources: &Resources) -> String {
    let printed = |resource: &Resource| {
        let mut node = resource.node().clone();
        forget(&mut node);
        node.yaml().unwrap_or_else(|problem| format!("{:.50}", problem.message))
    };
    resources.iter().map(printed).collect::<Vec<_>>().join("---\n")
}

fn forget(node: &mut Node) {
    let Some(root) = node.as_map_mut() else { return };
    let Some(metadata) = root.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Node::as_map_mut) {
        for name in internal::ALL {
            annotations.remove(name);
        }
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
    if metadata.is_empty() {
        root.remove("metadata");
    }
}

/// Both as values: upstream's filters keep the order of keys and comments. Each resource alone: they
/// may have one name.
fn check(row: &Value, transformer: &dyn Transformer, expected: &str) {
    let each = |key: &str| -> Vec<Resources> {
        trees(row[key].as_str().expect("a text")).into_iter().map(|it| resources_of([it])).collect()
    };
    let mut changed = each("input");
    for resources in &mut changed {
        transformer.transform(resources).expect("no problem");
        resources.drop_gone();
    }
    let texts = |all: &[Resources]| all.iter().map(text).collect::<Vec<_>>();
    assert_eq!(texts(&changed), texts(&each(expected)), "{row}");
}

fn text_of(value: &Value) -> Text {
    value.as_str().unwrap_or_default().into()
}

fn texts(value: &Value) -> BTreeMap<Text, Text> {
    let map = value.as_object().expect("a map");
    map.iter().map(|(key, value)| (key.as_str().into(), text_of(value))).collect()
}

fn spec(value: &Value) -> FieldSpec {
    let gvk = &value["Gvk"];
    FieldSpec {
        gvk: Gvk {
            group: text_of(&gvk["Group"]),
            version: text_of(&gvk["Version"]),
            kind: text_of(&gvk["Kind"]),
            cluster_scoped: false,
        },
        path: text_of(&value["Path"]),
        create: value["CreateIfNotPresent"].as_bool().unwrap_or_default(),
    }
}

fn specs(value: &Value) -> Vec<FieldSpec> {
    value.as_array().into_iter().flatten().map(spec).collect()
}

#[test]
fn labels_are_set_as_upstream_sets_them() {
    for row in rows("api/filters/labels") {
        let filter = &row["filter"];
        let fields = specs(&filter["FsSlice"]);
        check(&row, &Labels { labels: texts(&filter["Labels"]), fields }, "expectedOutput");
    }
}

#[test]
fn annotations_are_set_as_upstream_sets_them() {
    for row in rows("api/filters/annotations") {
        let fields =
            [Config::builtin().common_annotations.clone(), specs(&row["fsslice"])].concat();
        let annotations = texts(&row["filter"]["Annotations"]);
        check(&row, &Annotations { annotations, fields }, "expectedOutput");
    }
}

#[test]
fn namespaces_are_set_as_upstream_sets_them() {
    for row in rows("api/filters/namespace") {
        let transformer = Namespace {
            name: text_of(&row["filter"]["Namespace"]),
            fields: specs(&row["fsslice"]),
            overwrite: Overwrite::All,
            subjects: Subjects::NamedDefault,
        };
        check(&row, &transformer, "expected");
    }
}

#[test]
fn prefixes_and_suffixes_are_set_as_upstream_sets_them() {
    for (table, key, end) in
        [("api/filters/prefix", "Prefix", End::Front), ("api/filters/suffix", "Suffix", End::Back)]
    {
        for row in rows(table) {
            let filter = &row["filter"];
            let fields = vec![spec(&filter["FieldSpec"])];
            check(&row, &Affix { text: text_of(&filter[key]), end, fields }, "expected");
        }
    }
}

#[test]
fn images_are_changed_as_upstream_changes_them() {
    for row in rows("api/filters/imagetag") {
        let image = &row["filter"]["ImageTag"];
        let image = Image {
            name: text_of(&image["Name"]),
            new_name: text_of(&image["NewName"]),
            tag_suffix: text_of(&image["TagSuffix"]),
            new_tag: text_of(&image["NewTag"]),
            digest: text_of(&image["Digest"]),
        };
        // The table is of one of the two ways in which images are found.
        let fields = specs(&row["fsSlice"]);
        let transformer = Images { images: vec![image], fields };
        if row["name"] != "updateimagesuffix" {
            check(&row, &transformer, "expectedOutput");
        }
    }
}

#[test]
fn replicas_are_set_as_upstream_sets_them() {
    for row in rows("api/filters/replicacount") {
        let replica = &row["filter"]["Replica"];
        let count = replica["Count"].as_i64().expect("a number");
        let counts = vec![kustomization::Replicas { name: text_of(&replica["Name"]), count }];
        let fields = vec![spec(&row["filter"]["FieldSpec"])];
        check(&row, &Replicas { counts, fields }, "expected");
    }
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: 'web:1'}]}}}
";

#[test]
fn what_was_set_in_several_places_is_set_in_all_of_them_later() {
    let mut all = resources(DEPLOYMENT);
    let set = |all: &mut Resources, value: &str, paths: &[&str]| {
        let labels = BTreeMap::from([("app".into(), value.into())]);
        let spec =
            |path: &&str| FieldSpec { path: (*path).into(), create: true, ..FieldSpec::default() };
        let fields = paths.iter().map(spec).collect();
        Labels { labels, fields }.transform(all).expect("no problem");
        all.drop_gone();
    };
    set(&mut all, "a", &["metadata/labels", "spec/selector/matchLabels"]);
    set(&mut all, "b", &["metadata/labels"]);
    let label = |all: &Resources| {
        let node = all.get(0).node();
        ["metadata.labels.app", "spec.selector.matchLabels.app"].map(|path| {
            node.text_at(&path.split('.').collect::<Vec<_>>()).unwrap_or_default().to_owned()
        })
    };
    assert_eq!(label(&all), ["b", "b"]);
    set(&mut all, "c", &["spec/selector/matchLabels", "spec/x"]);
    assert_eq!(label(&all), ["c", "c"]);
}

#[test]
fn a_suffix_of_a_tag_is_put_wherever_the_image_is_found() {
    let image = Image { name: "web".into(), tag_suffix: "-x".into(), ..Image::default() };
    for (fields, expected) in
        [(vec![], "web:1-x"), (vec!["spec/template/spec/containers[]/image"], "web:1-x-x")]
    {
        let fields =
            fields.into_iter().map(|path| FieldSpec { path: path.into(), ..FieldSpec::default() });
        let mut all = resources(DEPLOYMENT);
        Images { images: vec![image.clone()], fields: fields.collect() }
            .transform(&mut all)
            .expect("no problem");
        assert!(text(&all).contains(&format!("image: {expected}\n")), "{}", text(&all));
    }
}

#[test]
fn two_resources_of_one_name_cannot_come_into_one_namespace() {
    let mut all = resources(
        "{kind: A, metadata: {name: a, namespace: x}}\n---\n{kind: A, metadata: {name: a, namespace: y}}\n",
    );
    let namespace = Namespace {
        name: "z".into(),
        fields: Vec::new(),
        overwrite: Overwrite::All,
        subjects: Subjects::None,
    };
    let problem = namespace.transform(&mut all).expect_err("a conflict");
    assert!(
        problem
            .message
            .starts_with("namespace transformation produces ID conflict: [{\"kind\":\"A\""),
        "{problem}"
    );
}
