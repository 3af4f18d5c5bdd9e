//! What the in-memory cluster allocates for Services.

use gitops_apply::memory::{Cluster, Method, Reply, Request};
use gitops_diff::Value;

const PATH: &str = "/api/v1/namespaces/default/services";

fn service(name: &str, spec: &str) -> Value {
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{name}"}},"spec":{spec}}}"#
    );
    serde_json::from_str(&json).expect("because the specs are JSON")
}

fn create(cluster: &Cluster, name: &str, spec: &str) -> Reply {
    cluster.call(&Request::new(Method::Post, PATH).json(&service(name, spec)))
}

fn patch(cluster: &Cluster, name: &str, spec: &str) -> Reply {
    let body = format!(r#"{{"spec":{spec}}}"#);
    let request = Request::new(Method::Patch, format!("{PATH}/{name}"));
    cluster.call(&request.body("application/merge-patch+json", body))
}

fn text<'a>(reply: &'a Reply, pointer: &str) -> &'a str {
    reply.to_value().and_then(|it| it.pointer(pointer)?.as_str()).unwrap_or_default()
}

fn port(reply: &Reply, pointer: &str) -> i64 {
    reply.to_value().and_then(|it| it.pointer(pointer)?.as_int()).unwrap_or_default()
}

#[test]
fn an_address_is_drawn_where_the_type_has_one() {
    let cluster = Cluster::default();
    let ports = r#""ports":[{"port":80}]"#;
    let cases = [
        (format!("{{{ports}}}"), "10.", "SingleStack"),
        (format!(r#"{{{ports},"clusterIP":"10.0.0.9"}}"#), "10.0.0.9", "SingleStack"),
        (
            format!(r#"{{{ports},"clusterIP":"None","selector":{{"a":"b"}}}}"#),
            "None",
            "SingleStack",
        ),
        (format!(r#"{{{ports},"clusterIP":"None"}}"#), "None", "RequireDualStack"),
        (r#"{"type":"ExternalName","externalName":"a.b"}"#.into(), "", ""),
    ];
    for (at, (spec, address, policy)) in cases.into_iter().enumerate() {
        let reply = create(&cluster, &format!("s{at}"), &spec);
        assert_eq!(reply.code, 201, "{spec}: {:?}", reply.to_value());
        let found = text(&reply, "/spec/clusterIP");
        assert!(found.starts_with(address) && found.is_empty() == address.is_empty(), "{found}");
        assert_eq!(text(&reply, "/spec/clusterIPs/0"), found);
        assert_eq!(text(&reply, "/spec/ipFamilyPolicy"), policy, "{spec}");
    }
}

#[test]
fn what_is_taken_or_out_of_range_is_refused() {
    let cluster = Cluster::default();
    let first =
        r#"{"type":"NodePort","clusterIP":"10.0.0.9","ports":[{"port":80,"nodePort":30011}]}"#;
    assert_eq!(create(&cluster, "a", first).code, 201);
    let cases = [
        (
            r#"{"clusterIP":"10.0.0.9","ports":[{"port":80}]}"#,
            "spec.clusterIPs",
            "provided IP is already allocated",
        ),
        (
            r#"{"clusterIP":"192.168.0.1","ports":[{"port":80}]}"#,
            "spec.clusterIPs",
            "not in the valid range",
        ),
        (
            r#"{"type":"NodePort","ports":[{"port":80,"nodePort":30011}]}"#,
            "spec.ports[0].nodePort",
            "provided port is already allocated",
        ),
        (
            r#"{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}"#,
            "spec.ports[0].nodePort",
            "The range of valid ports is 30000-32767",
        ),
        (
            r#"{"ipFamilies":["IPv6"],"ports":[{"port":80}]}"#,
            "spec.ipFamilies[0]",
            "not configured on this cluster",
        ),
        (
            r#"{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]}"#,
            "spec.ipFamilyPolicy",
            "not configured for dual-stack",
        ),
    ];
    for (spec, field, why) in cases {
        let reply = create(&cluster, "b", spec);
        assert_eq!(reply.code, 422, "{spec}");
        assert_eq!(text(&reply, "/details/causes/0/field"), field, "{spec}");
        assert!(text(&reply, "/message").contains(why), "{:?}", reply.to_value());
    }
    cluster.call(&Request::new(Method::Delete, format!("{PATH}/a")));
    assert_eq!(create(&cluster, "b", first).code, 201, "what is deleted holds nothing");
}

#[test]
fn a_change_keeps_what_was_drawn() {
    let cluster = Cluster::default();
    let spec = r#"{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"name":"a","port":80}]}"#;
    let made = create(&cluster, "a", spec);
    let (address, node) = (text(&made, "/spec/clusterIP"), port(&made, "/spec/ports/0/nodePort"));
    let health = port(&made, "/spec/healthCheckNodePort");
    assert!((30_000..32_768).contains(&node) && (30_000..32_768).contains(&health));
    assert_ne!(node, health);

    let put = Request::new(Method::Put, format!("{PATH}/a")).json(&service("a", spec));
    let kept = cluster.call(&put);
    assert_eq!(kept.code, 200);
    assert_eq!(text(&kept, "/spec/clusterIP"), address);
    assert_eq!(port(&kept, "/spec/ports/0/nodePort"), node);
    assert_eq!(port(&kept, "/spec/healthCheckNodePort"), health);

    let more = patch(&cluster, "a", r#"{"ports":[{"name":"a","port":80},{"name":"b","port":81}]}"#);
    assert_eq!(port(&more, "/spec/ports/0/nodePort"), node);
    assert!(port(&more, "/spec/ports/1/nodePort") > 0);
}
