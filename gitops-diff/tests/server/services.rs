//! What is allocated to services together, and what goes with their type.

use super::{Found, check, created, updated};

#[test]
fn a_new_service_has_families_of_addresses() {
    const CASES: [(&str, &[Found<'_>]); 6] = [
        (
            r#"{"spec":{"selector":{"a":"b"}}}"#,
            &[
                ("/spec/ipFamilies", r#"["IPv4"]"#),
                ("/spec/ipFamilyPolicy", r#""SingleStack""#),
                ("/spec/clusterIP", ""),
            ],
        ),
        (
            r#"{"spec":{"clusterIP":"None","selector":{"a":"b"}}}"#,
            &[
                ("/spec/clusterIPs", r#"["None"]"#),
                ("/spec/ipFamilies", r#"["IPv4"]"#),
                ("/spec/ipFamilyPolicy", r#""SingleStack""#),
            ],
        ),
        (
            r#"{"spec":{"clusterIP":"None"}}"#,
            &[
                ("/spec/ipFamilies", r#"["IPv4","IPv6"]"#),
                ("/spec/ipFamilyPolicy", r#""RequireDualStack""#),
            ],
        ),
        (
            r#"{"spec":{"clusterIP":"fd00::1"}}"#,
            &[("/spec/clusterIPs", r#"["fd00::1"]"#), ("/spec/ipFamilies", r#"["IPv6"]"#)],
        ),
        (
            r#"{"spec":{"clusterIP":"None","ipFamilyPolicy":"PreferDualStack","ipFamilies":["IPv6"]}}"#,
            &[("/spec/ipFamilies", r#"["IPv6","IPv4"]"#)],
        ),
        (
            r#"{"spec":{"type":"ExternalName","externalName":"e"}}"#,
            &[("/spec/ipFamilies", ""), ("/spec/ipFamilyPolicy", "")],
        ),
    ];
    for (body, expected) in CASES {
        check(&created("v1 Service", body), body, expected);
    }
}

#[test]
fn what_was_allocated_stays_where_it_is_left_out() {
    let before = r#"{"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","externalTrafficPolicy":"Local",
        "healthCheckNodePort":31000,"ports":[{"name":"a","port":80,"nodePort":30080},{"name":"b","port":81,"nodePort":30081}]}}"#;
    let after = r#"{"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local",
        "ports":[{"name":"b","port":91},{"name":"c","port":92},{"name":"d","port":93,"nodePort":30080},{"name":"a","port":90}]}}"#;
    let service = updated("v1 Service", before, None, after);
    let expected = [
        ("/spec/clusterIP", r#""10.0.0.1""#),
        ("/spec/clusterIPs", r#"["10.0.0.1"]"#),
        ("/spec/healthCheckNodePort", "31000"),
        ("/spec/ports/0/nodePort", "30081"),
        ("/spec/ports/1/nodePort", ""),
        ("/spec/ports/2/nodePort", "30080"),
        ("/spec/ports/3/nodePort", ""),
    ];
    check(&service, after, &expected);
}

#[test]
fn what_the_new_type_does_not_have_goes() {
    let balanced = r#"{"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","loadBalancerClass":"c","ports":[{"port":80,"nodePort":30080}]}}"#;
    let cases: [(&str, &[Found<'_>]); 3] = [
        (
            r#"{"spec":{"type":"ExternalName","externalName":"e","clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"ipFamilies":["IPv4"],
               "ipFamilyPolicy":"SingleStack","allocateLoadBalancerNodePorts":true,"externalTrafficPolicy":"Cluster","loadBalancerClass":"c",
               "ports":[{"port":80,"nodePort":30080}]}}"#,
            &[
                ("/spec/clusterIP", ""),
                ("/spec/clusterIPs", ""),
                ("/spec/ipFamilies", ""),
                ("/spec/ipFamilyPolicy", ""),
                ("/spec/externalTrafficPolicy", ""),
                ("/spec/allocateLoadBalancerNodePorts", ""),
                ("/spec/loadBalancerClass", ""),
                ("/spec/ports/0/nodePort", ""),
            ],
        ),
        (
            r#"{"spec":{"type":"ClusterIP","externalTrafficPolicy":"Local","loadBalancerClass":"d","ports":[{"port":80,"nodePort":30081}]}}"#,
            &[
                ("/spec/clusterIP", r#""10.0.0.1""#),
                ("/spec/externalTrafficPolicy", r#""Local""#),
                ("/spec/loadBalancerClass", r#""d""#),
                ("/spec/ports/0/nodePort", "30081"),
            ],
        ),
        (
            r#"{"spec":{"type":"NodePort","ports":[{"port":80}]},"status":{"loadBalancer":{"ingress":[{"ip":"1.1.1.1"}]}}}"#,
            &[
                ("/spec/ports/0/nodePort", "30080"),
                ("/spec/allocateLoadBalancerNodePorts", ""),
                ("/status", r#"{"loadBalancer":{}}"#),
            ],
        ),
    ];
    for (after, expected) in cases {
        check(&updated("v1 Service", balanced, None, after), after, expected);
    }
}
