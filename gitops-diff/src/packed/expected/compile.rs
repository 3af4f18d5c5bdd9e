//! What a server makes of a declared object, field by field.

use std::sync::OnceLock;

use super::{Fields, Kind, Shape};
use crate::merge::{self, Apply, Force};
use crate::packed::key;
use crate::packed::tape::{ABSENT, Tape};
use crate::server::Write;
use crate::{
    Keys, ListRef, Map, MapRef, Object, PathElement, Schema, Text, TypeRef, Value, compare, secret,
};

/// What is to be found where `desired` was applied by `manager`; `None` where that is not certain.
pub(super) fn compile(schema: &Schema, manager: &str, desired: &Object) -> Option<Fields> {
    let kind = desired.id().group_kind();
    if kind.is("certificates.k8s.io", "CertificateSigningRequest") {
        // What is declared of it counts only while it is new.
        return None;
    }
    let folded = secret::folded(desired);
    let stored = stored(schema, manager, &folded)?;
    let mut counted = counted(folded.body().as_map()?);
    let reset = schema.reset_fields(kind, desired.version(), None);
    counted.retain(|name, _| !reset.has_member(&PathElement::field(name)));
    let mut compiler = Compiler::default();
    let of = schema.type_of(kind, desired.version()).map()?;
    compiler.shaped(Kind::Fields, |it| it.fields(of, &counted, stored.as_map()?))?;
    let mut owned = Tape::default();
    owned.value(stored.pointer("/metadata/managedFields/0/fieldsV1")?);
    Some(Fields {
        tape: compiler.tape.bytes().into(),
        shapes: compiler.shapes.into(),
        keys: compiler.keys.iter().map(|names| names.iter().map(encoded).collect()).collect(),
        owned: owned.bytes().into(),
        owned_text: OnceLock::new(),
    })
}

/// The object that a server stores where it lives already, with our manager as the only one: what
/// is done only to a new one would be taken back by the next apply.
fn stored(schema: &Schema, manager: &str, desired: &Object) -> Option<Value> {
    let apply = Apply {
        live: None,
        desired: desired.body(),
        manager,
        force: Force::Yes,
        subresource: None,
        now: "",
    };
    let mut object = merge::apply(schema, &apply).ok()?;
    let kind = desired.id().group_kind();
    let write = |live| {
        let version = desired.version();
        Write { schema, kind, version, subresource: None, live }
    };
    write(None).default(&mut object);
    let live = object.clone();
    write(Some(&live)).prepare(&mut object);
    Some(object)
}

/// What is declared of an object, but for its identity and what of its metadata is the server's.
fn counted(declared: &Map) -> Map {
    let mut counted = declared.clone();
    counted.retain(|name, _| !compare::is_identity_at(0, None, name));
    if let Some(metadata) = counted.get_mut("metadata").and_then(Value::as_map_mut) {
        metadata.retain(|name, _| !compare::is_identity_at(1, Some("metadata"), name));
    }
    counted
}

fn encoded(name: &Text) -> Box<[u8]> {
    let mut bytes = Vec::new();
    key::write(&mut bytes, name);
    bytes.into()
}

/// A compilation under way. Each step is `None` where it is not certain what a server makes of a
/// field.
#[derive(Default)]
struct Compiler {
    tape: Tape,
    shapes: Vec<Shape>,
    keys: Vec<Vec<Text>>,
}

impl Compiler {
    fn value(&mut self, of: TypeRef<'_>, declared: &Value, stored: Option<&Value>) -> Option<()> {
        let Some(stored) = stored else {
            // A server drops what says nothing.
            self.tape.push(ABSENT);
            return compare::is_zero(declared).then_some(());
        };
        match (declared, stored) {
            (Value::Map(declared), Value::Map(members)) => match of.map()? {
                map if map.is_atomic() => self.whole(stored),
                map => self.shaped(Kind::Fields, |it| it.fields(map, declared, members)),
            },
            (Value::List(declared), Value::List(items)) => match of.list()? {
                list if list.is_atomic() => self.whole(stored),
                list => {
                    (declared.len() == items.len()).then(|| self.list(list, declared, items))?
                }
            },
            (Value::Null | Value::Map(_) | Value::List(_), _)
            | (_, Value::Map(_) | Value::List(_)) => None,
            _ => {
                self.tape.value(stored);
                Some(())
            }
        }
    }

    fn fields(&mut self, of: MapRef<'_>, declared: &Map, stored: &Map) -> Option<()> {
        let open = self.tape.open();
        for (name, value) in declared.iter() {
            self.tape.key(name);
            self.value(of.field(name)?, value, stored.get(name))?;
        }
        self.tape.close_map(&open);
        Some(())
    }

    fn list(&mut self, of: ListRef<'_>, declared: &[Value], stored: &[Value]) -> Option<()> {
        let kind = match of.keys() {
            Keys::Map(names) => Kind::Keyed(self.number_of(names)),
            Keys::Set | Keys::Atomic => Kind::Set,
        };
        self.shaped(kind, |it| {
            let open = it.tape.open();
            for (declared, stored) in declared.iter().zip(stored) {
                match of.map_keys() {
                    [] => it.plain(stored)?,
                    names => it.item(of.element(), names, declared, stored)?,
                }
            }
            it.tape.close_list(&open);
            Some(())
        })
    }

    /// The item of a set.
    fn plain(&mut self, stored: &Value) -> Option<()> {
        self.tape.value(stored);
        (!matches!(stored, Value::Map(_) | Value::List(_))).then_some(())
    }

    /// The item of a list map, with all of its key fields: one that is not declared is the
    /// server's default.
    fn item(
        &mut self,
        of: TypeRef<'_>,
        names: &[Text],
        declared: &Value,
        stored: &Value,
    ) -> Option<()> {
        let mut keyed = declared.as_map()?.clone();
        for name in names {
            keyed.entry(name, || stored.get(name).cloned().unwrap_or_default());
        }
        // A server that fills in an empty key looks for the item by the empty one the next time.
        let is_named = names.iter().all(|name| {
            let stored = stored.get(name);
            stored.is_some() && declared.get(name).is_none_or(|it| Some(it) == stored)
        });
        is_named.then(|| self.value(of, &Value::Map(keyed), Some(stored)))?
    }

    fn number_of(&mut self, names: &[Text]) -> u32 {
        let known = self.keys.iter().position(|it| it == names);
        let at = known.unwrap_or_else(|| {
            self.keys.push(names.to_vec());
            self.keys.len() - 1
        });
        key::u32_of(at)
    }

    /// A value that is compared as one, as it is stored.
    fn whole(&mut self, stored: &Value) -> Option<()> {
        self.shaped(Kind::Whole, |it| {
            it.tape.value(stored);
            Some(())
        })
    }

    /// Writes a shape, and what is inside of it.
    fn shaped(&mut self, kind: Kind, write: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let at = self.shapes.len();
        self.shapes.push(Shape { kind, inside: 0 });
        write(self)?;
        self.shapes[at].inside = key::u32_of(self.shapes.len() - at - 1);
        Some(())
    }
}
