//! `resource.k8s.io`: devices, their classes, and claims to them
//! (`pkg/apis/resource/validation`).

mod capacity;
mod claim;
mod device;
mod names;
mod slice;
mod status;

use super::{Edit, Field};
use crate::Value;
use crate::server::validate::metadata::check_annotations;
use crate::server::validate::selectors::check_labels;

pub(super) fn check(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    match (edit.kind, edit.subresource) {
        ("ResourceClaim", "status") => status::check(edit),
        ("ResourceClaim", _) if edit.is_update() => spec.immutable(edit.live_at("/spec")),
        ("ResourceClaim", _) => claim::check(&spec.field("devices")),
        ("ResourceClaimTemplate", _) => {
            template_metadata(&spec.field("metadata"));
            let inner = spec.field("spec");
            claim::check(&inner.field("devices"));
            if edit.is_update() {
                spec.immutable(edit.live_at("/spec"));
            }
        }
        ("DeviceClass", _) => class(edit, &spec),
        ("ResourceSlice", _) => slice::check(edit, &spec),
        _ => {}
    }
}

fn class(edit: &Edit<'_>, spec: &Field<'_>) {
    let (selectors, config) = (spec.field("selectors"), spec.field("config"));
    claim::check_selectors(&selectors);
    if at_most(&config, claim::MAX_CONFIG) {
        let stored = edit.is_update() && config.is_same(edit.live_at("/spec/config"));
        config.items().for_each(|it| claim::check_configuration(&it, Expressions::of(stored)));
    }
    let name = spec.field("extendedResourceName");
    if name.is_set() && !names::is_extended_resource(name.str()) {
        name.invalid("must be a valid extended resource name");
    }
}

/// Whether parameters are new, or the object lived with them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expressions {
    New,
    Stored,
}

impl Expressions {
    fn of(stored: bool) -> Self {
        if stored { Self::Stored } else { Self::New }
    }
}

/// Refuses a list or map that is too long; nothing more is said of such a one.
fn at_most(list: &Field<'_>, limit: usize) -> bool {
    let length = match list.value {
        Value::List(items) => items.len(),
        Value::Map(members) => members.len(),
        _ => 0,
    };
    if length > limit {
        list.too_many(limit);
    }
    length <= limit
}

/// Refuses items that are there twice, by their key.
fn distinct<K: PartialEq>(list: &Field<'_>, key: impl Fn(&Field<'_>) -> (K, Value)) {
    let mut seen = Vec::new();
    for item in list.items() {
        let (key, printed) = key(&item);
        if seen.contains(&key) {
            item.duplicate_value(printed);
        } else {
            seen.push(key);
        }
    }
}

/// The key of an item that is the string of its member `name`.
fn by(name: &str) -> impl Fn(&Field<'_>) -> (String, Value) + use<'_> {
    move |item| (item.text(name).to_owned(), item.text(name).into())
}

/// The key of an item that is a string itself.
fn by_itself(item: &Field<'_>) -> (String, Value) {
    (item.str().to_owned(), item.value.clone())
}

/// `ValidateTemplateObjectMeta`: labels and annotations, and nothing else.
fn template_metadata(metadata: &Field<'_>) {
    check_annotations(&metadata.field("annotations"));
    check_labels(&metadata.field("labels"));
    for (name, value) in metadata.map().into_iter().flat_map(crate::Map::iter) {
        let known = matches!(&**name, "annotations" | "labels");
        if !known && !metadata.with(value).is_same(None) {
            metadata.field(name).forbidden("cannot be set");
        }
    }
}
