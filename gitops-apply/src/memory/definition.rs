//! Definitions of custom resources: checked, defaulted, served.

use std::sync::Arc;

use gitops_diff::{Map, Object, Text, Value};

use super::discovery::priority;
use super::metadata::text;
use super::resource::{Resource, Rules};
use super::state::State;
use super::store::Store;

const GROUP: &str = "apiextensions.k8s.io";
const PLURAL: &str = "customresourcedefinitions";

/// What holds a definition until its objects are gone.
pub(super) const FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";

pub(super) fn is_definition(resource: &Resource) -> bool {
    resource.is(GROUP, PLURAL)
}

/// The definition `name` (`widgets.example.com`) as it is stored.
pub(super) fn find(store: &Store, name: &str) -> Option<Arc<Value>> {
    store.get(&(GROUP.into(), PLURAL.into()), name).cloned()
}

/// What is said of a version that will go.
pub(super) fn deprecation(store: &Store, resource: &Resource) -> Option<String> {
    let definition = find(store, &resource.qualified())?;
    let version =
        versions(&definition).find(|it| text(it, "/name") == resource.version.as_str())?;
    version.get("deprecated").and_then(Value::as_bool).filter(|it| *it)?;
    let own = version.get("deprecationWarning").and_then(Value::as_str);
    let usual = || format!("{} {} is deprecated", resource.api_version(), resource.kind);
    Some(own.map_or_else(usual, Into::into))
}

fn versions(definition: &Value) -> impl Iterator<Item = &Value> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_list);
    versions.unwrap_or_default().iter()
}

/// Serves the kind of a definition, and says so in its status.
pub(super) fn establish(state: &mut State, name: &str) {
    let Some(definition) = find(&state.store, name) else {
        return;
    };
    let now = state.options.clock.now();
    let mut next = Value::clone(&definition);
    accept(&mut next, &now);
    if next != *definition {
        state.store.put(&(GROUP.into(), PLURAL.into()), &name.into(), next);
    }
    serve(state, &definition);
}

/// Serves the kind of a definition.
pub(super) fn serve(state: &mut State, definition: &Value) {
    if let Ok(schema) = Object::new(definition.clone()).and_then(|it| state.schema.with_crd(&it)) {
        state.schema = schema;
    }
    let (group, plural) = (text(definition, "/spec/group"), text(definition, "/spec/names/plural"));
    state.catalog.replace(group, plural, resources(definition));
}

/// Serves the kind of a definition no longer.
pub(super) fn retire(state: &mut State, definition: &Value) {
    let (group, plural) = (text(definition, "/spec/group"), text(definition, "/spec/names/plural"));
    state.catalog.replace(group, plural, Vec::new());
}

/// Whether the definition's kind is served.
pub(super) fn is_established(definition: &Value) -> bool {
    condition(definition, "Established").is_some()
}

fn condition<'a>(definition: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = definition.pointer("/status/conditions").and_then(Value::as_list)?;
    conditions.iter().find(|it| text(it, "/type") == kind && text(it, "/status") == "True")
}

fn accept(definition: &mut Value, now: &str) {
    let names = definition.pointer("/spec/names").cloned().unwrap_or_default();
    let storage = versions(definition).find(|it| it.get("storage") == Some(&Value::Bool(true)));
    let storage: Value = storage.map(|it| text(it, "/name")).unwrap_or_default().into();
    let done = ["NamesAccepted", "Established"].map(|it| condition(definition, it).is_some());
    let Some(status) = definition.as_map_mut().map(|it| it.map_at("status")) else {
        return;
    };
    status.insert("acceptedNames", names);
    let stored = status.entry("storedVersions", || Value::List(Vec::new()));
    if let Some(stored) = stored.as_list_mut().filter(|it| !it.contains(&storage)) {
        stored.push(storage);
    }
    let said = [
        ("NamesAccepted", "NoConflicts", "no conflicts found"),
        ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ];
    for ((kind, reason, message), done) in said.into_iter().zip(done) {
        if !done {
            add_condition(status, [kind, reason, message, now]);
        }
    }
}

/// Adds a condition that is true.
pub(super) fn add_condition(status: &mut Map, [kind, reason, message, now]: [&str; 4]) {
    let members: [(&str, Value); 5] = [
        ("type", kind.into()),
        ("status", "True".into()),
        ("reason", reason.into()),
        ("message", message.into()),
        ("lastTransitionTime", now.into()),
    ];
    let conditions = status.entry("conditions", || Value::List(Vec::new()));
    if conditions.as_list().is_none() {
        *conditions = Value::List(Vec::new());
    }
    if let Some(list) = conditions.as_list_mut() {
        list.push(members.into_iter().collect::<Map>().into());
    }
}

/// The resources of a definition, the preferred version first.
fn resources(definition: &Value) -> Vec<Resource> {
    let served = versions(definition).filter(|it| it.get("served") == Some(&Value::Bool(true)));
    let mut resources: Vec<Resource> = served.map(|it| resource(definition, it)).collect();
    resources.sort_by_key(|it| std::cmp::Reverse(priority(&it.version)));
    resources
}

fn resource(definition: &Value, version: &Value) -> Resource {
    let name = |key: &str| Text::from(text(definition, &format!("/spec/names/{key}")));
    let words = |key: &str| {
        let list = definition.pointer(&format!("/spec/names/{key}")).and_then(Value::as_list);
        list.unwrap_or_default().iter().filter_map(Value::as_str).map(Text::from).collect()
    };
    let subresources = version.get("subresources").and_then(Value::as_map);
    Resource {
        group: text(definition, "/spec/group").into(),
        version: text(version, "/name").into(),
        plural: name("plural"),
        singular: name("singular"),
        kind: name("kind"),
        list_kind: name("listKind"),
        namespaced: text(definition, "/spec/scope") == "Namespaced",
        short_names: words("shortNames"),
        categories: words("categories"),
        subresources: subresources.into_iter().flat_map(Map::keys).cloned().collect(),
        rules: Rules { custom: true, generation: true, ..Rules::default() },
    }
}
