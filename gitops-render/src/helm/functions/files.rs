//! `.Files`: the files of a chart that are no templates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::glob::Glob;
use super::json::or_empty;
use crate::helm::HelmCompat;
use crate::helm::go::{Kind, Map, Named, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

static FILES: Named = Named {
    name: "engine.files",
    kind: Kind::Map,
    item: Type::BYTES,
    methods: &[
        Function::new("AsConfig", &[], |machine, args| {
            as_yaml(machine, &receiver(args), <[u8]>::to_vec)
        }),
        Function::new("AsSecrets", &[], |machine, args| {
            as_yaml(machine, &receiver(args), |bytes| STANDARD.encode(bytes).into_bytes())
        }),
        Function::new("Get", &[Type::Str], |_, args| {
            Ok(Value::Str(content(args).unwrap_or_default()))
        }),
        Function::new("GetBytes", &[Type::Str], |_, args| {
            Ok(Value::Bytes(content(args).unwrap_or_default()))
        }),
        Function::new("Glob", &[Type::Str], glob),
        Function::new("Lines", &[Type::Str], lines),
    ],
};

/// `.Files` of a chart with these files.
pub(crate) fn files(files: impl Iterator<Item = (Str, Str)>) -> Value {
    let entries = files.map(|(name, data)| (name, Value::Bytes(data)));
    Value::Map(Map::typed(Type::Named(&FILES), entries.collect()))
}

/// The map that the method is of.
fn receiver(args: &[Value]) -> Map {
    args[0].as_map().cloned().expect("because methods of maps get the map first")
}

/// The argument of the method.
fn asked(args: &[Value]) -> &[u8] {
    args.get(1).and_then(Value::as_str).map_or(&[], |text| text)
}

/// The content of the file that is asked for.
fn content(args: &[Value]) -> Option<Str> {
    match receiver(args).get(asked(args))? {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn glob(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let files = receiver(args);
    machine.charge(asked(args).len().saturating_add(files.len().saturating_mul(Map::ENTRY)))?;
    machine.work(asked(args).len() as u64)?;
    // What is no pattern stands for all.
    let glob = Glob::new(asked(args));
    let is_in = |name: &Str| glob.as_ref().is_none_or(|glob| glob.is_match(name));
    let entries = files.entries();
    let names: usize = entries.keys().map(|name| name.len()).sum();
    machine.work(names as u64)?;
    let found = entries.iter().filter(|(name, _)| is_in(name));
    let found = found.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    Ok(Value::Map(Map::typed(Type::Named(&FILES), found)))
}

fn lines(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let Some(bytes) = content(args) else { return Ok(Value::strings::<Str>([])) };
    if bytes.is_empty() && machine.compat == HelmCompat::V3_21 {
        return Ok(Value::strings::<Str>([]));
    }
    let (last, rest) =
        bytes.split_last().ok_or_else(|| Fault::new("runtime error: index out of range [-1]"))?;
    let text = if *last == b'\n' { rest } else { &bytes };
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    let each = size_of::<Value>() + Str::BYTES;
    machine.charge(lines.saturating_mul(each).saturating_add(text.len()))?;
    Ok(Value::strings(text.split(|it| *it == b'\n')))
}

/// As YAML, by the last parts of the names.
fn as_yaml(
    machine: &mut Machine<'_>,
    files: &Map,
    text: fn(&[u8]) -> Vec<u8>,
) -> Result<Value, Fault> {
    let entries = files.entries();
    let contents = entries.values().map(|value| match value {
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    });
    // Base 64 takes a third more, and the result is charged where it is made.
    let bytes = contents.sum::<usize>().saturating_mul(2);
    machine.charge(bytes.saturating_add(entries.len().saturating_mul(Map::ENTRY)))?;
    let entry = |(name, value): (&Str, &Value)| match value {
        Value::Bytes(bytes) => (Str::from(base(name)), Value::string(text(bytes))),
        _ => (name.clone(), Value::Nil),
    };
    let map = Map::typed(Type::STRING_MAP, entries.iter().map(entry).collect());
    or_empty(super::yaml::marshal(machine, &Value::Map(map)))
}

/// The last part of a path (`path.Base`).
fn base(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|it| *it != b'/').map_or(0, |last| last + 1);
    let start = path[..end].iter().rposition(|it| *it == b'/').map_or(0, |slash| slash + 1);
    match &path[start..end] {
        [] if path.is_empty() => b".",
        [] => b"/",
        base => base,
    }
}
