//! Claims and volumes.

use super::{check_created, check_status, check_updated};

const CLAIM: &str = r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim",
    "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},
    "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}}}"#;

#[test]
fn claims() {
    check_created(
        "PersistentVolumeClaim",
        CLAIM,
        &[
            ("", "", &[]),
            ("spec.accessModes", "[]", &["Required spec.accessModes"]),
            ("spec.accessModes", r#"["x"]"#, &["NotSupported spec.accessModes"]),
            (
                "spec.accessModes",
                r#"["ReadWriteOnce","ReadWriteOncePod"]"#,
                &["Forbidden spec.accessModes"],
            ),
            ("spec.resources", "{}", &["Required spec.resources[storage]"]),
            ("spec.resources.requests.storage", r#""0""#, &["Invalid spec.resources[storage]"]),
            ("spec.volumeMode", r#""x""#, &["NotSupported spec.volumeMode"]),
            ("spec.storageClassName", r#""A""#, &["Invalid spec.storageClassName"]),
            (
                "spec.dataSourceRef",
                r#"{"kind":"X","name":"a"}"#,
                &["Invalid spec.dataSource", "Invalid spec.dataSourceRef"],
            ),
        ],
    );
    check_updated(
        "PersistentVolumeClaim",
        CLAIM,
        &[
            ("spec.volumeName", r#""v""#, &[]),
            ("spec.storageClassName", r#""late""#, &[]),
            ("spec.accessModes", r#"["ReadOnlyMany"]"#, &["Forbidden spec"]),
            ("spec.resources.requests.storage", r#""2048Mi""#, &[]),
            ("spec.resources.requests.storage", r#""3Gi""#, &["Forbidden spec"]),
            ("spec.volumeMode", r#""Block""#, &["Forbidden spec", "Invalid volumeMode"]),
        ],
    );
    let statuses = "status.allocatedResourceStatuses";
    check_status(
        "PersistentVolumeClaim",
        CLAIM,
        &[
            ("status.capacity", r#"{"storage":"-1"}"#, &["Invalid status.capacity[storage]"]),
            (
                statuses,
                r#"{"cpu":"x"}"#,
                &[
                    "NotSupported status.allocatedResourceStatuses",
                    "NotSupported status.allocatedResourceStatuses",
                ],
            ),
        ],
    );
}

const VOLUME: &str = r#"{"apiVersion":"v1","kind":"PersistentVolume",
    "metadata":{"name":"a","resourceVersion":"1"},
    "spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},
        "nfs":{"server":"s","path":"/p"},
        "nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[
            {"key":"beta.kubernetes.io/os","operator":"In","values":["linux"]}]}]}}}}"#;

#[test]
fn volumes() {
    check_created(
        "PersistentVolume",
        VOLUME,
        &[
            ("", "", &[]),
            ("spec.accessModes", "[]", &["Required spec.accessModes"]),
            ("spec.capacity", "{}", &["Required spec.capacity", "NotSupported spec.capacity"]),
            ("spec.capacity", r#"{"storage":"0"}"#, &["Invalid spec.capacity[storage]"]),
            ("spec.nfs", "nothing", &["Required spec"]),
            ("spec.hostPath", r#"{"path":"/"}"#, &["Forbidden spec.nfs"]),
            (
                "spec.persistentVolumeReclaimPolicy",
                r#""x""#,
                &["NotSupported spec.persistentVolumeReclaimPolicy"],
            ),
            ("spec.nodeAffinity", "{}", &["Required spec.nodeAffinity.required"]),
            ("spec.volumeAttributesClassName", r#""a""#, &["Required spec.csi"]),
        ],
    );
    let key = "spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.key";
    check_updated(
        "PersistentVolume",
        VOLUME,
        &[
            ("spec.accessModes", r#"["ReadOnlyMany"]"#, &[]),
            ("spec.nfs.path", r#""/q""#, &["Forbidden spec.persistentvolumesource"]),
            (key, r#""kubernetes.io/os""#, &[]),
            (key, r#""other""#, &["Invalid nodeAffinity"]),
            ("spec.volumeMode", r#""Block""#, &["Invalid volumeMode"]),
        ],
    );
}

#[test]
fn other_sources_of_volumes() {
    let cases: [(&str, &[&str]); 8] = [
        (r#"{"local":{"path":"/p"}}"#, &["Required spec.nodeAffinity"]),
        (r#"{"csi":{"driver":"D.x","volumeHandle":"h"}}"#, &[]),
        (
            r#"{"csi":{"driver":"d","nodePublishSecretRef":{"name":"s"}}}"#,
            &["Required spec.csi.volumeHandle", "Required spec.csi.nodePublishSecretRef.namespace"],
        ),
        (
            r#"{"azureDisk":{"diskName":"d","diskURI":"x","kind":"Managed"}}"#,
            &["NotSupported spec.azureDisk.diskURI"],
        ),
        (r#"{"cephfs":{"monitors":[]}}"#, &["Required spec.cephfs.monitors"]),
        (r#"{"flocker":{}}"#, &["Required spec.flocker"]),
        (
            r#"{"flexVolume":{"driver":"d","options":{"a.k8s.io/b":"c"}}}"#,
            &["Invalid spec.flexVolume.options[a.k8s.io/b]"],
        ),
        (
            r#"{"hostPath":{"path":"/"},"persistentVolumeReclaimPolicy":"Recycle"}"#,
            &["Forbidden spec.persistentVolumeReclaimPolicy"],
        ),
    ];
    for (source, expected) in cases {
        let spec = source.replacen(
            '{',
            r#"{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1"},"#,
            1,
        );
        check_created("PersistentVolume", VOLUME, &[("spec", &spec, expected)]);
    }
}
