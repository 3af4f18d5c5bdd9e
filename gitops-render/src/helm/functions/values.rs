//! The methods of `.Values` (`common.Values`, in Helm 3 `chartutil.Values`).

use crate::helm::HelmCompat;
use crate::helm::go::{Kind, Map, Named, Type, Value};
use crate::helm::gofmt::quote;
use crate::helm::gotemplate::{Fault, Function, Machine};

static VALUES: Named =
    Named { name: "common.Values", kind: Kind::Map, item: Type::Any, methods: METHODS };
static VALUES_OF_3: Named =
    Named { name: "chartutil.Values", kind: Kind::Map, item: Type::Any, methods: METHODS };

/// The type of `.Values`.
pub(crate) fn values_of(compat: HelmCompat) -> Type {
    Type::Named(match compat {
        HelmCompat::V3_21 => &VALUES_OF_3,
        HelmCompat::V4_2_3 | HelmCompat::V4_2_4 => &VALUES,
    })
}

/// Nothing that templates hold is one.
static WRITER_NAME: Named =
    Named { name: "io.Writer", kind: Kind::Interface, item: Type::Any, methods: &[] };
const WRITER: Type = Type::Named(&WRITER_NAME);

const METHODS: &[Function] = &[
    Function::new("AsMap", &[], as_map),
    Function::new("Encode", &[WRITER], |_, _| {
        Err(Fault::new("runtime error: invalid memory address or nil pointer dereference"))
    }),
    Function::new("PathValue", &[Type::Str], path_value),
    Function::new("Table", &[Type::Str], |_, args| {
        let (values, path) = receiver(args);
        let table = table(&values, path.split(|it| *it == b'.'))?;
        Ok(Value::Map(table.seen_as(values.ty)))
    }),
    Function::new("YAML", &[], |machine, args| {
        let (values, _) = receiver(args);
        let mut text = super::yaml::marshal(machine, &Value::Map(values))?;
        text.push(b'\n');
        Ok(Value::string(text))
    }),
];

/// The map that the method is of, and the first argument.
fn receiver(args: &[Value]) -> (Map, &[u8]) {
    let map = args.first().and_then(Value::as_map).cloned();
    let map = map.expect("because methods of maps get the map first");
    (map, args.get(1).and_then(Value::as_str).map_or(&[], |it| it))
}

fn as_map(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (values, _) = receiver(args);
    if values.len() == 0 {
        return Ok(Value::Map(std::iter::empty().collect()));
    }
    Ok(Value::Map(values.seen_as(Type::DICT)))
}

fn path_value(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (values, path) = receiver(args);
    if path.is_empty() {
        return Err(Fault::new("YAML path cannot be empty"));
    }
    let mut parts: Vec<&[u8]> = path.split(|it| *it == b'.').collect();
    let key = parts.pop().unwrap_or_default();
    let no_value = || Fault::new([&quote(key)[..], b" is not a value"].concat());
    let table = table(&values, parts.into_iter()).map_err(|_| no_value())?;
    let is_table = |it: &Value| matches!(it, Value::Map(map) if map.ty == Type::DICT);
    table.get(key).filter(|it| !is_table(it)).ok_or_else(no_value)
}

/// The map below `values` at the end of the path.
fn table<'p>(values: &Map, path: impl Iterator<Item = &'p [u8]>) -> Result<Map, Fault> {
    path.into_iter().try_fold(values.clone(), |table, name| {
        let found = table.get(name);
        let is_table = |map: &Map| map.ty == Type::DICT || map.ty == values.ty;
        match found {
            Some(Value::Map(map)) if is_table(&map) => Ok(map),
            _ => Err(Fault::new([&quote(name)[..], b" is not a table"].concat())),
        }
    })
}
