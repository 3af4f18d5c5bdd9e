//! A declared object as a server holds it: with owners, defaults, identity and status.

use gitops_diff::merge::{Apply, Force};
use gitops_diff::{Fingerprint, Map, Object, Schema, Value, predict};

const NOW: &str = "2026-01-01T00:00:00Z";

/// The object after `gitops` applied it and controllers wrote its status.
///
/// # Panics
/// Where it cannot be applied; fixtures can.
pub fn served(desired: &Object) -> Object {
    let live = applied(None, desired, "gitops");
    let uid = Fingerprint::of(desired.id());
    let filled = live.edit(|body| {
        identify(body.map_at("metadata"), uid.as_str());
        if desired.id().kind() == "Deployment" {
            write_status(body);
        }
    });
    filled.expect("because the identity stays")
}

/// What the API server makes of an apply that takes what others own.
///
/// # Panics
/// Where it refuses; fixtures are valid.
pub fn applied(live: Option<&Object>, desired: &Object, manager: &str) -> Object {
    let request = Apply {
        live: live.map(Object::body),
        desired: desired.body(),
        manager,
        force: Force::Yes,
        subresource: None,
        now: NOW,
    };
    let next = predict(&Schema::builtin(), &request).expect("because fixtures are valid");
    Object::new(next).expect("because applying keeps the identity")
}

fn identify(metadata: &mut Map, uid: &str) {
    metadata.insert("uid", uid[..36].into());
    metadata.insert("resourceVersion", "123456".into());
    metadata.insert("generation", 1.into());
    metadata.insert("creationTimestamp", NOW.into());
}

/// What its controller writes to a Deployment.
fn write_status(body: &mut Map) {
    let status = body.map_at("status");
    for field in ["availableReplicas", "observedGeneration", "readyReplicas", "replicas"] {
        status.insert(field, 3.into());
    }
    let managed = body.map_at("metadata").get_mut("managedFields").and_then(Value::as_list_mut);
    if let Some(managed) = managed {
        managed.push(controller());
    }
}

/// The entry of the controller that writes the status.
fn controller() -> Value {
    let fields = ["availableReplicas", "observedGeneration", "readyReplicas", "replicas"];
    let owned: Map =
        fields.map(|it| (format!("f:{it}"), Value::Map(Map::new()))).into_iter().collect();
    let status: Map = [("f:status", Value::Map(owned))].into_iter().collect();
    let members = [
        ("manager", "kube-controller-manager".into()),
        ("operation", "Update".into()),
        ("subresource", "status".into()),
        ("apiVersion", "apps/v1".into()),
        ("time", NOW.into()),
        ("fieldsType", "FieldsV1".into()),
        ("fieldsV1", Value::Map(status)),
    ];
    Value::Map(members.into_iter().collect())
}
