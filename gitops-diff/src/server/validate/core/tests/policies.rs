//! Config maps, secrets, quotas and limits.

use super::{check_created, check_updated};

#[test]
fn config_maps_and_secrets() {
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap",
        "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"data":{"k":"v"}}"#;
    let large = format!("\"{}\"", "x".repeat(1024 * 1024 + 1));
    check_created(
        "ConfigMap",
        map,
        &[
            ("data.a b", r#""""#, &["Invalid data[a b]"]),
            ("data.~~", r#""""#, &["Invalid data[..]"]),
            ("binaryData.k", r#""eA==""#, &["Invalid data[k]"]),
            ("data.k", &large, &["TooLong "]),
        ],
    );
    let frozen = map.replacen('{', r#"{"immutable":true,"#, 1);
    check_updated(
        "ConfigMap",
        &frozen,
        &[
            ("metadata.labels", r#"{"a":"b"}"#, &[]),
            ("data.k", r#""w""#, &["Forbidden data"]),
            ("binaryData", r#"{"b":"eA=="}"#, &["Forbidden binaryData"]),
            ("immutable", "nothing", &["Forbidden immutable"]),
        ],
    );
    let secret = r#"{"apiVersion":"v1","kind":"Secret","type":"Opaque",
        "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"data":{"k":"dg=="}}"#;
    check_created(
        "Secret",
        secret,
        &[
            (
                "type",
                r#""kubernetes.io/tls""#,
                &["Required data[tls.crt]", "Required data[tls.key]"],
            ),
            (
                "type",
                r#""kubernetes.io/basic-auth""#,
                &["Required data[username]", "Required data[password]"],
            ),
            ("type", r#""kubernetes.io/ssh-auth""#, &["Required data[ssh-privatekey]"]),
            ("type", r#""kubernetes.io/dockerconfigjson""#, &["Required data[.dockerconfigjson]"]),
            (
                "type",
                r#""kubernetes.io/service-account-token""#,
                &["Required metadata.annotations[kubernetes.io/service-account.name]"],
            ),
        ],
    );
    let docker = secret.replace("Opaque", "kubernetes.io/dockerconfigjson");
    check_created(
        "Secret",
        &docker,
        &[
            ("data", r#"{".dockerconfigjson":"e30="}"#, &[]),
            ("data", r#"{".dockerconfigjson":"WzFd"}"#, &["Invalid data[.dockerconfigjson]"]),
        ],
    );
    check_updated(
        "Secret",
        secret,
        &[("type", r#""other""#, &["Invalid type"]), ("data.k", r#""dw==""#, &[])],
    );
}

#[test]
fn quotas() {
    let quota = r#"{"apiVersion":"v1","kind":"ResourceQuota",
        "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},
        "spec":{"hard":{"pods":"10"},"scopes":["BestEffort"]}}"#;
    let selector = "spec.scopeSelector";
    check_created(
        "ResourceQuota",
        quota,
        &[
            ("", "", &[]),
            ("spec.hard.pods", r#""-1""#, &["Invalid spec.hard[pods]"]),
            ("spec.hard.pods", r#""500m""#, &["Invalid spec.hard[pods]"]),
            ("spec.hard.cpu", r#""1""#, &["Invalid spec.scopes"]),
            (
                "spec.hard",
                r#"{"teapots":"1"}"#,
                &["Invalid spec.hard[teapots]", "Invalid spec.hard[teapots]"],
            ),
            ("spec.hard", r#"{"count/teapots":"1"}"#, &[]),
            ("spec.scopes", r#"["x"]"#, &["Invalid spec.scopes"]),
            ("spec.scopes", r#"["BestEffort","NotBestEffort"]"#, &["Invalid spec.scopes"]),
            (
                selector,
                r#"{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In"}]}"#,
                &["Required spec.scopeSelector.matchExpressions.values"],
            ),
        ],
    );
    check_updated(
        "ResourceQuota",
        quota,
        &[
            ("spec.hard.pods", r#""20""#, &[]),
            ("spec.scopes", r#"["Terminating"]"#, &["Invalid spec.scopes"]),
        ],
    );
}

#[test]
fn limits() {
    let range = r#"{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"a","namespace":"n"},
        "spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"1"}}]}}"#;
    let limit = "spec.limits.0";
    let check = |value: &str, expected: &[&str]| {
        check_created("LimitRange", range, &[(limit, value, expected)]);
    };
    check(r#"{"type":"x"}"#, &["Invalid spec.limits[0].type"]);
    check(r#"{"type":"Pod","default":{"cpu":"1"}}"#, &["Forbidden spec.limits[0].default"]);
    check(r#"{"type":"PersistentVolumeClaim"}"#, &["Required spec.limits[0].limits"]);
    check(
        r#"{"type":"Container","max":{"cpu":"1"},"min":{"cpu":"2"}}"#,
        &[
            "Invalid spec.limits[0].min[cpu]",
            "Invalid spec.limits[0].defaultRequest[cpu]",
            "Invalid spec.limits[0].default[cpu]",
        ],
    );
    check(
        r#"{"type":"Container","max":{"cpu":"4"},"min":{"cpu":"1"},"maxLimitRequestRatio":{"cpu":"5"}}"#,
        &["Invalid spec.limits[0].maxLimitRequestRatio[cpu]"],
    );
    let twice = r#"[{"type":"Pod"},{"type":"Pod"}]"#;
    check_created(
        "LimitRange",
        range,
        &[("spec.limits", twice, &["Duplicate spec.limits[1].type"])],
    );
}
