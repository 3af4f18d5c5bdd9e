//! The objects that every server has, and keeps as they are
//! (`apiserver/pkg/apis/flowcontrol/bootstrap`).

use super::{CATCH_ALL, EXEMPT, Field};
use crate::{Map, Value};

pub(super) fn check_flow_schema(name: &str, spec: &Field<'_>) {
    let fixed = match name {
        EXEMPT => flow_schema(EXEMPT, 1, None, &["system:masters"]),
        CATCH_ALL => {
            let everyone = ["system:unauthenticated", "system:authenticated"];
            flow_schema(CATCH_ALL, 10_000, Some("ByUser"), &everyone)
        }
        _ => return,
    };
    if !spec.is_same(Some(&fixed)) {
        spec.invalid(&format!("spec of '{name}' must equal the fixed value"));
    }
}

pub(super) fn check_priority_level(name: &str, spec: &Field<'_>) {
    let fixed = match name {
        EXEMPT => {
            let exempt = spec.field("exempt").value.clone();
            map([("type", "Exempt".into()), ("exempt", exempt)])
        }
        CATCH_ALL => {
            let limited = map([
                ("nominalConcurrencyShares", Value::Int(5)),
                ("lendablePercent", Value::Int(0)),
                ("limitResponse", map([("type", "Reject".into())])),
            ]);
            map([("type", "Limited".into()), ("limited", limited)])
        }
        _ => return,
    };
    if !spec.is_same(Some(&fixed)) {
        spec.invalid(&format!("spec of '{name}' must equal the fixed value"));
    }
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().collect::<Map>().into()
}

fn flow_schema(level: &str, precedence: i64, by: Option<&str>, groups: &[&str]) -> Value {
    let all = || Value::List(vec!["*".into()]);
    let subject = |it: &&str| {
        let group = map([("name", Value::from(*it))]);
        map([("kind", "Group".into()), ("group", group)])
    };
    let resources = map([
        ("verbs", all()),
        ("apiGroups", all()),
        ("resources", all()),
        ("namespaces", all()),
        ("clusterScope", true.into()),
    ]);
    let others = map([("verbs", all()), ("nonResourceURLs", all())]);
    let rule = map([
        ("subjects", groups.iter().map(subject).collect::<Vec<_>>().into()),
        ("resourceRules", vec![resources].into()),
        ("nonResourceRules", vec![others].into()),
    ]);
    map([
        ("priorityLevelConfiguration", map([("name", level.into())])),
        ("matchingPrecedence", Value::Int(precedence)),
        ("distinguisherMethod", by.map_or(Value::Null, |it| map([("type", it.into())]))),
        ("rules", vec![rule].into()),
    ])
}
