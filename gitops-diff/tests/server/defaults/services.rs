//! Services.

use super::{Case, check_all};

const CASES: &[Case] = &[
    (
        "v1 Service",
        r#"{"spec":{"ports":[{"port":80},{"port":81,"targetPort":"p","protocol":"UDP"},{"port":82,"targetPort":0}]}}"#,
        &[
            ("/spec/type", r#""ClusterIP""#),
            ("/spec/sessionAffinity", r#""None""#),
            ("/spec/internalTrafficPolicy", r#""Cluster""#),
            ("/spec/externalTrafficPolicy", ""),
            ("/spec/ports/0", r#"{"port":80,"protocol":"TCP","targetPort":80}"#),
            ("/spec/ports/1", r#"{"port":81,"protocol":"UDP","targetPort":"p"}"#),
            ("/spec/ports/2/targetPort", "82"),
        ],
    ),
    (
        "v1 Service",
        r#"{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP"},"status":{"loadBalancer":{"ingress":[{"ip":"1.1.1.1"},{"hostname":"h"}]}}}"#,
        &[
            ("/spec/externalTrafficPolicy", r#""Cluster""#),
            ("/spec/allocateLoadBalancerNodePorts", "true"),
            ("/spec/sessionAffinityConfig", r#"{"clientIP":{"timeoutSeconds":10800}}"#),
            (
                "/status/loadBalancer/ingress",
                r#"[{"ip":"1.1.1.1","ipMode":"VIP"},{"hostname":"h"}]"#,
            ),
        ],
    ),
    (
        "v1 Service",
        r#"{"spec":{"type":"NodePort","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":1}}}}"#,
        &[
            ("/spec/externalTrafficPolicy", r#""Cluster""#),
            ("/spec/allocateLoadBalancerNodePorts", ""),
            ("/spec/sessionAffinityConfig", ""),
        ],
    ),
    (
        "v1 Service",
        r#"{"spec":{"externalIPs":["1.1.1.1"]}}"#,
        &[("/spec/externalTrafficPolicy", r#""Cluster""#)],
    ),
    (
        "v1 Service",
        r#"{"spec":{"type":"ExternalName"}}"#,
        &[("/spec/internalTrafficPolicy", ""), ("/spec/externalTrafficPolicy", "")],
    ),
];

#[test]
fn services_say_how_they_are_reached() {
    check_all(CASES);
}
