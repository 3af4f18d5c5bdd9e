//! Values to YAML and back, as `sigs.k8s.io/yaml` does it, and prettier as go-yaml v3 does.

mod decode;
mod encode;

use self::decode::decode;
pub(super) use self::encode::marshal;
use self::encode::pretty;
use super::json::{fitting_list, fitting_map, or_empty};
use crate::helm::go::{Entries, Map, Type, Value};
use crate::helm::gotemplate::Function;
use crate::helm::sprig::args::text;

const A: Type = Type::Any;
const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toYaml", &[A], |machine, args| or_empty(marshal(machine, &args[0]))),
    Function::new("mustToYaml", &[A], |machine, args| {
        marshal(machine, &args[0]).map(Value::string)
    }),
    Function::new("toYamlPretty", &[A], |machine, args| {
        pretty(machine, &args[0]).map(Value::string)
    }),
    Function::new("fromYaml", &[S], |machine, args| {
        // `null` leaves the map as it was, unlike in JSON.
        Ok(match decode(machine, text(args, 0))? {
            Ok(Value::Nil) => Value::Map(Map::of(Entries::new())),
            decoded => fitting_map(decoded.into(), UNMARSHAL),
        })
    }),
    Function::new("fromYamlArray", &[S], |machine, args| {
        Ok(match decode(machine, text(args, 0))? {
            Ok(Value::Nil) => Value::list(Vec::new()),
            decoded => fitting_list(decoded.into(), UNMARSHAL),
        })
    }),
];

/// What stands before the errors of the second step, from JSON to the value wanted.
const UNMARSHAL: &str = "error unmarshaling JSON: while decoding JSON: ";
