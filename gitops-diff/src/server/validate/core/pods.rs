//! Pods.

use super::super::field::{Field, same};
use super::containers::check_image_of_pod;
use super::rules::PodRules;
use super::scheduling::check_tolerations;
use super::{annotations, pod_spec};
use crate::{Map, Value};

const IMMUTABLE: &str = "pod updates may not change fields other than \
    `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
    `spec.tolerations` (only additions to existing tolerations),\
    `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let rules = PodRules::pod(live);
    check_whole(root, &rules);
    match live {
        None => check_created(root),
        Some(live) => check_update(root, live, &rules),
    }
}

/// `validatePodMetadataAndSpec`.
pub(super) fn check_whole(root: &Field<'_>, rules: &PodRules<'_>) {
    let (metadata, spec) = (root.field("metadata"), root.field("spec"));
    annotations::check(&metadata.field("annotations"), &spec, rules);
    pod_spec::check(&spec, metadata.value, rules);
    if spec.text("serviceAccountName").is_empty() {
        check_no_tokens(&spec);
    }
    for list in ["containers", "initContainers"] {
        for container in spec.field(list).items() {
            check_image_of_pod(&container);
        }
    }
}

/// Without an account there are no tokens of it.
fn check_no_tokens(spec: &Field<'_>) {
    for volume in spec.field("volumes").items() {
        let projected = volume.field("projected");
        for source in projected.field("sources").items() {
            let token = source.field("serviceAccountToken");
            if token.is_set() {
                token.forbidden("must not be specified when serviceAccountName is not set");
            }
        }
    }
}

fn check_created(root: &Field<'_>) {
    let (metadata, spec) = (root.field("metadata"), root.field("spec"));
    if !spec.field("ephemeralContainers").is_empty() {
        spec.field("ephemeralContainers").forbidden("cannot be set on create");
    }
    if !spec.text("nodeName").is_empty() && !spec.field("schedulingGates").is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        spec.field("nodeName").forbidden(detail);
    }
    let notes = metadata.field("annotations");
    annotations::check_profiles(notes.value, &spec);
}

fn check_update(root: &Field<'_>, live: &Value, rules: &PodRules<'_>) {
    let (metadata, spec) = (root.field("metadata"), root.field("spec"));
    let was = live.get("spec").unwrap_or(&Value::Null);
    let notes = live.pointer("/metadata/annotations");
    annotations::check_update(&metadata.field("annotations"), notes);
    for list in ["containers", "initContainers"] {
        let containers = spec.field(list);
        let old = was.get(list).and_then(Value::as_list).unwrap_or_default();
        if containers.list().len() != old.len() {
            return containers.forbidden("pod updates may not add or remove containers");
        }
    }
    if is_later(&spec.field("activeDeadlineSeconds"), was) {
        return;
    }
    check_tolerations_kept(&spec.field("tolerations"), was, rules);
    check_gates_kept(&spec.field("schedulingGates"), was);
    let changed = without_mutable(&spec, was);
    if !same(&changed, was) {
        spec.forbidden(IMMUTABLE);
    }
}

/// Whether a deadline comes later, after which the server looks no further; one that is taken
/// away is refused among others.
fn is_later(deadline: &Field<'_>, was: &Value) -> bool {
    let old = was.get("activeDeadlineSeconds").and_then(Value::as_int);
    let later = old.zip(deadline.int()).is_some_and(|(old, new)| old < new);
    if later {
        deadline.invalid("must be less than or equal to previous value");
    } else if old.is_some() && !deadline.is_set() {
        deadline.invalid("must not update from a positive integer to nil value");
    }
    later
}

/// Tolerations can be added, and last longer or shorter.
fn check_tolerations_kept(tolerations: &Field<'_>, was: &Value, rules: &PodRules<'_>) {
    let plain = |it: &Value| {
        let mut plain = it.clone();
        if let Some(map) = plain.as_map_mut() {
            map.remove("tolerationSeconds");
        }
        plain
    };
    let new: Vec<Value> = tolerations.list().iter().map(plain).collect();
    let old = was.get("tolerations").and_then(Value::as_list).unwrap_or_default();
    for _ in old.iter().filter(|it| !new.iter().any(|new| same(new, &plain(it)))) {
        tolerations
            .forbidden("existing toleration can not be modified except its tolerationSeconds");
    }
    check_tolerations(tolerations, rules);
}

/// Gates can only be taken away.
fn check_gates_kept(gates: &Field<'_>, was: &Value) {
    let old = was.get("schedulingGates").and_then(Value::as_list).unwrap_or_default();
    for gate in gates.items() {
        let name = gate.field("name");
        if !old.iter().any(|it| it.get("name") == Some(name.value)) {
            let detail = "only deletion is allowed, but found new scheduling gate";
            name.forbidden(&format!("{detail} '{}'", name.str()));
        }
    }
}

/// The spec with all that may change as it was.
fn without_mutable(spec: &Field<'_>, was: &Value) -> Value {
    const MUTABLE: [&str; 3] = ["activeDeadlineSeconds", "schedulingGates", "tolerations"];
    let mut new = spec.value.clone();
    let Some(map) = new.as_map_mut() else { return new };
    for name in MUTABLE {
        take(map, was, name);
    }
    for list in ["containers", "initContainers"] {
        let old = was.get(list).and_then(Value::as_list).unwrap_or_default();
        let new = map.get_mut(list).and_then(Value::as_list_mut);
        for (new, old) in new.into_iter().flatten().zip(old) {
            if let Some(new) = new.as_map_mut() {
                take(new, old, "image");
            }
        }
    }
    let grace = |of: &Value| of.get("terminationGracePeriodSeconds").and_then(Value::as_int);
    if grace(was).is_some_and(|it| it < 0) && grace(spec.value) == Some(1) {
        take(map, was, "terminationGracePeriodSeconds");
    }
    if was.get("schedulingGates").and_then(Value::as_list).is_some_and(|it| !it.is_empty()) {
        take_placement(map, spec, was);
    }
    new
}

fn take(map: &mut Map, was: &Value, name: &str) {
    match was.get(name) {
        Some(value) => map.insert(name, value.clone()),
        None => map.remove(name),
    };
}

/// Where a pod runs that is still held back can be narrowed down.
fn take_placement(map: &mut Map, spec: &Field<'_>, was: &Value) {
    let selector = spec.field("nodeSelector");
    let old = was.get("nodeSelector").and_then(Value::as_map);
    for (key, value) in old.into_iter().flat_map(Map::iter) {
        if selector.value.get(key) != Some(value) {
            selector.invalid(
                "only additions to spec.nodeSelector are allowed (no mutations or deletions)",
            );
        }
    }
    take(map, was, "nodeSelector");
    let affinity = spec.field("affinity");
    let nodes = affinity.field("nodeAffinity");
    let old = was.pointer("/affinity/nodeAffinity");
    if !same(nodes.value, old.unwrap_or(&Value::Null)) {
        check_affinity_narrowed(&nodes, old);
        match old {
            Some(old) => map.map_at("affinity").insert("nodeAffinity", old.clone()),
            None => map.map_at("affinity").remove("nodeAffinity"),
        };
    }
}

fn check_affinity_narrowed(nodes: &Field<'_>, old: Option<&Value>) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let old = old.and_then(|it| it.get(REQUIRED)?.get("nodeSelectorTerms")?.as_list());
    let Some(old) = old else { return };
    let required = nodes.field(REQUIRED);
    let terms = required.field("nodeSelectorTerms");
    if !old.is_empty() && terms.list().len() != old.len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        return terms.invalid(detail);
    }
    for (term, old) in terms.items().zip(old) {
        if !only_adds(term.value, old) {
            term.invalid("only additions are allowed (no mutations or deletions)");
        }
    }
}

fn only_adds(new: &Value, old: &Value) -> bool {
    let list =
        |of: &Value, name: &str| of.get(name).and_then(Value::as_list).unwrap_or_default().to_vec();
    let lists = ["matchExpressions", "matchFields"];
    let was_empty = lists.iter().all(|it| list(old, it).is_empty());
    let is_empty = lists.iter().all(|it| list(new, it).is_empty());
    let begins = |name: &&str| {
        let (new, old) = (list(new, name), list(old, name));
        new.len() >= old.len() && old.iter().zip(&new).all(|(old, new)| same(old, new))
    };
    if was_empty { is_empty } else { lists.iter().all(begins) }
}
