//! Types in a flat table, as structured-merge-diff's schema knows them.

use std::fmt;
use std::sync::OnceLock;

use crate::value::order;
use crate::{Text, Value};

/// Types that refer to each other by their place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) types: Vec<Atom>,
    pub(super) origin: Origin,
}

/// Whether the types come from the API server itself or from a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Origin {
    #[default]
    Builtin,
    Custom,
}

/// What a value of a type may be; several where it may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Atom {
    pub(super) scalar: Option<Scalar>,
    pub(super) format: Option<Format>,
    pub(super) list: Option<List>,
    pub(super) map: Option<Map>,
}

/// What scalar a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// An integer or a float.
    Numeric,
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// Any of them: quantities, int-or-string, times.
    Untyped,
}

/// What a scalar stands for, where its type says more than [`Scalar`] does. Values of one format
/// may be written differently and mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A quantity: `0.5` is `500m` (`resource.Quantity`).
    Quantity,
    /// A number or a string: a port, a count or a percentage (`intstr.IntOrString`).
    IntOrString,
    /// Bytes as base64.
    Bytes,
    /// A time: RFC 3339, to the second.
    Time,
    /// A time: RFC 3339, to the millionth of a second.
    MicroTime,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    pub(super) keys: Keys,
    pub(super) element: u32,
}

/// How the items of a list are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Not at all: the list is one value (`x-kubernetes-list-type: atomic`, the default).
    Atomic,
    /// By themselves (`set`).
    Set,
    /// By these fields of them (`map`).
    Map(Vec<Text>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Map {
    pub(super) atomic: bool,
    /// Sorted by name.
    pub(super) fields: Vec<Field>,
    /// The type of what `fields` does not name; `None` where nothing else may be.
    pub(super) element: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: Text,
    pub(super) of: u32,
    /// What the field is when it is missing; kept only for keys of list maps.
    pub(super) default: Option<Value>,
    /// Whether `null` is a value of the field, and not the lack of one.
    pub(super) nullable: bool,
    pub(super) unset: Unset,
}

/// What the server prints for a field that nobody set: Go leaves out only what is marked so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unset {
    /// Nothing; what somebody set stays, even where it is empty.
    #[default]
    Nothing,
    /// Nothing, and nothing for what is zero either: `""`, 0, `false`, an empty list or map
    /// (Go's `omitempty` and `omitzero`).
    Omitted,
    /// Nothing; a zero that somebody set stays (a pointer with `omitempty`).
    Kept,
    /// `null`.
    Null,
    /// The zero value of the type.
    Zero,
}

impl Table {
    pub(super) fn is_custom(&self) -> bool {
        self.origin == Origin::Custom
    }

    /// The types that stand for anything: the granular one and the atomic one.
    pub(super) fn untyped() -> (Atom, Atom) {
        let any = |element, atomic| Atom {
            scalar: Some(Scalar::Untyped),
            format: None,
            list: Some(List { keys: Keys::Atomic, element: UNTYPED }),
            map: Some(Map { atomic, fields: Vec::new(), element: Some(element) }),
        };
        (any(DEDUCED, false), any(UNTYPED, true))
    }

    /// A table with only the types for anything.
    pub(super) fn new(origin: Origin) -> Self {
        let (deduced, untyped) = Self::untyped();
        Self { types: vec![deduced, untyped], origin }
    }
}

/// The place of the type of free-form values in every table: maps granular, lists atomic.
pub(super) const DEDUCED: u32 = 0;
/// The place of the type of free-form values that are owned as a whole.
pub(super) const UNTYPED: u32 = 1;

/// The type of a value in a [`Schema`](crate::Schema).
#[derive(Clone, Copy)]
pub struct TypeRef<'s> {
    table: &'s Table,
    place: u32,
}

/// A list type.
#[derive(Clone, Copy)]
pub struct ListRef<'s> {
    table: &'s Table,
    list: &'s List,
}

/// A map or struct type.
#[derive(Clone, Copy)]
pub struct MapRef<'s> {
    table: &'s Table,
    map: &'s Map,
}

/// A member of a map or struct type.
#[derive(Clone, Copy)]
pub(crate) struct MemberRef<'s> {
    map: MapRef<'s>,
    /// `None` where the type does not name it.
    field: Option<&'s Field>,
}

impl<'s> TypeRef<'s> {
    pub(super) fn new(table: &'s Table, place: u32) -> Self {
        Self { table, place }
    }

    /// The type of free-form values: maps granular, lists atomic.
    pub fn deduced() -> Self {
        static FREE: OnceLock<Table> = OnceLock::new();
        TypeRef { table: FREE.get_or_init(|| Table::new(Origin::Custom)), place: DEDUCED }
    }

    fn atom(self) -> &'s Atom {
        &self.table.types[self.place as usize]
    }

    /// What scalar a value may be.
    pub fn scalar(self) -> Option<Scalar> {
        self.atom().scalar
    }

    /// What a scalar stands for.
    pub fn format(self) -> Option<Format> {
        self.atom().format
    }

    /// What list a value may be.
    pub fn list(self) -> Option<ListRef<'s>> {
        let list = self.atom().list.as_ref()?;
        Some(ListRef { table: self.table, list })
    }

    /// What map or struct a value may be.
    pub fn map(self) -> Option<MapRef<'s>> {
        let map = self.atom().map.as_ref()?;
        Some(MapRef { table: self.table, map })
    }

    /// The type of the field `name`.
    pub fn field(self, name: &str) -> Option<TypeRef<'s>> {
        self.map()?.field(name)
    }

    /// What the server prints where nobody set anything.
    pub(crate) fn zero(self) -> Value {
        match (self.scalar(), self.format()) {
            (_, Some(Format::Quantity)) => "0".into(),
            (Some(Scalar::Numeric), _) | (_, Some(Format::IntOrString)) => Value::Int(0),
            (Some(Scalar::String), _) => "".into(),
            (Some(Scalar::Boolean), _) => false.into(),
            (Some(Scalar::Untyped), _) => Value::Null,
            (None, _) => self.map().map_or(Value::Null, |it| it.zero().into()),
        }
    }

    /// Whether a value is what Go takes for zero in a list or map, but not in a struct.
    fn is_empty(self, value: &Value) -> bool {
        match value {
            Value::List(items) => items.is_empty(),
            Value::Map(members) => {
                members.is_empty() && self.map().is_some_and(|it| it.map.fields.is_empty())
            }
            _ => false,
        }
    }

    /// Whether this type stands for anything.
    pub(crate) fn is_free_form(self) -> bool {
        self.place <= UNTYPED
    }

    /// Whether this type stands for anything, with granular maps.
    pub fn is_deduced(self) -> bool {
        self.place == DEDUCED
    }
}

impl<'s> ListRef<'s> {
    /// The type of the items.
    pub fn element(self) -> TypeRef<'s> {
        TypeRef::new(self.table, self.list.element)
    }

    /// How items are told apart.
    pub fn keys(self) -> &'s Keys {
        &self.list.keys
    }

    /// The key fields of a list map; empty for other lists.
    pub fn map_keys(self) -> &'s [Text] {
        match &self.list.keys {
            Keys::Map(keys) => keys,
            Keys::Atomic | Keys::Set => &[],
        }
    }

    /// Whether the list is one value.
    pub fn is_atomic(self) -> bool {
        self.list.keys == Keys::Atomic
    }
}

impl<'s> MapRef<'s> {
    /// The type of the field `name`: its own, or that of fields that are not named.
    pub fn field(self, name: &str) -> Option<TypeRef<'s>> {
        let place = self.find(name).map(|it| it.of).or(self.map.element)?;
        Some(TypeRef::new(self.table, place))
    }

    /// Whether `name` is a field that the type names.
    pub fn names(self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// What a key field is when it is missing.
    pub fn default_of(self, name: &str) -> Option<&'s Value> {
        self.find(name)?.default.as_ref()
    }

    /// Whether `null` is a value of the field `name`, and not the lack of one.
    pub fn is_nullable(self, name: &str) -> bool {
        self.find(name).is_some_and(|it| it.nullable)
    }

    /// Puts in what the server prints for fields that nobody set.
    pub(crate) fn complete(self, fields: &mut crate::Map) {
        for field in &self.map.fields {
            if let Some(unset) = self.unset(field).filter(|_| !fields.contains_key(&field.name)) {
                fields.insert(&field.name, unset);
            }
        }
    }

    fn unset(self, field: &Field) -> Option<Value> {
        match field.unset {
            Unset::Nothing | Unset::Omitted | Unset::Kept => None,
            Unset::Null => Some(Value::Null),
            Unset::Zero => Some(TypeRef::new(self.table, field.of).zero()),
        }
    }

    /// What the server prints for this value of the field `name`: nothing for a zero that it
    /// leaves out, and for an empty list or map what it prints where nobody set it (its store
    /// does not tell them apart).
    pub(crate) fn printed(self, name: &str, value: Value) -> Option<Value> {
        self.member(name).printed(value)
    }

    /// The member `name`, looked up once.
    pub(crate) fn member(self, name: &str) -> MemberRef<'s> {
        MemberRef { map: self, field: self.find(name) }
    }

    /// What the server prints for an object in which nobody set anything.
    pub(crate) fn zero(self) -> crate::Map {
        let mut fields = crate::Map::new();
        self.complete(&mut fields);
        fields
    }

    /// The names of the fields, sorted.
    pub fn field_names(self) -> impl Iterator<Item = &'s Text> {
        self.map.fields.iter().map(|it| &it.name)
    }

    /// The type of the fields that are not named; `None` where there may be none.
    pub fn element(self) -> Option<TypeRef<'s>> {
        let place = self.map.element?;
        Some(TypeRef::new(self.table, place))
    }

    /// Whether the map is one value.
    pub fn is_atomic(self) -> bool {
        self.map.atomic
    }

    fn find(self, name: &str) -> Option<&'s Field> {
        let fields = &self.map.fields;
        let at = fields.binary_search_by(|it| order(&it.name, name));
        at.ok().map(|at| &fields[at])
    }
}

impl<'s> MemberRef<'s> {
    /// Its type: its own, or that of members that are not named.
    pub(crate) fn of(self) -> Option<TypeRef<'s>> {
        let place = self.field.map(|it| it.of).or(self.map.map.element)?;
        Some(TypeRef::new(self.map.table, place))
    }

    /// Whether the type names it.
    pub(crate) fn is_named(self) -> bool {
        self.field.is_some()
    }

    /// See [`MapRef::printed`].
    pub(crate) fn printed(self, value: Value) -> Option<Value> {
        let is_empty = |field: &Field| TypeRef::new(self.map.table, field.of).is_empty(&value);
        match self.field {
            Some(field) if field.unset == Unset::Omitted => (!is_zero(&value)).then_some(value),
            Some(field) if field.unset == Unset::Null && is_empty(field) => Some(Value::Null),
            _ => Some(value),
        }
    }
}

/// What Go leaves out of a struct where it is told to.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Float(number) => *number == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        Value::Bool(true) | Value::Int(_) => false,
    }
}

impl PartialEq for TypeRef<'_> {
    /// Whether both are the same type of the same table.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.table, other.table) && self.place == other.place
    }
}

impl fmt::Debug for TypeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypeRef").field(self.atom()).finish()
    }
}
