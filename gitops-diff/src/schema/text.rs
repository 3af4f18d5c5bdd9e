//! The compact text of a table: one line a type, one line a kind.
//!
//! ```text
//! s                              a string; n number, b boolean, u any scalar; y bytes, i and l
//!                                integers of 32 and 64 bits, q quantity, o int or string, t time,
//!                                m time to the millionth
//! [a4                            an atomic list of type 4
//! [s4                            a set of type 4
//! [m9:containerPort,protocol     a list map of type 9 with these keys
//! {g name:4 protocol:4="TCP"     a struct with fields and a default
//! {g spec:9! rules:8? host:3*    fields that print as zero or `null` where nobody set them, and
//!                                one that is kept where it is zero
//! {a *:4                         an atomic map to type 4
//! ---
//! apps Deployment N deployments v1:512:scale,status
//! ```
//! A type that may be several things has them on one line. The first two types are those of
//! free-form values.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::table::{Atom, Field, Format, Keys, List, Map, Origin, Scalar, Table, Unset};
use super::{Kind, Kinds, Scope, Version};
use crate::{DiffError, GroupKind, Text};

const END_OF_TYPES: &str = "---";

/// The letters for scalars.
const SCALARS: [(&str, Scalar, Option<Format>); 11] = [
    ("n", Scalar::Numeric, None),
    ("i", Scalar::Numeric, Some(Format::Int32)),
    ("l", Scalar::Numeric, Some(Format::Int64)),
    ("s", Scalar::String, None),
    ("y", Scalar::String, Some(Format::Bytes)),
    ("b", Scalar::Boolean, None),
    ("u", Scalar::Untyped, None),
    ("q", Scalar::Untyped, Some(Format::Quantity)),
    ("o", Scalar::Untyped, Some(Format::IntOrString)),
    ("t", Scalar::Untyped, Some(Format::Time)),
    ("m", Scalar::Untyped, Some(Format::MicroTime)),
];

/// Writes the kinds of one table; those with a table of their own are left out.
pub(super) fn write(kinds: &Kinds) -> String {
    let mut text = String::new();
    let tables = kinds.0.values().flat_map(|it| it.versions.values());
    if let Some(table) = tables.map(|it| &it.table).find(|it| !it.is_custom()) {
        for atom in &table.types {
            write_atom(&mut text, atom);
            text.push('\n');
        }
    }
    text.push_str(END_OF_TYPES);
    text.push('\n');
    for (name, kind) in kinds.0.iter().filter(|(_, kind)| kind.is_builtin()) {
        write_kind(&mut text, name, kind);
    }
    text
}

/// The text of one type; equal types have equal texts.
pub(super) fn key(atom: &Atom) -> String {
    let nullable = atom.map.iter().flat_map(|it| &it.fields).filter(|it| it.nullable);
    let nullable: Vec<&str> = nullable.map(|it| it.name.as_str()).collect();
    let mut text = nullable.join(" ");
    write_atom(&mut text, atom);
    text
}

fn write_atom(text: &mut String, atom: &Atom) {
    let mut parts = Vec::new();
    parts.extend(atom.scalar.map(|it| {
        let letter =
            SCALARS.iter().find(|(_, scalar, format)| (*scalar, *format) == (it, atom.format));
        String::from(letter.map_or("u", |(letter, ..)| letter))
    }));
    parts.extend(atom.list.as_ref().map(|list| match &list.keys {
        Keys::Atomic => format!("[a{}", list.element),
        Keys::Set => format!("[s{}", list.element),
        Keys::Map(keys) => format!("[m{}:{}", list.element, keys.join(",")),
    }));
    if let Some(map) = &atom.map {
        parts.push(String::from(if map.atomic { "{a" } else { "{g" }));
        parts.extend(map.fields.iter().map(write_field));
        parts.extend(map.element.map(|it| format!("*:{it}")));
    }
    text.push_str(&parts.join(" "));
}

fn write_field(field: &Field) -> String {
    let Field { name, of, default, .. } = field;
    let unset = match field.unset {
        Unset::Nothing | Unset::Omitted => "",
        Unset::Kept => "*",
        Unset::Null => "?",
        Unset::Zero => "!",
    };
    let default = default.as_ref().and_then(|it| serde_json::to_string(it).ok());
    let default = default.map_or_else(String::new, |it| format!("={it}"));
    format!("{name}:{of}{unset}{default}")
}

fn write_kind(text: &mut String, name: &GroupKind, kind: &Kind) {
    let group = if name.group.is_empty() { "-" } else { &name.group };
    let scope = if kind.scope == Scope::Namespaced { "N" } else { "C" };
    let _infallible = write!(text, "{group} {} {scope} {}", name.kind, kind.plural);
    for (version, it) in &kind.versions {
        let _infallible = write!(text, " {version}:{}:{}", it.root, it.subresources.join(","));
    }
    text.push('\n');
}

/// Reads what [`write`] wrote.
pub(super) fn read(text: &str) -> Result<Kinds, DiffError> {
    let mut lines = text.lines().enumerate();
    let mut table = Table { types: Vec::new(), origin: Origin::Builtin };
    for (at, line) in lines.by_ref().take_while(|(_, line)| *line != END_OF_TYPES) {
        let atom = read_atom(line).ok_or_else(|| wrong(at, line))?;
        table.types.push(atom);
    }
    check(&table)?;
    let table = Arc::new(table);
    let kinds = lines.map(|(at, line)| read_kind(line, &table).ok_or_else(|| wrong(at, line)));
    kinds.collect::<Result<BTreeMap<_, _>, _>>().map(Kinds)
}

fn wrong(at: usize, line: &str) -> DiffError {
    DiffError::invalid(format!("line {} of the schema table: `{line}`", at + 1))
}

/// Every reference leads to a type.
fn check(table: &Table) -> Result<(), DiffError> {
    for (at, atom) in table.types.iter().enumerate() {
        let list = atom.list.iter().map(|it| it.element);
        let map = atom
            .map
            .iter()
            .flat_map(|it| it.element.into_iter().chain(it.fields.iter().map(|it| it.of)));
        if list.chain(map).any(|it| it as usize >= table.types.len()) {
            return Err(wrong(at, "a type that is not there"));
        }
    }
    Ok(())
}

fn read_atom(line: &str) -> Option<Atom> {
    let mut atom = Atom::default();
    for part in line.split(' ') {
        match (part.split_at_checked(2), &mut atom) {
            (None, atom) => {
                let (_, scalar, format) = SCALARS.iter().find(|(letter, ..)| *letter == part)?;
                (atom.scalar, atom.format) = (Some(*scalar), *format);
            }
            (Some(("[a", of)), atom) => atom.list = Some(read_list(Keys::Atomic, of)?),
            (Some(("[s", of)), atom) => atom.list = Some(read_list(Keys::Set, of)?),
            (Some(("[m", rest)), atom) => {
                let (of, keys) = rest.split_once(':')?;
                let keys = keys.split(',').map(Text::from).collect();
                atom.list = Some(read_list(Keys::Map(keys), of)?);
            }
            (Some(("{a" | "{g", "")), atom) => {
                let atomic = part == "{a";
                atom.map = Some(Map { atomic, fields: Vec::new(), element: None });
            }
            (Some(("*:", of)), Atom { map: Some(map), .. }) => map.element = Some(of.parse().ok()?),
            (_, Atom { map: Some(map), .. }) => map.fields.push(read_field(part)?),
            _ => return None,
        }
    }
    Some(atom)
}

fn read_list(keys: Keys, of: &str) -> Option<List> {
    let element = of.parse().ok()?;
    Some(List { keys, element })
}

fn read_field(part: &str) -> Option<Field> {
    let (name, rest) = part.split_once(':')?;
    let (of, default) = match rest.split_once('=') {
        Some((of, default)) => (of, Some(serde_json::from_str(default).ok()?)),
        None => (rest, None),
    };
    let (of, unset) = match of.split_at_checked(of.len().saturating_sub(1)) {
        Some((of, "*")) => (of, Unset::Kept),
        Some((of, "?")) => (of, Unset::Null),
        Some((of, "!")) => (of, Unset::Zero),
        _ => (of, Unset::Omitted),
    };
    let of = of.parse().ok()?;
    Some(Field { name: name.into(), of, default, nullable: false, unset })
}

fn read_kind(line: &str, table: &Arc<Table>) -> Option<(GroupKind, Arc<Kind>)> {
    let mut parts = line.split(' ');
    let (group, kind) = (parts.next()?, parts.next()?);
    let name = GroupKind::new(if group == "-" { "" } else { group }, kind);
    let scope = match parts.next()? {
        "N" => Scope::Namespaced,
        "C" => Scope::Cluster,
        _ => return None,
    };
    let plural = parts.next()?.into();
    let versions = parts.map(|it| read_version(it, table)).collect::<Option<_>>()?;
    Some((name, Arc::new(Kind { scope, plural, versions })))
}

fn read_version(part: &str, table: &Arc<Table>) -> Option<(Text, Version)> {
    let mut parts = part.splitn(3, ':');
    let (version, root, subresources) = (parts.next()?, parts.next()?, parts.next()?);
    let root = root.parse().ok().filter(|it| (*it as usize) < table.types.len())?;
    let subresources = subresources.split(',').filter(|it| !it.is_empty()).map(Text::from);
    let subresources = subresources.collect();
    let table = Arc::clone(table);
    Some((version.into(), Version { table, root, subresources, definition: None }))
}
