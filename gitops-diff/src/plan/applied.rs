//! What a ledger keeps of an apply: by it what a target wrote in its own way is told from drift.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Change, FieldSet, Fingerprint, ManagedFields, Object, PathElement, Value, secret};

impl Change {
    /// The digest of what is applied and of what the target made of it, as its `answer` tells: of
    /// the declared object, and of the fields that are `manager`'s with their values.
    ///
    /// Where both are the same later, nobody has changed since what is ours: whatever is not as it
    /// was declared, the target has rounded, dropped or filled in. Status, defaults and fields of
    /// others are in no digest, so that a write of theirs does not matter.
    ///
    /// There is none of Secrets, whose values are in no digest, and none where the target does not
    /// say what is ours.
    pub fn applied(&self, answer: &Object, manager: &str) -> Option<Fingerprint> {
        digest(self.desired.as_ref()?, answer, manager)
    }
}

/// The digest of `desired` and of what `manager` owns of the object as it lives.
pub(crate) fn digest(desired: &Object, live: &Object, manager: &str) -> Option<Fingerprint> {
    if secret::is_meant(desired) {
        return None;
    }
    let owners = ManagedFields::read(live.body()).ok()?;
    let ours = &owners.applied_by(manager)?.fields;
    Some(Fingerprint::of(&(desired.body(), Held { owned: Some(ours), value: live.body() })))
}

/// The part of a value that is owned; all of it where no parts are owned apart.
struct Held<'a> {
    owned: Option<&'a FieldSet>,
    value: &'a Value,
}

impl<'a> Held<'a> {
    /// What is owned of an element; none where it is gone. A list in which an item cannot be
    /// found by its name counts whole.
    fn part(
        &self,
        element: &PathElement,
        owned: &'a FieldSet,
        items: Option<&Items<'a>>,
    ) -> Option<Self> {
        let owned = Some(owned).filter(|it| !it.is_empty());
        let whole = Self { owned: None, value: self.value };
        match (element, items) {
            (PathElement::Field(name), _) => Some(Self { owned, value: self.value.get(name)? }),
            (_, Some(items)) => {
                Some(items.find(element).map_or(whole, |value| Self { owned, value }))
            }
            (_, None) => Some(whole),
        }
    }
}

impl Serialize for Held<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(all) = self.owned else {
            return self.value.serialize(serializer);
        };
        let items = self.value.as_list().map(|items| Items::new(items, all));
        let mut parts = serializer.serialize_map(None)?;
        for (element, _, owned) in all.iter() {
            // What is gone differs from every value, `null` among them: it is no list.
            let part: Option<[Held<'_>; 1]> =
                self.part(element, owned, items.as_ref()).map(|it| [it]);
            parts.serialize_entry(&element.to_key(), &part)?;
        }
        parts.end()
    }
}

/// The items of a list by what they are called; none where two are called the same.
struct Items<'a>(BTreeMap<PathElement, Option<&'a Value>>);

impl<'a> Items<'a> {
    fn new(items: &'a [Value], owned: &FieldSet) -> Self {
        let names = owned.iter().find_map(|(element, ..)| match element {
            PathElement::Key(fields) => Some(fields),
            _ => None,
        });
        let mut index = BTreeMap::new();
        for item in items {
            let element = match names {
                Some(names) => PathElement::Key(
                    names
                        .iter()
                        .filter_map(|(name, _)| Some((name.clone(), item.get(name)?.clone())))
                        .collect(),
                ),
                None => PathElement::Value(item.clone()),
            };
            index.entry(element).and_modify(|it| *it = None).or_insert(Some(item));
        }
        Self(index)
    }

    fn find(&self, element: &PathElement) -> Option<&'a Value> {
        self.0.get(element).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Operation, Reason};

    fn object(body: serde_json::Value) -> Object {
        Object::new(body.into()).unwrap()
    }

    /// What lives after an apply: a container and a label are ours, all else is of others.
    fn answer() -> serde_json::Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "a", "uid": "1", "resourceVersion": "1", "labels": {"ours": "1"},
                "managedFields": [{
                    "manager": "gitops", "operation": "Apply", "apiVersion": "apps/v1",
                    "fieldsType": "FieldsV1", "fieldsV1": {
                        "f:metadata": {"f:labels": {".": {}, "f:ours": {}}},
                        "f:spec": {"f:replicas": {}, "f:containers": {
                            "k:{\"name\":\"app\"}": {".": {}, "f:name": {}, "f:args": {}},
                        }},
                    },
                }],
            },
            "spec": {"replicas": 1, "containers": [{"name": "app", "args": ["x"]}]},
            "status": {"replicas": 0},
        })
    }

    #[test]
    fn only_a_write_of_what_is_ours_changes_the_digest() {
        let mut change = Change::new(
            object(answer()).id().clone(),
            "apps/v1",
            Operation::Create,
            Reason::Missing,
        );
        assert_eq!(change.applied(&object(answer()), "gitops"), None, "nothing is applied");
        let desired = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a"}, "spec": {"replicas": 1}});
        change.desired = Some(object(desired.clone()));
        let before = change.applied(&object(answer()), "gitops");
        assert!(before.is_some());
        assert_eq!(change.applied(&object(answer()), "other"), None, "it owns nothing");
        let cases = [
            ("/status/replicas", json!(1), false),
            ("/metadata/resourceVersion", json!("2"), false),
            ("/metadata/labels", json!({"ours": "1", "theirs": "2"}), false),
            ("/spec/containers", json!([{"name": "new"}, {"name": "app", "args": ["x"]}]), false),
            ("/spec/containers/0", json!({"name": "app", "args": ["x"], "tty": true}), false),
            ("/metadata/labels", json!({"ours": "2"}), true),
            ("/metadata/labels", json!({}), true),
            ("/metadata/labels", json!(null), true),
            ("/spec/replicas", json!(2), true),
            ("/spec/replicas", json!(null), true),
            ("/spec/containers/0/args", json!(["y"]), true),
            ("/spec/containers/0/name", json!("other"), true),
            ("/spec/containers", json!("none"), true),
            ("/metadata/managedFields/0/fieldsV1/f:spec", json!({"f:replicas": {}}), true),
        ];
        for (pointer, value, changes) in cases {
            let mut body = answer();
            *body.pointer_mut(pointer).unwrap() = value.clone();
            let after = change.applied(&object(body), "gitops");
            assert_eq!(after != before, changes, "{pointer} is {value}");
        }
        let mut other = desired;
        other["spec"]["replicas"] = json!(2);
        change.desired = Some(object(other));
        assert_ne!(change.applied(&object(answer()), "gitops"), before, "another declaration");
    }

    #[test]
    fn items_of_one_name_count_all() {
        let list = |second: &str| {
            let mut body = answer();
            body["spec"]["containers"] =
                json!([{"name": "app", "args": ["x"]}, {"name": "app", "args": [second]}]);
            digest(&object(answer()), &object(body), "gitops")
        };
        assert_eq!(list("y"), list("y"));
        assert_ne!(list("y"), list("z"));
    }

    #[test]
    fn there_is_no_digest_of_a_secret() {
        let mut body = answer();
        body["kind"] = json!("Secret");
        body["apiVersion"] = json!("v1");
        assert_eq!(digest(&object(body.clone()), &object(body), "gitops"), None);
    }
}
