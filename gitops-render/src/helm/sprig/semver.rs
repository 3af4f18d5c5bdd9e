//! Semantic versions (sprig's `semver.go`); their rules are in `gitops_source::version`.

use std::any::Any;
use std::rc::Rc;

use gitops_source::version::{Constraint, Version, VersionError};

use super::args::{charge_texts, text};
use crate::helm::go::{Encoded, IntKind, Kind, Named, Object, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine, Parameters};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("semver", &[Type::Str], semver),
    Function::new("semverCompare", &[Type::Str, Type::Str], semver_compare),
];

static POINTER_NAME: Named =
    Named { name: "*semver.Version", kind: Kind::Ptr, item: Type::Any, methods: &[] };
static VERSION_NAME: Named =
    Named { name: "semver.Version", kind: Kind::Struct, item: Type::Any, methods: &[] };
const POINTER: Type = Type::Named(&POINTER_NAME);

/// Bytes that a part of a range or of a version becomes, for each byte of its text.
const EACH: usize = 16;

fn semver(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge_texts(machine, args, EACH)?;
    Ok(value(read(text(args, 0))?, &POINTER_NAME))
}

fn semver_compare(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge_texts(machine, args, EACH)?;
    machine.work(args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum())?;
    let (range, version) = (text(args, 0), text(args, 1));
    let compare = || {
        let range = Constraint::parse(&range.lossy()).map_err(|why| fault(&why))?;
        Ok(range.holds(&read(version)?))
    };
    machine.compared(range, version, compare).map(Value::Bool)
}

fn read(text: &Str) -> Result<Version, Fault> {
    Version::parse(&text.lossy()).map_err(|why| fault(&why))
}

fn fault(why: &VersionError) -> Fault {
    match why {
        VersionError::Constraint(part) => {
            let quoted = crate::helm::gofmt::quote(part.as_bytes());
            Fault::new([b"improper constraint: ", &quoted[..]].concat())
        }
        why => Fault::new(why.to_string()),
    }
}

/// A version as templates hold it.
#[derive(Debug)]
struct Semver {
    version: Version,
    /// `*semver.Version`, or `semver.Version` as methods return changed ones.
    named: &'static Named,
}

fn value(version: Version, named: &'static Named) -> Value {
    Value::Object(Rc::new(Semver { version, named }))
}

/// Names, parameters, and whether only a pointer has the method.
const METHODS: &[(&str, &[Type], bool)] = &[
    ("Compare", &[POINTER], true),
    ("Equal", &[POINTER], true),
    ("GreaterThan", &[POINTER], true),
    ("GreaterThanEqual", &[POINTER], true),
    ("IncMajor", &[], false),
    ("IncMinor", &[], false),
    ("IncPatch", &[], false),
    ("LessThan", &[POINTER], true),
    ("LessThanEqual", &[POINTER], true),
    ("Major", &[], false),
    ("MarshalJSON", &[], false),
    ("MarshalText", &[], false),
    ("Metadata", &[], false),
    ("Minor", &[], false),
    ("Original", &[], true),
    ("Patch", &[], false),
    ("Prerelease", &[], false),
    ("SetMetadata", &[Type::Str], false),
    ("SetPrerelease", &[Type::Str], false),
    ("String", &[], false),
    ("Value", &[], false),
];

fn method(name: &[u8], named: &Named) -> Option<Parameters> {
    let found = METHODS.iter().find(|(it, ..)| it.as_bytes() == name);
    let (_, fixed, _) =
        found.filter(|(.., only_pointer)| named.kind == Kind::Ptr || !only_pointer)?;
    Some(Parameters { fixed, rest: None })
}

fn call(version: &Version, name: &[u8], args: &[Value]) -> Result<Value, Fault> {
    let unsigned = |number: u64| Value::Int(number.cast_signed(), IntKind::Uint64);
    Ok(match name {
        b"Major" => unsigned(version.major),
        b"Minor" => unsigned(version.minor),
        b"Patch" => unsigned(version.patch),
        b"Prerelease" => Value::string(version.pre.as_str()),
        b"Metadata" => Value::string(version.metadata.as_str()),
        b"Original" => Value::string(version.original.as_str()),
        b"String" | b"Value" => Value::string(version.to_string()),
        b"MarshalText" => Value::Bytes(version.to_string().into()),
        b"MarshalJSON" => Value::Bytes(format!("\"{version}\"").into()),
        b"IncMajor" => plain(version.next_major().ok_or_else(|| overflow("major"))?),
        b"IncMinor" => plain(version.next_minor().ok_or_else(|| overflow("minor"))?),
        b"IncPatch" => plain(version.next_patch().ok_or_else(|| overflow("patch"))?),
        b"SetPrerelease" => {
            plain(version.with_prerelease(&text(args, 0).lossy()).map_err(|why| fault(&why))?)
        }
        b"SetMetadata" => {
            plain(version.with_metadata(&text(args, 0).lossy()).map_err(|why| fault(&why))?)
        }
        _ => compared(version, name, &args[0])?,
    })
}

fn compared(version: &Version, name: &[u8], other: &Value) -> Result<Value, Fault> {
    let other = match other {
        Value::Object(object) => object.as_any().downcast_ref::<Semver>(),
        _ => None,
    };
    let Some(Semver { version: other, .. }) = other else {
        // Only `Equal` asks whether the other one is nil.
        return match name {
            b"Equal" => Ok(Value::Bool(false)),
            _ => {
                Err(Fault::new("runtime error: invalid memory address or nil pointer dereference"))
            }
        };
    };
    let order = version.compare(other);
    Ok(match name {
        b"Compare" => Value::int(order as i64),
        b"Equal" => Value::Bool(order.is_eq()),
        b"GreaterThan" => Value::Bool(order.is_gt()),
        b"GreaterThanEqual" => Value::Bool(order.is_ge()),
        b"LessThan" => Value::Bool(order.is_lt()),
        _ => Value::Bool(order.is_le()),
    })
}

fn fields(version: &Version) -> Vec<(&'static str, Value)> {
    let unsigned = |number: u64| Value::Int(number.cast_signed(), IntKind::Uint64);
    vec![
        ("major", unsigned(version.major)),
        ("minor", unsigned(version.minor)),
        ("patch", unsigned(version.patch)),
        ("pre", Value::string(version.pre.as_str())),
        ("metadata", Value::string(version.metadata.as_str())),
        ("original", Value::string(version.original.as_str())),
    ]
}

/// A version of which nothing is known.
fn nothing() -> Version {
    let none = String::new;
    Version { major: 0, minor: 0, patch: 0, pre: none(), metadata: none(), original: none() }
}

fn plain(version: Version) -> Value {
    value(version, &VERSION_NAME)
}

fn overflow(part: &str) -> Fault {
    Fault::new(format!("{part} version increment would overflow uint64"))
}

impl Object for Semver {
    fn ty(&self) -> Type {
        Type::Named(self.named)
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        method(name, self.named)
    }

    fn call(&self, name: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        call(&self.version, name, args)
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.version)
    }

    fn copied(&self) -> Option<Value> {
        Some(value(nothing(), self.named))
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::string(self.version.to_string()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
