//! `.Files`: the files of a chart that are no templates.

use bytes::Bytes;

use crate::helm::go::{Kind, Map, Named, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

static FILES: Named = Named {
    name: "engine.files",
    kind: Kind::Map,
    methods: &[
        Function::new("Get", &[Type::Str], get),
        Function::new("GetBytes", &[Type::Str], get_bytes),
    ],
};

/// `.Files` of a chart with these files.
pub(crate) fn files(files: Vec<(Str, Bytes)>) -> Value {
    let entries = files.into_iter().map(|(name, data)| (name, Value::Bytes(Str::from(&data[..]))));
    Value::Map(Map::typed(Type::Named(&FILES), entries.collect()))
}

/// The content of a file; empty where there is none.
fn content(args: &[Value]) -> Str {
    let (Some(Value::Map(files)), Some(Value::Str(name))) = (args.first(), args.get(1)) else {
        return Str::default();
    };
    match files.get(name) {
        Some(Value::Bytes(content)) => content,
        _ => Str::default(),
    }
}

fn get(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::Str(content(args)))
}

fn get_bytes(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::Bytes(content(args)))
}
