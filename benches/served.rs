//! A declared object as a server holds it: with owners, defaults, identity and status.

use gitops_diff::merge::{Apply, Force, apply};
use gitops_diff::{Fingerprint, Map, Object, Schema, Value};

const NOW: &str = "2026-01-01T00:00:00Z";

/// The object after `gitops` applied it and controllers wrote its status.
///
/// # Panics
/// Where it cannot be applied; fixtures can.
pub fn served(desired: &Object) -> Object {
    let request = Apply {
        live: None,
        desired: desired.body(),
        manager: "gitops",
        force: Force::No,
        subresource: None,
        now: NOW,
    };
    let next = apply(&Schema::builtin(), &request).expect("because fixtures are valid");
    let live = Object::new(next).expect("because applying keeps the identity");
    let uid = Fingerprint::of(desired.id());
    let filled = live.edit(|body| {
        identify(body.map_at("metadata"), uid.as_str());
        if desired.id().kind() == "Deployment" {
            fill_deployment(body);
        }
    });
    filled.expect("because the identity stays")
}

fn identify(metadata: &mut Map, uid: &str) {
    metadata.insert("uid", uid[..36].into());
    metadata.insert("resourceVersion", "123456".into());
    metadata.insert("generation", 1.into());
    metadata.insert("creationTimestamp", NOW.into());
}

/// What the API server and its controllers add to a Deployment.
fn fill_deployment(body: &mut Map) {
    let spec = body.map_at("spec");
    spec.insert("progressDeadlineSeconds", 600.into());
    spec.insert("revisionHistoryLimit", 10.into());
    let pod = spec.map_at("template").map_at("spec");
    for (field, value) in [
        ("dnsPolicy", "ClusterFirst"),
        ("restartPolicy", "Always"),
        ("schedulerName", "default-scheduler"),
    ] {
        pod.insert(field, value.into());
    }
    pod.insert("terminationGracePeriodSeconds", 30.into());
    let containers = pod.get_mut("containers").and_then(Value::as_list_mut);
    for container in containers.into_iter().flatten().filter_map(Value::as_map_mut) {
        container.insert("terminationMessagePath", "/dev/termination-log".into());
        container.insert("terminationMessagePolicy", "File".into());
        container.insert("imagePullPolicy", "IfNotPresent".into());
    }
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
