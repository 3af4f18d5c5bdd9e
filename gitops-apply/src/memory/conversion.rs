//! Kinds that are served in several forms and stored in one: autoscalers and events.
//!
//! The rules are those of `pkg/apis/autoscaling/v1/conversion.go` and
//! `pkg/apis/events/v1/conversion.go`.

mod autoscaler;
mod event;

use gitops_diff::Value;

use super::resource::Resource;

/// The object in the version of the resource. Without a form of its own, only the name of the
/// version changes, as it is for custom resources without a webhook.
pub(super) fn converted(resource: &Resource, object: &Value) -> Value {
    let mut object = object.clone();
    let version = resource.api_version();
    let Some(members) = object.as_map_mut() else {
        return object;
    };
    if members.get("apiVersion").and_then(Value::as_str) == Some(&version) {
        return object;
    }
    members.insert("apiVersion", version.as_str().into());
    match version.as_str() {
        "autoscaling/v1" => autoscaler::to_first(members),
        "events.k8s.io/v1" => event::rename(members, event::Direction::FromCore),
        _ => {}
    }
    object
}

/// The object as it is stored, and the version of that form; `None` where it is stored as it is
/// written.
pub(super) fn to_stored(resource: &Resource, object: &mut Value) -> Option<&'static str> {
    let members = object.as_map_mut()?;
    let (api_version, version) = match (resource.group.as_str(), resource.version.as_str()) {
        ("autoscaling", "v1") => {
            autoscaler::to_second(members);
            ("autoscaling/v2", "v2")
        }
        ("events.k8s.io", _) => {
            event::rename(members, event::Direction::ToCore);
            ("v1", "v1")
        }
        _ => return None,
    };
    members.insert("apiVersion", api_version.into());
    Some(version)
}
