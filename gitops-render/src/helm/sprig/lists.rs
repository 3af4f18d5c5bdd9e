//! Lists (sprig's `list.go`): each function makes a new one.

use std::borrow::Cow;
use std::collections::HashSet;

use super::args::{int, items, nil_list};
use super::cast::to_int64;
use super::equal::deep_equal;
use super::flow::is_empty;
use super::text::{shown, strings};
use crate::helm::go::{IntKind, Kind, List, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const A: Type = Type::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], A, list),
    Function::variadic("tuple", &[], A, list),
    Function::new("append", &[A, A], push),
    Function::new("push", &[A, A], push),
    Function::new("mustAppend", &[A, A], push),
    Function::new("mustPush", &[A, A], push),
    Function::new("prepend", &[A, A], prepend),
    Function::new("mustPrepend", &[A, A], prepend),
    Function::new("first", &[A], |_, args| first(args)),
    Function::new("mustFirst", &[A], |_, args| first(args)),
    Function::new("last", &[A], |_, args| last(args)),
    Function::new("mustLast", &[A], |_, args| last(args)),
    Function::new("rest", &[A], rest),
    Function::new("mustRest", &[A], rest),
    Function::new("initial", &[A], initial),
    Function::new("mustInitial", &[A], initial),
    Function::new("reverse", &[A], reverse),
    Function::new("mustReverse", &[A], reverse),
    Function::new("compact", &[A], compact),
    Function::new("mustCompact", &[A], compact),
    Function::new("uniq", &[A], uniq),
    Function::new("mustUniq", &[A], uniq),
    Function::variadic("without", &[A], A, without),
    Function::variadic("mustWithout", &[A], A, without),
    Function::new("has", &[A, A], has),
    Function::new("mustHas", &[A, A], has),
    Function::variadic("slice", &[A], A, slice),
    Function::variadic("mustSlice", &[A], A, slice),
    Function::variadic("concat", &[], A, concat),
    Function::new("chunk", &[Type::INT, A], chunk),
    Function::new("mustChunk", &[Type::INT, A], chunk),
    Function::new("sortAlpha", &[A], sort_alpha),
];

fn list(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.charge(size_of_val(args) + List::BYTES)?;
    Ok(Value::list(args.to_vec()))
}

/// The items of `value`; the error says `problem` and the kind that it is instead.
fn sequence<'a>(value: &'a Value, problem: &str) -> Result<Cow<'a, [Value]>, Fault> {
    items(value).ok_or_else(|| wrong_kind(value, problem, ""))
}

fn wrong_kind(value: &Value, problem: &str, end: &str) -> Fault {
    match value.kind() {
        Kind::Invalid => nil_pointer(),
        kind => Fault::new(format!("{problem} {kind}{end}")),
    }
}

/// What Go says where the type of `nil` is asked for.
pub(super) fn nil_pointer() -> Fault {
    Fault::new("runtime error: invalid memory address or nil pointer dereference")
}

/// A new list of `parts`, charged for before it is made.
fn joined(machine: &mut Machine<'_>, parts: &[&[Value]]) -> Result<Value, Fault> {
    let count: usize = parts.iter().map(|part| part.len()).sum();
    machine.charge(count.saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(parts.concat()))
}

fn push(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    joined(machine, &[&sequence(&args[0], "Cannot push on type")?, &args[1..]])
}

fn prepend(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    joined(machine, &[&args[1..], &sequence(&args[0], "Cannot prepend on type")?])
}

fn first(args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot find first on type")?;
    Ok(list.first().cloned().unwrap_or_default())
}

fn last(args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot find last on type")?;
    Ok(list.last().cloned().unwrap_or_default())
}

fn rest(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match &*sequence(&args[0], "Cannot find rest on type")? {
        [] => Ok(nil_list()),
        [_, rest @ ..] => joined(machine, &[rest]),
    }
}

fn initial(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match &*sequence(&args[0], "Cannot find initial on type")? {
        [] => Ok(nil_list()),
        [initial @ .., _] => joined(machine, &[initial]),
    }
}

fn reverse(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot find reverse on type")?;
    machine.charge(list.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(list.iter().rev().cloned().collect()))
}

fn compact(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot compact on type")?;
    machine.charge(list.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(list.iter().filter(|item| !is_empty(item)).cloned().collect()))
}

fn uniq(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot find uniq on type")?;
    machine.charge(list.len().saturating_mul(size_of::<Value>()))?;
    let mut seen = Seen::default();
    let mut kept = Vec::new();
    for item in list.iter() {
        if seen.is_new(machine, item)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

/// Values that came before: those without parts by what they are, others one by one.
#[derive(Default)]
struct Seen {
    flat: HashSet<Flat>,
    others: Vec<Value>,
}

/// A value without parts, equal where `reflect.DeepEqual` says so.
#[derive(PartialEq, Eq, Hash)]
enum Flat {
    Nil,
    Bool(bool),
    Int(i64, IntKind),
    Float(u64),
    Str(Str),
}

impl Seen {
    /// Whether `value` is none of those before; it is one from now on.
    fn is_new(&mut self, machine: &mut Machine<'_>, value: &Value) -> Result<bool, Fault> {
        if let Some(flat) = flat(value) {
            return Ok(self.flat.insert(flat));
        }
        machine.charge(self.others.len())?;
        for other in &self.others {
            if deep_equal(machine, value, other)? {
                return Ok(false);
            }
        }
        self.others.push(value.clone());
        Ok(true)
    }
}

fn flat(value: &Value) -> Option<Flat> {
    Some(match value {
        Value::Nil => Flat::Nil,
        Value::Bool(value) => Flat::Bool(*value),
        Value::Int(value, kind) => Flat::Int(*value, *kind),
        Value::Float(value) if !value.is_nan() => Flat::Float((*value + 0.0).to_bits()),
        Value::Str(text) => Flat::Str(text.clone()),
        _ => return None,
    })
}

fn contains(machine: &mut Machine<'_>, list: &[Value], value: &Value) -> Result<bool, Fault> {
    for item in list {
        if deep_equal(machine, value, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "Cannot find without on type")?;
    machine.charge(list.len().saturating_mul(size_of::<Value>()))?;
    let mut kept = Vec::new();
    for item in list.iter() {
        if !contains(machine, &args[1..], item)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn has(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    if matches!(args[1], Value::Nil) {
        return Ok(Value::Bool(false));
    }
    let list = sequence(&args[1], "Cannot find has on type")?;
    contains(machine, &list, &args[0]).map(Value::Bool)
}

/// A part of a list, of the same type. Go's slices reach beyond their length up to what they
/// have room for; a list here has room for what it holds.
fn slice(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[0], "list should be type of slice or array but")?;
    if list.is_empty() {
        return Ok(Value::Nil);
    }
    let end = args.get(2).map_or(i64::try_from(list.len()).unwrap_or(i64::MAX), to_int64);
    let start = args.get(1).map_or(0, to_int64);
    let range = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => list.get(start..end),
        _ => None,
    };
    let range =
        range.ok_or_else(|| Fault::new("reflect.Value.Slice: slice index out of bounds"))?;
    machine.charge(size_of_val(range))?;
    Ok(match &args[0] {
        Value::Bytes(bytes) => {
            let start = usize::try_from(start).unwrap_or_default();
            Value::Bytes(Str::from(&bytes[start..start + range.len()]))
        }
        Value::List(list) => Value::List(List::typed(list.item, range.to_vec())),
        _ => Value::list(range.to_vec()),
    })
}

/// Of no items at all it is a nil slice.
fn concat(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let lists: Vec<Cow<'_, [Value]>> = args
        .iter()
        .map(|list| items(list).ok_or_else(|| wrong_kind(list, "Cannot concat type", " as list")))
        .collect::<Result<_, _>>()?;
    let parts: Vec<&[Value]> = lists.iter().map(|list| &**list).collect();
    if parts.iter().all(|part| part.is_empty()) { Ok(nil_list()) } else { joined(machine, &parts) }
}

fn chunk(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let list = sequence(&args[1], "Cannot chunk type")?;
    machine.charge(list.len().saturating_mul(size_of::<Value>() * 2))?;
    let chunks: Vec<Value> = match usize::try_from(int(args, 0)) {
        Ok(size @ 1..) => list.chunks(size).map(|part| Value::list(part.to_vec())).collect(),
        // What Go's arithmetic makes of negative sizes.
        Err(_) if list.len() == 1 && int(args, 0) < -1 => vec![Value::list(list.to_vec())],
        Err(_) if (2..=size_below_zero(int(args, 0))).contains(&list.len()) => Vec::new(),
        _ => return Err(Fault::new("runtime error: makeslice: len out of range")),
    };
    Ok(Value::List(List::typed(&Type::LIST, chunks)))
}

fn size_below_zero(size: i64) -> usize {
    usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX).saturating_add(1)
}

/// The texts of the items in the order of their bytes.
fn sort_alpha(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut texts = match items(&args[0]) {
        Some(_) => strings(machine, &args[0])?,
        None => vec![shown(machine, &args[0])?],
    };
    texts.sort();
    Ok(Value::strings(texts))
}
