//! Where pods run.

use super::check_created;

const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"n"},
    "spec":{"serviceAccountName":"s","containers":[{"name":"c","image":"i"}]}}"#;

#[test]
fn affinity_to_nodes_and_pods() {
    let required = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    let preferred = "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution";
    check_created(
        "Pod",
        POD,
        &[
            (
                required,
                r#"{"nodeSelectorTerms":[]}"#,
                &[&format!("Required {required}.nodeSelectorTerms")],
            ),
            (
                required,
                r#"{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Gt","values":["1","2"]}],
                    "matchFields":[{"key":"spec.x","operator":"In","values":["a"]}]}]}"#,
                &[
                    &format!("Required {required}.nodeSelectorTerms[0].matchExpressions[0].values"),
                    &format!("Invalid {required}.nodeSelectorTerms[0].matchFields[0].key"),
                ],
            ),
            (
                preferred,
                r#"[{"weight":0,"podAffinityTerm":{"topologyKey":"","namespaces":["A"]}}]"#,
                &[
                    &format!("Invalid {preferred}[0].weight"),
                    &format!("Invalid {preferred}[0].podAffinityTerm.namespace"),
                    &format!("Required {preferred}[0].podAffinityTerm.topologyKey"),
                    &format!("Invalid {preferred}[0].podAffinityTerm.topologyKey"),
                    &format!("Invalid {preferred}[0].podAffinityTerm.topologyKey"),
                ],
            ),
            (
                preferred,
                r#"[{"weight":1,"podAffinityTerm":{"topologyKey":"a","matchLabelKeys":["x"]}}]"#,
                &[&format!("Forbidden {preferred}[0].podAffinityTerm.matchLabelKeys")],
            ),
        ],
    );
}

#[test]
fn tolerations() {
    check_created(
        "Pod",
        POD,
        &[
            ("spec.tolerations", r#"[{"operator":"Exists"}]"#, &[]),
            ("spec.tolerations", "[{}]", &["Invalid spec.tolerations[0].operator"]),
            (
                "spec.tolerations",
                r#"[{"key":"a","value":"b c"}]"#,
                &["Invalid spec.tolerations[0].operator"],
            ),
            (
                "spec.tolerations",
                r#"[{"key":"a","operator":"Exists","value":"b"}]"#,
                &["Invalid spec.tolerations[0].operator"],
            ),
            (
                "spec.tolerations",
                r#"[{"key":"a","operator":"Lt","value":"1"}]"#,
                &["NotSupported spec.tolerations[0].operator"],
            ),
            (
                "spec.tolerations",
                r#"[{"key":"a","tolerationSeconds":1,"effect":"Never"}]"#,
                &["Invalid spec.tolerations[0].effect", "NotSupported spec.tolerations[0].effect"],
            ),
        ],
    );
}

#[test]
fn spread_over_the_topology() {
    let constraints = "spec.topologySpreadConstraints";
    let good = r#"{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule"}"#;
    check_created(
        "Pod",
        POD,
        &[
            (constraints, &format!("[{good}]"), &[]),
            (
                constraints,
                &format!("[{good},{good}]"),
                &["Duplicate spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}"],
            ),
            (
                constraints,
                "[{}]",
                &[
                    "Invalid spec.topologySpreadConstraints[0].maxSkew",
                    "Required spec.topologySpreadConstraints[0].topologyKey",
                    "NotSupported spec.topologySpreadConstraints[0].whenUnsatisfiable",
                ],
            ),
            (
                constraints,
                &format!("[{}]", good.replace('}', r#","minDomains":0}"#)),
                &["Invalid spec.topologySpreadConstraints[0].minDomains"],
            ),
        ],
    );
}

#[test]
fn names_and_policies_of_a_pod() {
    check_created(
        "Pod",
        POD,
        &[
            ("spec.restartPolicy", r#""x""#, &["NotSupported spec.restartPolicy"]),
            ("spec.dnsPolicy", r#""None""#, &["Required spec.dnsConfig"]),
            (
                "spec.dnsConfig",
                r#"{"nameservers":["x"],"searches":["_a.b.","A"],"options":[{}]}"#,
                &[
                    "Invalid spec.dnsConfig.nameservers[0]",
                    "Invalid spec.dnsConfig.searches[1]",
                    "Required spec.dnsConfig.options[0]",
                ],
            ),
            ("spec.hostname", r#""A""#, &["Invalid spec.hostname"]),
            ("spec.nodeSelector", r#"{"a b":"c"}"#, &["Invalid spec.nodeSelector"]),
            (
                "spec.hostAliases",
                r#"[{"ip":"x","hostnames":["A"]}]"#,
                &["Invalid spec.hostAliases[0].ip", "Invalid spec.hostAliases[0].hostnames[0]"],
            ),
            ("spec.activeDeadlineSeconds", "0", &["Invalid spec.activeDeadlineSeconds"]),
            (
                "spec.readinessGates",
                "[{}]",
                &[
                    "Invalid spec.readinessGates[0].conditionType",
                    "Invalid spec.readinessGates[0].conditionType",
                ],
            ),
            ("spec.resourceClaims", r#"[{"name":"a"}]"#, &["Invalid spec.resourceClaims[0]"]),
            (
                "spec.resources",
                r#"{"requests":{"cpu":"1","storage":"1"}}"#,
                &["NotSupported spec.resources.requests[storage]"],
            ),
        ],
    );
}
