//! Items of sets and list maps that are there twice (`structural-schema/listtype`).

use std::collections::BTreeMap;

use crate::schema::{Keys, Structural};
use crate::server::validate::field::Field;
use crate::{Map, Text, Value};

/// Tells of duplicates below a field.
pub(super) fn check(of: &Structural, field: &Field<'_>) {
    match field.value {
        Value::Map(members) => {
            for (name, value) in members.iter() {
                if let Some(of) = of.others.of() {
                    check(of, &field.key(name).with(value));
                }
                if let Some(of) = of.properties.get(name) {
                    check(of, &field.field(name));
                }
            }
        }
        Value::List(items) => {
            match &of.list {
                Some(Keys::Set) => {
                    for at in repeated(items.iter().cloned()) {
                        field.item(at).duplicate();
                    }
                }
                Some(Keys::Map(keys)) => check_map(keys, field, items),
                Some(Keys::Atomic) | None => {}
            }
            if let Some(of) = of.items.as_deref() {
                field.items().for_each(|it| check(of, &it));
            }
        }
        _ => {}
    }
}

fn check_map(keys: &[Text], field: &Field<'_>, items: &[Value]) {
    let odd = items.iter().position(|it| !it.is_null() && it.as_map().is_none());
    if let Some(at) = odd {
        return field.item(at).invalid("must be an object for an array of list-type map");
    }
    let key = |item: &Value| {
        let part = |key: &Text| Some((key.clone(), item.get(key)?.clone()));
        Value::Map(keys.iter().filter_map(part).collect::<Map>())
    };
    let found: Vec<Value> = items.iter().map(key).collect();
    for at in repeated(found.iter().cloned()) {
        field.item(at).duplicate_value(found[at].clone());
    }
}

/// Where a value stands for the second time; a third is not told.
fn repeated(items: impl Iterator<Item = Value>) -> Vec<usize> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut again = |item: &Value| {
        let times = seen.entry(serde_json::to_string(item).unwrap_or_default()).or_default();
        *times += 1;
        *times == 2
    };
    items.enumerate().filter(|(_, it)| again(it)).map(|(at, _)| at).collect()
}
