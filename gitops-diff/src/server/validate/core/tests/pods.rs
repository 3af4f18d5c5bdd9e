//! Pods: containers, volumes, security.

use super::{Case, check_created, check_status, check_updated};

const POD: &str = r#"{"apiVersion":"v1","kind":"Pod",
    "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},
    "spec":{"serviceAccountName":"s","containers":[{"name":"c","image":"i",
        "ports":[{"containerPort":80,"name":"web"}],
        "env":[{"name":"A","value":"b"}],
        "volumeMounts":[{"name":"v","mountPath":"/v"}]}],
    "initContainers":[{"name":"i","image":"i"}],
    "volumes":[{"name":"v","emptyDir":{}}],
    "tolerations":[{"key":"k","operator":"Exists"}]}}"#;

const CONTAINER: &str = "spec.containers.0";

/// Changes of a container, and what they are refused for.
const CONTAINERS: [Case<'_>; 38] = [
    ("name", "nothing", &["Required spec.containers[0].name"]),
    ("name", r#""A""#, &["Invalid spec.containers[0].name"]),
    ("name", r#""i""#, &["Duplicate spec.initContainers[0].name"]),
    ("image", "nothing", &["Required spec.containers[0].image"]),
    ("image", r#"" i""#, &["Invalid spec.containers[0].image"]),
    ("imagePullPolicy", r#""Maybe""#, &["NotSupported spec.containers[0].imagePullPolicy"]),
    (
        "terminationMessagePolicy",
        r#""x""#,
        &["NotSupported spec.containers[0].terminationMessagePolicy"],
    ),
    ("ports.0.containerPort", "0", &["Required spec.containers[0].ports[0].containerPort"]),
    ("ports.0.containerPort", "70000", &["Invalid spec.containers[0].ports[0].containerPort"]),
    ("ports.0.name", r#""80""#, &["Invalid spec.containers[0].ports[0].name"]),
    ("ports.0.protocol", r#""ICMP""#, &["NotSupported spec.containers[0].ports[0].protocol"]),
    (
        "ports",
        r#"[{"containerPort":1,"name":"a"},{"containerPort":2,"name":"a"}]"#,
        &["Duplicate spec.containers[0].ports[1].name"],
    ),
    (
        "ports",
        r#"[{"containerPort":1,"hostPort":9},{"containerPort":2,"hostPort":9}]"#,
        &["Duplicate spec.containers[0].ports[1].hostPort"],
    ),
    ("env.0.name", r#""a=b""#, &["Invalid spec.containers[0].env[0].name"]),
    ("env.0.name", r#""a b""#, &[]),
    ("env.0.valueFrom", "{}", &["Invalid spec.containers[0].env[0].valueFrom"]),
    (
        "env.0.valueFrom",
        r#"{"secretKeyRef":{"name":"s","key":"k"}}"#,
        &["Invalid spec.containers[0].env[0].valueFrom"],
    ),
    (
        "env.0",
        r#"{"name":"A","valueFrom":{"configMapKeyRef":{}}}"#,
        &[
            "Invalid spec.containers[0].env[0].valueFrom.configMapKeyRef.name",
            "Required spec.containers[0].env[0].valueFrom.configMapKeyRef.key",
        ],
    ),
    (
        "env.0",
        r#"{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['a/b']"}}}"#,
        &[],
    ),
    (
        "env.0",
        r#"{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels"}}}"#,
        &["NotSupported spec.containers[0].env[0].valueFrom.fieldRef.fieldPath"],
    ),
    (
        "env.0",
        r#"{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.nothing"}}}"#,
        &["Invalid spec.containers[0].env[0].valueFrom.fieldRef.fieldPath"],
    ),
    (
        "env.0",
        r#"{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"2"}}}"#,
        &["Invalid spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor"],
    ),
    ("envFrom", "[{}]", &["Invalid spec.containers[0].envFrom"]),
    (
        "envFrom",
        r#"[{"secretRef":{}}]"#,
        &["Required spec.containers[0].envFrom[0].secretRef.name"],
    ),
    ("volumeMounts.0.name", r#""w""#, &["NotFound spec.containers[0].volumeMounts[0].name"]),
    ("volumeMounts.0.subPath", r#""/x""#, &["Invalid spec.containers[0].volumeMounts.subPath"]),
    (
        "volumeMounts.0.mountPropagation",
        r#""Bidirectional""#,
        &["Forbidden spec.containers[0].volumeMounts.mountPropagation"],
    ),
    (
        "volumeMounts",
        r#"[{"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/v"}]"#,
        &["Invalid spec.containers[0].volumeMounts[1].mountPath"],
    ),
    (
        "volumeDevices",
        r#"[{"name":"v","devicePath":"/d"}]"#,
        &[
            "Invalid spec.containers[0].volumeMounts[0].name",
            "Invalid spec.containers[0].volumeDevices[0].name",
            "Invalid spec.containers[0].volumeDevices[0].name",
        ],
    ),
    ("livenessProbe", "{}", &["Required spec.containers[0].livenessProbe"]),
    (
        "livenessProbe",
        r#"{"httpGet":{"port":"x"},"successThreshold":2}"#,
        &["Invalid spec.containers[0].livenessProbe.successThreshold"],
    ),
    (
        "readinessProbe",
        r#"{"tcpSocket":{"port":0},"exec":{"command":["a"]}}"#,
        &["Forbidden spec.containers[0].readinessProbe.tcpSocket"],
    ),
    (
        "lifecycle",
        r#"{"preStop":{"sleep":{"seconds":99}}}"#,
        &["Invalid spec.containers[0].lifecycle.preStop.sleep"],
    ),
    (
        "resources",
        r#"{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}"#,
        &["Invalid spec.containers[0].resources.requests"],
    ),
    (
        "resources",
        r#"{"requests":{"gpu":"1"}}"#,
        &[
            "Invalid spec.containers[0].resources.requests[gpu]",
            "Invalid spec.containers[0].resources.requests[gpu]",
        ],
    ),
    (
        "resources",
        r#"{"limits":{"example.com/gpu":"500m"}}"#,
        &[
            "Invalid spec.containers[0].resources.limits[example.com/gpu]",
            "Invalid spec.containers[0].resources.requests[example.com/gpu]",
        ],
    ),
    (
        "resources",
        r#"{"limits":{"hugepages-2Mi":"3Mi"}}"#,
        &[
            "Invalid spec.containers[0].resources.limits[hugepages-2Mi]",
            "Invalid spec.containers[0].resources.requests[hugepages-2Mi]",
            "Forbidden spec.containers[0].resources",
        ],
    ),
    (
        "resources",
        r#"{"claims":[{"name":"x"}]}"#,
        &["NotFound spec.containers[0].resources.claims[0]"],
    ),
];

#[test]
fn containers() {
    let at = |path: &str| format!("{CONTAINER}.{path}");
    for (path, value, expected) in CONTAINERS {
        check_created("Pod", POD, &[(&at(path), value, expected)]);
    }
}

#[test]
fn init_containers_end_or_are_restarted() {
    let probe = r#"[{"name":"i","image":"i","livenessProbe":{"exec":{"command":["a"]}}}]"#;
    let sidecar = probe.replace(r#""image""#, r#""restartPolicy":"Always","image""#);
    check_created(
        "Pod",
        POD,
        &[
            ("spec.initContainers", probe, &["Forbidden spec.initContainers[0].livenessProbe"]),
            ("spec.initContainers", &sidecar, &[]),
            (
                "spec.initContainers",
                r#"[{"name":"i","image":"i","restartPolicyRules":[{"action":"Restart"}]}]"#,
                &[
                    "Required spec.initContainers[0].restartPolicy",
                    "Required spec.initContainers[0].restartPolicyRules[0].exitCodes",
                ],
            ),
            (
                "spec.ephemeralContainers",
                r#"[{"name":"e","image":"i"}]"#,
                &["Forbidden spec.ephemeralContainers"],
            ),
        ],
    );
}

/// Sources of a volume, and what they are refused for.
const SOURCES: [(&str, &[&str]); 18] = [
    (r#"{"emptyDir":{},"secret":{"secretName":"s"}}"#, &["Forbidden spec.volumes[0].secret"]),
    (r#"{"emptyDir":{},"downwardAPI":{}}"#, &["Forbidden spec.volumes[0].downwarAPI"]),
    (r#"{"emptyDir":{"sizeLimit":"-1"}}"#, &["Forbidden spec.volumes[0].emptyDir.sizeLimit"]),
    (r#"{"hostPath":{"path":""}}"#, &["Required spec.volumes[0].hostPath.path"]),
    (r#"{"hostPath":{"path":"/a/../b"}}"#, &["Invalid spec.volumes[0].hostPath.path"]),
    (r#"{"hostPath":{"path":"/a","type":"x"}}"#, &["NotSupported spec.volumes[0].hostPath.type"]),
    (r#"{"gcePersistentDisk":{}}"#, &["Required spec.volumes[0].persistentDisk.pdName"]),
    (
        r#"{"secret":{"secretName":"s","defaultMode":4096}}"#,
        &["Invalid spec.volumes[0].secret.defaultMode"],
    ),
    (
        r#"{"configMap":{"name":"c","items":[{"key":"a","path":"../b"}]}}"#,
        &["Invalid spec.volumes[0].configMap.items[0].path"],
    ),
    (r#"{"nfs":{"server":"s","path":"a"}}"#, &["Invalid spec.volumes[0].nfs.path"]),
    (r#"{"downwardAPI":{"items":[{"path":"a"}]}}"#, &["Required spec.volumes[0].downwardAPI"]),
    (
        r#"{"projected":{"sources":[{"secret":{"name":"a","items":[{"key":"k","path":"p"}]}},
                {"configMap":{"items":[{"key":"k","path":"p"}]}}]}}"#,
        &[
            "Required spec.volumes[0].projected.sources[1].configMap.name",
            "Invalid spec.volumes[0].projected",
        ],
    ),
    (
        r#"{"projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":5}}]}}"#,
        &[
            "Invalid spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds",
            "Required spec.volumes[0].projected.path",
        ],
    ),
    (r#"{"csi":{}}"#, &["Required spec.volumes[0].csi.driver"]),
    (r#"{"fc":{"targetWWNs":["a"]}}"#, &["Required spec.volumes[0].fc.lun"]),
    (r#"{"iscsi":{"targetPortal":"p","iqn":"x","lun":0}}"#, &["Invalid spec.volumes[0].iscsi.iqn"]),
    (
        r#"{"ephemeral":{"volumeClaimTemplate":{"metadata":{"name":"x"},"spec":{
                "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}}"#,
        &["Forbidden spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name"],
    ),
    (r#"{"image":{}}"#, &["Required spec.volumes[0].image.reference"]),
];

#[test]
fn volumes_have_one_source() {
    for (source, expected) in SOURCES {
        let volume = source.replacen('{', r#"{"name":"v","#, 1).replace(",}", "}");
        let mut expected = expected.to_vec();
        if !expected.is_empty() {
            expected.push("NotFound spec.containers[0].volumeMounts[0].name");
        }
        check_created("Pod", POD, &[("spec.volumes.0", &volume, &expected)]);
    }
    let twice = r#"[{"name":"v","emptyDir":{}},{"name":"v","emptyDir":{}}]"#;
    check_created("Pod", POD, &[("spec.volumes", twice, &["Duplicate spec.volumes[1].name"])]);
}

#[test]
fn security_contexts() {
    let of_container = "spec.containers.0.securityContext";
    check_created(
        "Pod",
        POD,
        &[
            (
                "spec.securityContext",
                r#"{"runAsUser":-1,"fsGroup":2147483648}"#,
                &["Invalid spec.securityContext.fsGroup", "Invalid spec.securityContext.runAsUser"],
            ),
            (
                "spec.securityContext",
                r#"{"sysctls":[{"name":"A","value":"1"}]}"#,
                &["Invalid spec.securityContext.sysctls[0].name"],
            ),
            (
                "spec.securityContext",
                r#"{"seccompProfile":{"type":"Localhost"}}"#,
                &["Required spec.securityContext.seccompProfile.localhostProfile"],
            ),
            (
                "spec.securityContext",
                r#"{"appArmorProfile":{"type":"x"}}"#,
                &["NotSupported spec.securityContext.appArmorProfile.type"],
            ),
            (
                of_container,
                r#"{"privileged":true,"allowPrivilegeEscalation":false}"#,
                &["Invalid spec.containers[0].securityContext"],
            ),
            (
                of_container,
                r#"{"procMount":"Unmasked"}"#,
                &["Invalid spec.containers[0].securityContext.procMount"],
            ),
            (
                of_container,
                r#"{"windowsOptions":{"hostProcess":true}}"#,
                &["Invalid spec", "Invalid spec.hostNetwork"],
            ),
            ("spec.os", r#"{"name":"plan9"}"#, &["NotSupported spec.os"]),
            (
                "metadata.annotations",
                r#"{"seccomp.security.alpha.kubernetes.io/pod":"x"}"#,
                &["Invalid metadata.annotations.seccomp.security.alpha.kubernetes.io/pod"],
            ),
        ],
    );
}

#[test]
fn a_pod_that_runs_changes_little() {
    check_updated(
        "Pod",
        POD,
        &[
            ("", "", &[]),
            ("spec.containers.0.image", r#""i:2""#, &[]),
            ("spec.containers.0.image", r#""""#, &["Required spec.containers[0].image"]),
            ("spec.containers.0.env", "[]", &["Forbidden spec"]),
            (
                "spec.containers",
                r#"[{"name":"c","image":"i"},{"name":"d","image":"i"}]"#,
                &["Forbidden spec.containers"],
            ),
            ("spec.tolerations", "[]", &["Forbidden spec.tolerations"]),
            ("spec.activeDeadlineSeconds", "5", &[]),
            ("spec.nodeName", r#""n""#, &["Forbidden spec"]),
            (
                "metadata.annotations",
                r#"{"kubernetes.io/config.mirror":"x"}"#,
                &[
                    "Invalid metadata.annotations[kubernetes.io/config.mirror]",
                    "Forbidden metadata.annotations[kubernetes.io/config.mirror]",
                ],
            ),
        ],
    );
    let bounded = POD.replace(r#""spec":{"#, r#""spec":{"activeDeadlineSeconds":5,"#);
    check_updated(
        "Pod",
        &bounded,
        &[
            ("spec.activeDeadlineSeconds", "4", &[]),
            ("spec.activeDeadlineSeconds", "6", &["Invalid spec.activeDeadlineSeconds"]),
            ("spec.activeDeadlineSeconds", "nothing", &["Invalid spec.activeDeadlineSeconds"]),
        ],
    );
    let gated = POD.replace(r#""spec":{"#, r#""spec":{"schedulingGates":[{"name":"g"}],"#);
    check_updated(
        "Pod",
        &gated,
        &[
            ("spec.schedulingGates", "nothing", &[]),
            (
                "spec.schedulingGates",
                r#"[{"name":"g"},{"name":"h"}]"#,
                &["Forbidden spec.schedulingGates[1].name"],
            ),
            ("spec.nodeSelector", r#"{"a":"b"}"#, &[]),
        ],
    );
}

#[test]
fn the_status_of_a_pod() {
    let pod = POD.replace(
        r#""spec":{"#,
        r#""status":{"qosClass":"Burstable","containerStatuses":[{"name":"c",
            "state":{"terminated":{"exitCode":1}}}]},"spec":{"restartPolicy":"Never","#,
    );
    let states = "status.containerStatuses.0.state";
    check_status(
        "Pod",
        &pod,
        &[
            ("", "", &[]),
            ("status.qosClass", r#""Guaranteed""#, &["Invalid status.qosClass"]),
            (states, r#"{"running":{}}"#, &["Forbidden status.containerStatuses[0].state"]),
            ("status.conditions", r#"[{"type":"a b"}]"#, &["Invalid status.conditions[0].Type"]),
            ("status.podIPs", r#"[{"ip":"1.2.3.4"},{"ip":"1.2.3.5"}]"#, &["Invalid status.podIPs"]),
            ("status.podIPs", r#"[{"ip":"x"}]"#, &["Invalid status.podIPs[0]"]),
            (
                "status.resourceClaimStatuses",
                r#"[{"name":"x"}]"#,
                &["Invalid status.resourceClaimStatuses[0].name"],
            ),
            (
                "status.containerStatuses.0.user",
                r#"{"linux":{"uid":-1,"gid":0}}"#,
                &["Invalid status.containerStatuses[0].user.linux.uid"],
            ),
            (
                "status.containerStatuses.0.allocatedResourcesStatus",
                r#"[{"name":"x","resources":[{"resourceID":"d"}]}]"#,
                &[
                    "Invalid status.containerStatuses[0].allocatedResourcesStatus[0].name",
                    "NotSupported status.containerStatuses[0].allocatedResourcesStatus[0].\
                     resources[0].health",
                ],
            ),
        ],
    );
}
