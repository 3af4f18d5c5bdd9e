//! Services and endpoints.

use super::{check_created, check_status, check_updated};

const SERVICE: &str = r#"{"apiVersion":"v1","kind":"Service",
    "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},
    "spec":{"selector":{"a":"b"},"ports":[{"port":80}]}}"#;

#[test]
fn ports_and_types() {
    check_created(
        "Service",
        SERVICE,
        &[
            ("", "", &[]),
            ("spec.ports", "[]", &["Required spec.ports"]),
            (
                "spec.ports",
                r#"[{"port":80},{"port":80}]"#,
                &[
                    "Required spec.ports[0].name",
                    "Required spec.ports[1].name",
                    "Duplicate spec.ports[1]",
                ],
            ),
            (
                "spec.ports.0.port",
                "0",
                &["Invalid spec.ports[0].port", "Invalid spec.ports[0].targetPort"],
            ),
            ("spec.ports.0.targetPort", r#""80""#, &["Invalid spec.ports[0].targetPort"]),
            ("spec.ports.0.nodePort", "30000", &["Forbidden spec.ports[0].nodePort"]),
            ("spec.ports.0.appProtocol", r#""a b""#, &["Invalid spec.ports[0].appProtocol"]),
            ("spec.type", r#""x""#, &["NotSupported spec.type"]),
            ("spec.sessionAffinity", r#""x""#, &["NotSupported spec.sessionAffinity"]),
            ("spec.externalTrafficPolicy", r#""Local""#, &["Invalid spec.externalTrafficPolicy"]),
            ("spec.externalIPs", r#"["127.0.0.1"]"#, &["Invalid spec.externalIPs[0]"]),
            (
                "spec.loadBalancerSourceRanges",
                r#"["x"]"#,
                &[
                    "Forbidden spec.LoadBalancerSourceRanges",
                    "Invalid spec.LoadBalancerSourceRanges[0]",
                ],
            ),
            ("spec.loadBalancerClass", r#""a/b""#, &["Forbidden spec.loadBalancerClass"]),
            ("spec.trafficDistribution", r#""x""#, &["NotSupported spec.trafficDistribution"]),
            ("metadata.name", r#""a.b""#, &["Invalid metadata.name"]),
        ],
    );
    let named = SERVICE.replace(r#""selector":{"a":"b"},"#, r#""type":"ExternalName","#);
    check_created(
        "Service",
        &named,
        &[
            ("spec.externalName", r#""example.com.""#, &[]),
            ("spec.externalName", r#""a b""#, &["Invalid spec.externalName"]),
            ("", "", &["Required spec.externalName"]),
        ],
    );
}

#[test]
fn addresses_are_refused_before_all_else() {
    check_created(
        "Service",
        SERVICE,
        &[
            ("spec.clusterIP", r#""x""#, &["Invalid spec.clusterIPs[0]"]),
            ("spec.clusterIP", r#""None""#, &[]),
            ("spec.ipFamilies", r#"["IPv4","IPv4"]"#, &["Duplicate spec.ipFamilies[1]"]),
            ("spec.ipFamilies", r#"["IPv4","IPv6"]"#, &["Invalid spec.ipFamilyPolicy"]),
            ("spec.ipFamilyPolicy", r#""x""#, &["NotSupported spec.ipFamilyPolicy"]),
        ],
    );
    let known = SERVICE
        .replace(r#""selector""#, r#""clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"selector""#);
    check_updated(
        "Service",
        &known,
        &[
            ("spec.selector", r#"{"a":"c"}"#, &[]),
            ("spec.clusterIP", r#""10.0.0.2""#, &["Invalid spec.clusterIPs[0]"]),
        ],
    );
}

#[test]
fn the_status_of_a_load_balancer() {
    let balancer = SERVICE.replace(r#""selector""#, r#""type":"LoadBalancer","selector""#);
    let ingress = "status.loadBalancer.ingress";
    let cases: [(&str, &str, &[&str]); 3] = [
        (ingress, r#"[{"ip":"1.2.3.4","ipMode":"VIP"}]"#, &[]),
        (
            ingress,
            r#"[{"ip":"x"}]"#,
            &[
                "Invalid status.loadBalancer.ingress[0].ip",
                "Required status.loadBalancer.ingress[0].ipMode",
            ],
        ),
        (
            ingress,
            r#"[{"hostname":"1.2.3.4"}]"#,
            &["Invalid status.loadBalancer.ingress[0].hostname"],
        ),
    ];
    check_status("Service", &balancer, &cases);
    let refused: &[&str] = &["Forbidden status.loadBalancer.ingress"];
    check_status("Service", SERVICE, &[(ingress, r#"[{"ip":"1.2.3.4"}]"#, refused)]);
}

#[test]
fn endpoints() {
    let base = r#"{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"a","namespace":"n"},
        "subsets":[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]}]}"#;
    check_created(
        "Endpoints",
        base,
        &[
            ("", "", &[]),
            ("subsets.0", "{}", &["Required subsets[0]"]),
            (
                "subsets.0.addresses.0.ip",
                r#""x""#,
                &["Invalid subsets[0].addresses[0].ip", "Invalid subsets[0].addresses[0].ip"],
            ),
            (
                "subsets.0.addresses.0.ip",
                r#""169.254.0.1""#,
                &["Invalid subsets[0].addresses[0].ip"],
            ),
            ("subsets.0.addresses.0.ip", r#""ff02::1""#, &["Invalid subsets[0].addresses[0].ip"]),
            ("subsets.0.ports.0.port", "0", &["Invalid subsets[0].ports[0].port"]),
            (
                "subsets.0.ports",
                r#"[{"port":1},{"port":2,"name":"b"}]"#,
                &["Required subsets[0].ports[0].name"],
            ),
        ],
    );
    let broken = base.replace("10.0.0.1", "127.0.0.1");
    check_updated("Endpoints", &broken, &[("metadata.labels", r#"{"a":"b"}"#, &[])]);
}
