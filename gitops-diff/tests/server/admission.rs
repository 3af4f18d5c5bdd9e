//! What the admission plug-ins change that are on by default.

use super::{check, created, updated};

const POD: &str = r#"{"spec":{"containers":[{"name":"a","image":"i"}]}}"#;

#[test]
fn pods_stay_for_a_while_on_nodes_that_are_lost() {
    let toleration = |key: &str| {
        format!(
            r#"{{"effect":"NoExecute","key":"node.kubernetes.io/{key}","operator":"Exists","tolerationSeconds":300}}"#
        )
    };
    let (not_ready, unreachable) = (toleration("not-ready"), toleration("unreachable"));
    let cases = [
        ("", format!("[{not_ready},{unreachable}]")),
        (r#"{"operator":"Exists"}"#, r#"[{"operator":"Exists"}]"#.into()),
        (
            r#"{"effect":"NoSchedule","operator":"Exists"}"#,
            format!(r#"[{{"effect":"NoSchedule","operator":"Exists"}},{not_ready},{unreachable}]"#),
        ),
        (
            r#"{"key":"node.kubernetes.io/unreachable"}"#,
            format!(r#"[{{"key":"node.kubernetes.io/unreachable"}},{not_ready}]"#),
        ),
    ];
    for (declared, expected) in cases {
        let pod = format!(r#"{{"spec":{{"tolerations":[{declared}]}}}}"#);
        check(&created("v1 Pod", &pod), declared, &[("/spec/tolerations", &expected)]);
    }
    let changed = updated("v1 Pod", POD, None, POD);
    let expected = format!("[{not_ready},{unreachable}]");
    check(&changed, "an update", &[("/spec/tolerations", &expected)]);
}

#[test]
fn pods_have_the_rank_of_their_class() {
    let cases = [
        ("", "0"),
        ("system-cluster-critical", "2000000000"),
        ("system-node-critical", "2000001000"),
        ("of-somebody", ""),
    ];
    for (class, rank) in cases {
        let pod = format!(r#"{{"spec":{{"priorityClassName":"{class}"}}}}"#);
        let policy = if rank.is_empty() { "" } else { r#""PreemptLowerPriority""# };
        let expected = [("/spec/priority", rank), ("/spec/preemptionPolicy", policy)];
        check(&created("v1 Pod", &pod), class, &expected);
    }
    check(&updated("v1 Pod", POD, None, POD), "an update", &[("/spec/priority", "0")]);
}

#[test]
fn what_may_be_in_use_is_held() {
    let cases = [
        ("v1 PersistentVolume", r#"["kubernetes.io/pv-protection"]"#),
        ("v1 PersistentVolumeClaim", r#"["kubernetes.io/pvc-protection"]"#),
        ("storage.k8s.io/v1 VolumeAttributesClass", r#"["kubernetes.io/vac-protection"]"#),
        ("v1 ConfigMap", ""),
    ];
    for (kind, expected) in cases {
        check(&created(kind, "{}"), kind, &[("/metadata/finalizers", expected)]);
        check(&updated(kind, "{}", None, "{}"), kind, &[("/metadata/finalizers", "")]);
    }
    let held = r#"{"metadata":{"finalizers":["x","kubernetes.io/pv-protection"]}}"#;
    let expected = [("/metadata/finalizers", r#"["x","kubernetes.io/pv-protection"]"#)];
    check(&created("v1 PersistentVolume", held), "held already", &expected);
}

#[test]
fn new_nodes_are_not_ready() {
    let expected = r#"[{"effect":"NoSchedule","key":"node.kubernetes.io/not-ready"}]"#;
    check(&created("v1 Node", "{}"), "new", &[("/spec/taints", expected)]);
    check(&updated("v1 Node", "{}", None, "{}"), "known", &[("/spec/taints", "")]);
}
