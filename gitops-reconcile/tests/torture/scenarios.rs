//! What is done to a cluster, and how it must end.

use crate::target::Target;

/// One change of a cluster, made under faults.
#[derive(Clone)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What the cluster held before: revisions in their order.
    pub(crate) before: &'static [&'static str],
    /// What others did since.
    pub(crate) meddle: fn(&Target),
    /// The revision that is reconciled under faults.
    pub(crate) revision: &'static str,
    /// What others do after the faults.
    pub(crate) after: fn(&Target),
    /// Objects of others that nobody may touch.
    pub(crate) others: &'static [&'static str],
    /// What must live at the end: object, field, and its value in JSON, or that it is gone.
    pub(crate) end: &'static [(&'static str, &'static str, Option<&'static str>)],
}

const NAME: &str = "/metadata/name";

const DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: shop}
spec: {size: 3}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "1"}
"#;

const V1: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "1"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: old, namespace: shop}
data: {a: "1"}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
"#;

const V2: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "2"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: new, namespace: shop}
data: {a: "1"}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 81}]}
"#;

const PRUNED: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "1"}
"#;

const WITHOUT_NAMESPACE: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
data: {a: "1"}
"#;

fn nothing(_: &Target) {}

fn bystander(target: &Target) {
    target.create(
        "/api/v1/namespaces/default/configmaps",
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"},"data":{"b":"1"}}"#,
    );
}

const OTHERS: &[&str] = &["ConfigMap/default/other"];

pub(crate) fn all() -> Vec<Scenario> {
    vec![
        install(),
        update(),
        prune(),
        rollback(),
        heal(),
        adopt(),
        finalizer(),
        namespace(),
        recreate(),
    ]
}

/// A namespace, a definition and a custom resource of it, into an empty cluster.
fn install() -> Scenario {
    Scenario {
        name: "first install",
        before: &[],
        meddle: bystander,
        revision: DEFINITION,
        after: nothing,
        others: OTHERS,
        end: &[
            ("Widget.example.com/shop/one", "/spec/size", Some("3")),
            ("ConfigMap/shop/settings", "/data/a", Some(r#""1""#)),
        ],
    }
}

/// Values change, one object comes and one goes.
fn update() -> Scenario {
    Scenario {
        name: "update",
        before: &[V1],
        meddle: bystander,
        revision: V2,
        after: nothing,
        others: OTHERS,
        end: &[
            ("ConfigMap/shop/settings", "/data/a", Some(r#""2""#)),
            ("ConfigMap/shop/new", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/old", NAME, None),
            ("Service/shop/web", "/spec/ports/0/port", Some("81")),
        ],
    }
}

/// Objects go, and nothing else changes.
pub(crate) fn prune() -> Scenario {
    Scenario {
        name: "prune",
        before: &[V1],
        meddle: bystander,
        revision: PRUNED,
        after: nothing,
        others: OTHERS,
        end: &[
            ("ConfigMap/shop/settings", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/old", NAME, None),
            ("Service/shop/web", NAME, None),
        ],
    }
}

/// The revision before the last comes again.
fn rollback() -> Scenario {
    Scenario {
        name: "rollback",
        before: &[V1, V2],
        meddle: bystander,
        revision: V1,
        after: nothing,
        others: OTHERS,
        end: &[
            ("ConfigMap/shop/settings", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/old", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/new", NAME, None),
        ],
    }
}

/// Somebody edited one object and deleted another.
fn heal() -> Scenario {
    Scenario {
        name: "drift",
        before: &[V1],
        meddle: |target| {
            bystander(target);
            let shop = "/api/v1/namespaces/shop";
            target.patch(&format!("{shop}/configmaps/settings"), r#"{"data":{"a":"hacked"}}"#);
            target.delete(&format!("{shop}/configmaps/old"));
        },
        revision: V1,
        after: nothing,
        others: OTHERS,
        end: &[
            ("ConfigMap/shop/settings", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/old", "/data/a", Some(r#""1""#)),
        ],
    }
}

/// What is declared lives already, made by somebody else.
fn adopt() -> Scenario {
    Scenario {
        name: "adoption",
        before: &[],
        meddle: |target| {
            bystander(target);
            target.create(
                "/api/v1/namespaces",
                r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#,
            );
            target.create(
                "/api/v1/namespaces/shop/configmaps",
                r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"9","b":"9"}}"#,
            );
        },
        revision: V1,
        after: nothing,
        others: OTHERS,
        end: &[
            ("ConfigMap/shop/settings", "/data/a", Some(r#""1""#)),
            ("ConfigMap/shop/settings", "/data/b", Some(r#""9""#)),
        ],
    }
}

/// What goes waits for somebody else's finalizer.
fn finalizer() -> Scenario {
    Scenario {
        name: "finalizer",
        before: &[V1],
        meddle: |target| {
            bystander(target);
            target.patch(
                "/api/v1/namespaces/shop/configmaps/old",
                r#"{"metadata":{"finalizers":["example.com/wait"]}}"#,
            );
        },
        revision: PRUNED,
        after: |target| {
            target.patch(
                "/api/v1/namespaces/shop/configmaps/old",
                r#"{"metadata":{"finalizers":null}}"#,
            );
        },
        others: OTHERS,
        end: &[("ConfigMap/shop/old", NAME, None), ("Service/shop/web", NAME, None)],
    }
}

/// A namespace is no longer declared: what protects it withholds its deletion.
fn namespace() -> Scenario {
    Scenario {
        name: "namespace removal",
        before: &[PRUNED],
        meddle: bystander,
        revision: WITHOUT_NAMESPACE,
        after: nothing,
        others: OTHERS,
        end: &[
            ("Namespace/shop", NAME, Some(r#""shop""#)),
            ("ConfigMap/default/settings", "/data/a", Some(r#""1""#)),
        ],
    }
}

/// An object was deleted and made anew by somebody else, and is no longer declared.
fn recreate() -> Scenario {
    Scenario {
        name: "another life",
        before: &[V1],
        meddle: |target| {
            bystander(target);
            target.delete("/api/v1/namespaces/shop/configmaps/old");
            target.create(
                "/api/v1/namespaces/shop/configmaps",
                r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"old"},"data":{"a":"theirs"}}"#,
            );
        },
        revision: PRUNED,
        after: nothing,
        others: &["ConfigMap/default/other", "ConfigMap/shop/old"],
        end: &[
            ("ConfigMap/shop/old", "/data/a", Some(r#""theirs""#)),
            ("Service/shop/web", NAME, None),
        ],
    }
}
