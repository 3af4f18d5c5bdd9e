//! What values are (sprig's `reflect.go`).

use super::args::text;
use super::equal::deep_equal;
use crate::helm::go::{Str, Type, Value};
use crate::helm::gotemplate::Function;

const A: Type = Type::Any;
const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("typeOf", &[A], |_, args| Ok(Value::Str(type_name(&args[0])))),
    Function::new("typeIs", &[S, A], |_, args| {
        Ok(Value::Bool(**text(args, 0) == *type_name(&args[1])))
    }),
    Function::new("typeIsLike", &[S, A], |_, args| {
        let (target, name) = (text(args, 0), type_name(&args[1]));
        Ok(Value::Bool(**target == *name || name.strip_prefix(b"*") == Some(&**target)))
    }),
    Function::new("kindOf", &[A], |_, args| Ok(Value::Str(kind_name(&args[0])))),
    Function::new("kindIs", &[S, A], |_, args| {
        Ok(Value::Bool(**text(args, 0) == *kind_name(&args[1])))
    }),
    Function::new("deepEqual", &[A, A], |machine, args| {
        deep_equal(machine, &args[0], &args[1]).map(Value::Bool)
    }),
];

fn type_name(value: &Value) -> Str {
    value.ty().map_or_else(|| Str::from("<nil>"), |ty| Str::from(ty.to_string()))
}

fn kind_name(value: &Value) -> Str {
    Str::from(value.kind().to_string())
}
