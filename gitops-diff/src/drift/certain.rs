//! Changes whose outcome is known without a prediction.

use super::look::Look;
use super::options::Strategy;
use crate::{FieldChange, FieldPath, GroupKind, PathElement, Shown, Value};

/// Kinds whose metadata a server changes or judges together with other fields
/// (`prepare`, `validate`).
const WATCHED: [&str; 8] = [
    "CertificateSigningRequest",
    "DaemonSet",
    "EndpointSlice",
    "Endpoints",
    "Job",
    "Namespace",
    "Node",
    "Pod",
];

impl Look<'_> {
    /// Whether a server stores each of these changes as it is declared: it neither fills in,
    /// rounds nor drops anything of it, changes nothing else because of it, and never refuses it
    /// for what lives.
    ///
    /// These are most of all drift: a label or an annotation, a setting, a scale, an image.
    pub(super) fn is_certain(self, fields: &[FieldChange]) -> bool {
        let kind = self.desired.id().group_kind();
        self.drift.strategy == Strategy::FieldOwnership
            && self.live.resource_version().is_some()
            && self.schema.is_builtin(kind)
            && fields.iter().all(|it| self.is_plain(kind, it))
    }

    fn is_plain(self, kind: &GroupKind, change: &FieldChange) -> bool {
        let (Some(Shown::Value(old)), Some(Shown::Value(new))) = (&change.old, &change.new) else {
            return false;
        };
        let Ok(path) = change.path.parse::<FieldPath>() else {
            return false;
        };
        let names: Vec<&str> = path.elements().iter().map(name).collect();
        match (&names[..], old, new) {
            (["metadata", "labels" | "annotations", _], Value::Str(_), Value::Str(_)) => {
                !WATCHED.contains(&&*kind.kind)
            }
            (["data", _], Value::Str(_), Value::Str(_)) => {
                let fixed = self.live.body().get("immutable").and_then(Value::as_bool);
                kind.is("", "ConfigMap") && fixed != Some(true)
            }
            (["spec", "replicas"], Value::Int(_), Value::Int(_)) => is_scaled(kind),
            (
                ["spec", "template", "spec", "containers", ITEM, "image"],
                Value::Str(_),
                Value::Str(new),
            ) => is_scaled(kind) && !new.is_empty(),
            _ => false,
        }
    }
}

const ITEM: &str = "[]";

fn name(element: &PathElement) -> &str {
    match element {
        PathElement::Field(name) => name,
        _ => ITEM,
    }
}

fn is_scaled(kind: &GroupKind) -> bool {
    kind.is("apps", "Deployment") || kind.is("apps", "StatefulSet")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Apply, Force};
    use crate::server::predict;
    use crate::{Drift, Object};

    const DEPLOYMENT: &str = r#"{"apiVersion":"apps/v1","kind":"Deployment",
        "metadata":{"name":"a","namespace":"n","labels":{"l":"1"},"annotations":{"a":"1"}},
        "spec":{"replicas":2,"selector":{"matchLabels":{"x":"y"}},"template":{
            "metadata":{"labels":{"x":"y"}},
            "spec":{"containers":[{"name":"c","image":"i:1","env":[{"name":"E","value":"1"}]}]}}}}"#;
    const CONFIG_MAP: &str = r#"{"apiVersion":"v1","kind":"ConfigMap",
        "metadata":{"name":"a","namespace":"n","labels":{"l":"1"},"annotations":{"a":"1"}},
        "data":{"k":"v"}}"#;
    const DAEMON_SET: &str = r#"{"apiVersion":"apps/v1","kind":"DaemonSet",
        "metadata":{"name":"a","namespace":"n","labels":{"l":"1"}},
        "spec":{"selector":{"matchLabels":{"x":"y"}},"template":{
            "metadata":{"labels":{"x":"y"}},
            "spec":{"containers":[{"name":"c","image":"i:1"}]}}}}"#;

    fn object(json: &str) -> Object {
        serde_json::from_str(json).unwrap()
    }

    /// What lives after an apply, with its resource version.
    fn served(declared: &Object) -> Object {
        let apply = Apply {
            live: None,
            desired: declared.body(),
            manager: "gitops",
            force: Force::Yes,
            subresource: None,
            now: "2026-01-01T00:00:00Z",
        };
        let made = predict(&crate::Schema::builtin(), &apply).unwrap();
        let seen = |body: &mut crate::Map| {
            body.map_at("metadata").insert("resourceVersion", "7".into());
        };
        Object::new(made).unwrap().edit(seen).unwrap()
    }

    /// Declares another text in the place of one, and compares what is said at once with what a
    /// prediction says.
    fn check(json: &str, (from, to): (&str, &str), expected: bool) {
        let live = served(&object(json));
        let desired = object(&json.replace(from, to));
        let drift = Drift::default();
        let look = Look::new(&drift, &drift.schema, &desired, &live);
        let suspected = super::super::field_ownership::suspected(look).unwrap().changes;
        assert!(!suspected.is_empty(), "{to}");
        assert_eq!(look.is_certain(&suspected), expected, "{to}");
        let predicted = look.predicted(super::super::look::Verdict::default(), &[]).unwrap();
        if expected {
            assert_eq!(suspected, predicted.fields, "{to}");
            let causes = predicted.refusal.map(|it| it.causes).unwrap_or_default();
            assert!(!causes.iter().any(crate::server::Cause::is_immutable), "{to}");
        }
    }

    #[test]
    fn what_is_certain_is_what_a_prediction_says() {
        for (json, from, to) in [
            (DEPLOYMENT, r#""l":"1""#, r#""l":"2""#),
            (DEPLOYMENT, r#""l":"1""#, r#""l":"no label: /""#),
            (DEPLOYMENT, r#""a":"1""#, r#""a":"""#),
            (DEPLOYMENT, r#""replicas":2"#, r#""replicas":0"#),
            (DEPLOYMENT, "i:1", "i:latest"),
            (DEPLOYMENT, r#""l":"1"},"annotations":{"a":"1"#, r#""l":"2"},"annotations":{"a":"2"#),
            (CONFIG_MAP, r#""k":"v""#, r#""k":"w\n""#),
            (CONFIG_MAP, r#""l":"1""#, r#""l":"2""#),
        ] {
            check(json, (from, to), true);
        }
    }

    #[test]
    fn what_a_server_may_change_refuse_or_follow_is_predicted() {
        for (json, from, to) in [
            (DEPLOYMENT, r#"{"x":"y"}"#, r#"{"x":"z"}"#),
            (DEPLOYMENT, r#""value":"1""#, r#""value":"2""#),
            (DEPLOYMENT, r#""replicas":2,"#, r#""replicas":2,"paused":true,"#),
            (DEPLOYMENT, r#""image":"i:1""#, r#""image":"""#),
            (DEPLOYMENT, r#""labels":{"l":"1"},"#, ""),
            (DAEMON_SET, "i:1", "i:2"),
            (DAEMON_SET, r#""l":"1""#, r#""l":"2""#),
            (CONFIG_MAP, r#""k":"v""#, r#""k":"v","j":"v""#),
        ] {
            check(json, (from, to), false);
        }
        let fixed = CONFIG_MAP.replace(r#""data""#, r#""immutable":true,"data""#);
        check(&fixed, (r#""k":"v""#, r#""k":"w""#), false);
    }
}
