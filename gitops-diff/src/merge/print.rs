//! Objects as the server prints them: read into the structs of Go, and written again.

use super::context::Context;
use super::scalar;
use crate::schema::{MapRef, TypeRef};
use crate::{GroupKind, Map, Text, Value};

/// The merged object as the server prints it: a Go struct holds no field that is `null`, prints
/// none that is zero and optional, and prints zero where a field is neither. Of a custom
/// resource, only the metadata is a struct: it keeps `null` until its schema has judged it.
pub(super) fn decoded(context: &Context<'_>, mut object: Value) -> Value {
    if context.schema.is_builtin(&context.kind) {
        return structured(&context.kind, context.of, object);
    }
    let of = context.of.field("metadata").filter(|it| !it.is_free_form());
    let metadata = object.as_map_mut().and_then(|it| it.get_mut("metadata"));
    if let (Some(of), Some(metadata)) = (of, metadata) {
        *metadata = printed(of, std::mem::take(metadata));
    }
    object
}

/// An object of a built-in kind as its struct holds it.
pub(crate) fn structured(kind: &GroupKind, of: TypeRef<'_>, object: Value) -> Value {
    let printer = if keeps_empty(kind) { Printer::Struct } else { Printer::Stored };
    printer.value(of, object)
}

/// A value of a built-in type as it comes back from the store.
pub(crate) fn printed(of: TypeRef<'_>, tree: Value) -> Value {
    Printer::Stored.value(of, tree)
}

/// Kinds whose defaults, rules or strategies (`reflect.DeepEqual`) tell what is empty from what is
/// missing: only
/// the store takes them for the same.
pub(crate) fn keeps_empty(kind: &GroupKind) -> bool {
    const KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    kind.is("networking.k8s.io", "NetworkPolicy")
        || kind.is("autoscaling", "HorizontalPodAutoscaler")
        || kind.group == "admissionregistration.k8s.io" && KINDS.contains(&kind.kind.as_str())
}

/// Where a struct is when it is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Printer {
    /// It was not in the store yet.
    Struct,
    /// It comes from the store, which keeps nothing empty.
    Stored,
}

impl Printer {
    fn value(self, of: TypeRef<'_>, tree: Value) -> Value {
        match (tree, of.map(), of.list()) {
            (Value::Map(members), Some(map), _) => Value::Map(self.fields(map, members)),
            (Value::List(items), _, Some(list)) => {
                Value::List(items.into_iter().map(|it| self.item(list.element(), it)).collect())
            }
            (scalar, ..) => scalar::printed(of, scalar),
        }
    }

    fn fields(self, of: MapRef<'_>, members: Map) -> Map {
        let print = |(name, tree): (Text, Value)| {
            let member = of.member(&name);
            let below = member.of().unwrap_or_else(TypeRef::deduced);
            let tree = match tree {
                Value::Null if below.is_free_form() => Value::Null,
                Value::Null if member.is_named() => return None,
                Value::Null => below.zero(),
                tree if self == Self::Struct && is_empty(&tree) => self.value(below, tree),
                tree => member.printed(self.value(below, tree))?,
            };
            Some((name, tree))
        };
        let mut printed = Map::from_sorted(members.into_iter().filter_map(print).collect());
        of.complete(&mut printed);
        printed
    }

    fn item(self, of: TypeRef<'_>, item: Value) -> Value {
        match item {
            Value::Null if !of.is_free_form() => of.zero(),
            item => self.value(of, item),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}
