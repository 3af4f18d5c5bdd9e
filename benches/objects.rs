//! Declared objects of our own making, of the sizes that real ones have.

use gitops_diff::{Object, Value};
use serde_json::json;

fn object(json: serde_json::Value) -> Object {
    Object::new(Value::from(json)).expect("because fixtures have an identity")
}

fn metadata(name: &str) -> serde_json::Value {
    json!({
        "name": name,
        "namespace": "bench",
        "labels": {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/part-of": "shop",
            "app.kubernetes.io/managed-by": "gitops",
        },
        "annotations": { "example.com/team": "platform", "example.com/revision": "0042" },
    })
}

/// A Deployment with so many containers, each with forty variables, probes, ports and mounts.
pub fn deployment(name: &str, containers: usize) -> Object {
    let variables = if containers > 1 { 40 } else { 4 };
    let containers: Vec<_> = (0..containers).map(|at| container(at, variables)).collect();
    object(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name),
        "spec": {
            "replicas": 3,
            "selector": { "matchLabels": { "app.kubernetes.io/name": name } },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": 0 } },
            "template": {
                "metadata": { "labels": { "app.kubernetes.io/name": name, "tier": "web" } },
                "spec": {
                    "serviceAccountName": name,
                    "nodeSelector": { "kubernetes.io/os": "linux" },
                    "tolerations": [ { "key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule" } ],
                    "containers": containers,
                    "volumes": [
                        { "name": "settings", "configMap": { "name": "settings", "defaultMode": 420 } },
                        { "name": "scratch", "emptyDir": { "sizeLimit": "1Gi" } },
                    ],
                },
            },
        },
    }))
}

fn container(at: usize, variables: usize) -> serde_json::Value {
    let probe = |path: &str| {
        json!({
            "httpGet": { "path": path, "port": "http", "scheme": "HTTP" },
            "periodSeconds": 10, "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3,
        })
    };
    let env: Vec<_> = (0..variables)
        .map(|it| json!({ "name": format!("SETTING_{it}"), "value": format!("value of setting {it}") }))
        .collect();
    json!({
        "name": format!("container-{at}"),
        "image": format!("registry.example.com/shop/part-{at}:1.2.3"),
        "args": ["--listen=:8080", "--log-level=info", "--config=/etc/shop/config.yaml"],
        "env": env,
        "ports": [
            { "name": "http", "containerPort": 8080 + at, "protocol": "TCP" },
            { "name": "metrics", "containerPort": 9090 + at, "protocol": "TCP" },
        ],
        "livenessProbe": probe("/healthz"),
        "readinessProbe": probe("/readyz"),
        "resources": { "requests": { "cpu": "100m", "memory": "128Mi" }, "limits": { "cpu": "1", "memory": "1Gi" } },
        "volumeMounts": [
            { "name": "settings", "mountPath": "/etc/shop", "readOnly": true },
            { "name": "scratch", "mountPath": "/tmp" },
        ],
    })
}

/// A `ConfigMap` of about so many kilobytes.
pub fn config_map(name: &str, kilobytes: usize) -> Object {
    let line = "level: info, a setting that somebody once needed\n";
    let text = line.repeat(kilobytes * 1000 / line.len() / 4);
    object(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(name),
        "data": { "a.yaml": text, "b.yaml": text, "c.yaml": text, "d.yaml": text },
    }))
}

/// A Service with two ports.
pub fn service(name: &str) -> Object {
    object(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name),
        "spec": {
            "type": "ClusterIP",
            "selector": { "app.kubernetes.io/name": name },
            "ports": [
                { "name": "http", "port": 80, "targetPort": "http", "protocol": "TCP" },
                { "name": "metrics", "port": 9090, "targetPort": "metrics", "protocol": "TCP" },
            ],
        },
    }))
}

/// A Secret with three keys.
pub fn secret(name: &str) -> Object {
    object(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(name),
        "type": "Opaque",
        "data": { "user": "c2hvcA==", "password": "bm90LXJlYWxseQ==", "host": "ZGIuZXhhbXBsZS5jb20=" },
    }))
}

/// A custom resource whose definition nobody knows.
pub fn custom_resource(name: &str) -> Object {
    let rules: Vec<_> = (0..20)
        .map(|it| json!({ "match": format!("Host(`{it}.example.com`)"), "priority": it, "services": [{ "name": name, "port": 80 }] }))
        .collect();
    object(json!({
        "apiVersion": "example.com/v1",
        "kind": "Route",
        "metadata": metadata(name),
        "spec": { "entryPoints": ["web", "websecure"], "routes": rules, "tls": { "secretName": name } },
    }))
}

/// A definition of a custom kind of about 50 kB.
pub fn definition(name: &str) -> Object {
    let field = |it: usize| {
        let text = "What this field is for, and which values it may have, told at some length.";
        (
            format!("field{it}"),
            json!({
                "type": "object",
                "description": text,
                "properties": {
                    "name": { "type": "string", "maxLength": 63, "description": text },
                    "count": { "type": "integer", "minimum": 0, "description": text },
                    "mode": { "type": "string", "enum": ["fast", "safe", "off"] },
                },
                "required": ["name"],
            }),
        )
    };
    let fields: serde_json::Map<_, _> = (0..120).map(field).collect();
    let plural = format!("{name}s").replace('-', "");
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.example.com"),
            "labels": { "app.kubernetes.io/name": name },
        },
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": { "kind": plural, "plural": plural, "singular": name, "listKind": format!("{plural}List") },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "properties": {
                    "spec": { "type": "object", "properties": fields } } } },
                "subresources": { "status": {} },
            }],
        },
    }))
}
