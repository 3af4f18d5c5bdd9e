//! Lists and maps that are one value.

use super::place::{Place, Step, is_zero};
use super::scalar::means_the_same;
use super::{Known, Walk};
use crate::{Map, Value};

/// What the API server fills in inside lists and maps that are one value (`SetDefaults_*` in
/// `pkg/apis/*/v1/defaults.go`), in most objects that have them: the map or list, the field and
/// the value. All else is found by predicting what the server would make of an apply.
const FILLED_IN: [(&str, &str, &str); 5] = [
    ("fieldRef", "apiVersion", "v1"),
    ("ports", "protocol", "TCP"),
    ("resourceFieldRef", "divisor", "0"),
    ("serviceAccountToken", "expirationSeconds", "3600"),
    ("subjects", "apiGroup", "rbac.authorization.k8s.io"),
];

impl<'a> Walk<'a> {
    /// Whether a list or map that is one value lives as it is declared, but for what a server
    /// filled in.
    pub(super) fn same_whole(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Value,
        live: &'a Value,
        owned: bool,
    ) -> bool {
        if self.is_too_deep(place) || desired == live {
            return true;
        }
        match (desired, live) {
            (Value::Map(desired), Value::Map(live)) => self.same_map(place, desired, live, owned),
            (Value::List(desired), Value::List(live)) => {
                let live = if self.is_pod_tolerations(place) {
                    without_admitted(live, desired.len())
                } else {
                    live
                };
                desired.len() == live.len()
                    && desired.iter().zip(live).enumerate().all(|(at, (desired, live))| {
                        self.same_whole(&place.child(Step::Index(at)), desired, live, owned)
                    })
            }
            (Value::Null, _) => true,
            _ => means_the_same(place, self.known, desired, live),
        }
    }

    fn is_pod_tolerations(&self, place: &Place<'_, 'a>) -> bool {
        place.name() == Some("tolerations")
            && place.depth() == 2
            && self.desired.id().group_kind().is("", "Pod")
    }

    fn same_map(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Map,
        live: &'a Map,
        owned: bool,
    ) -> bool {
        let declared = desired.iter().all(|(name, value)| match live.get(name) {
            Some(live) => self.same_whole(&place.child(Step::Field(name)), value, live, owned),
            None => is_zero(value),
        });
        declared
            && live.iter().filter(|(name, _)| !desired.contains_key(name)).all(|(name, value)| {
                is_zero(value) || self.was_filled_in(place, name, value, owned)
            })
    }

    /// Whether a field that is not declared inside such a value comes from the server.
    ///
    /// Built-in kinds have known defaults. Of all else it is certain where what was applied last is
    /// what is declared now: nothing that lives beside it in what is ours was ever declared.
    fn was_filled_in(&self, place: &Place<'_, 'a>, name: &str, value: &Value, owned: bool) -> bool {
        let filled_in = |(parent, field, filled): &(&str, &str, &str)| {
            *field == name && place.field_name() == Some(parent) && is_text(value, filled)
        };
        (self.known == Known::Builtin && FILLED_IN.iter().any(filled_in))
            || (owned && self.is_settled())
    }
}

/// The items without those that admission put at their end: `DefaultTolerationSeconds` lets
/// every pod tolerate for a while that its node is not ready or cannot be reached.
fn without_admitted(live: &[Value], declared: usize) -> &[Value] {
    let is_admitted = |item: &Value| {
        let key = item.get("key").and_then(Value::as_str);
        matches!(key, Some("node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable"))
            && item.get("effect").and_then(Value::as_str) == Some("NoExecute")
    };
    let (kept, added) = live.split_at(declared.min(live.len()));
    if added.iter().all(is_admitted) { kept } else { live }
}

fn is_text(value: &Value, text: &str) -> bool {
    match value {
        Value::Str(value) => value == text,
        Value::Int(number) => number.to_string() == *text,
        _ => false,
    }
}
