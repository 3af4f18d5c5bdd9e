//! From YAML to the settings of a kustomization, as Go's `encoding/json` fills its structs.
//!
//! Names match in any case, of several the last wins, `null` sets nothing; whether a name that no
//! field has is an error is the caller's choice.

use std::collections::BTreeMap;

use gitops_diff::{Map, Text, Value};

use super::problem::{Problem, Result};
use crate::yaml::number::go_general;

/// Something that is made of a value.
pub(crate) trait Decode: Sized {
    /// Reads `value`, which is the field `name`, and refuses names that no field has.
    fn decode(value: &Value, name: &str) -> Result<Self> {
        Self::decode_with(value, name, Manner::Strict)
    }

    /// Reads `value`, which is the field `name`.
    fn decode_with(value: &Value, name: &str, manner: Manner) -> Result<Self>;
}

/// How it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As kustomization files: names that no field has are refused.
    Strict,
    /// As `sigs.k8s.io/yaml` reads all other files: such names say nothing, and numbers and
    /// booleans are texts where a text is wanted.
    Lenient,
}

/// The fields of a map, each taken once.
pub(crate) struct Fields<'a> {
    map: &'a Map,
    /// What they belong to, for errors.
    owner: &'a str,
    manner: Manner,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which must be a map.
    pub(crate) fn of(value: &'a Value, owner: &'a str) -> Result<Self> {
        Self::with(value, owner, Manner::Strict)
    }

    /// The fields of `value`, which must be a map.
    pub(crate) fn with(value: &'a Value, owner: &'a str, manner: Manner) -> Result<Self> {
        match value {
            Value::Map(map) => Ok(Self { map, owner, manner, taken: Vec::new() }),
            other => Err(mismatch(other, owner, "object")),
        }
    }

    /// The value of the field, or what stands for nothing.
    pub(crate) fn take<T: Decode + Default>(&mut self, name: &'static str) -> Result<T> {
        Ok(self.take_if_set(name)?.unwrap_or_default())
    }

    /// The value of the field, if it is set to anything but `null`.
    pub(crate) fn take_if_set<T: Decode>(&mut self, name: &'static str) -> Result<Option<T>> {
        self.taken.push(name);
        let found = self.map.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(name));
        let Some((_, value)) = found.filter(|(_, value)| !value.is_null()) else { return Ok(None) };
        T::decode_with(value, &format!("{}.{name}", self.owner), self.manner).map(Some)
    }

    /// Refuses what nobody took, unless that is ignored here.
    pub(crate) fn refuse_others(self) -> Result<()> {
        if self.manner == Manner::Lenient {
            return Ok(());
        }
        let known = |key: &str| self.taken.iter().any(|name| key.eq_ignore_ascii_case(name));
        match self.map.keys().find(|key| !known(key)) {
            None => Ok(()),
            Some(key) => Err(Problem::new(format!("json: unknown field \"{key}\""))),
        }
    }
}

fn mismatch(value: &Value, name: &str, wanted: &str) -> Problem {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    };
    Problem::new(format!(
        "json: cannot unmarshal {found} into Go struct field {name} of type {wanted}"
    ))
}

impl Decode for Text {
    fn decode_with(value: &Value, name: &str, manner: Manner) -> Result<Self> {
        match (value, manner) {
            (Value::Str(text), _) => Ok(text.clone()),
            (Value::Int(number), Manner::Lenient) => Ok(number.to_string().into()),
            (Value::Float(number), Manner::Lenient) => Ok(go_general(*number).into()),
            (Value::Bool(value), Manner::Lenient) => Ok(value.to_string().into()),
            (other, _) => Err(mismatch(other, name, "string")),
        }
    }
}

impl Decode for bool {
    fn decode_with(value: &Value, name: &str, _: Manner) -> Result<Self> {
        value.as_bool().ok_or_else(|| mismatch(value, name, "bool"))
    }
}

impl Decode for i64 {
    fn decode_with(value: &Value, name: &str, _: Manner) -> Result<Self> {
        value.as_int().ok_or_else(|| mismatch(value, name, "int64"))
    }
}

impl Decode for Map {
    fn decode_with(value: &Value, name: &str, _: Manner) -> Result<Self> {
        value.as_map().cloned().ok_or_else(|| mismatch(value, name, "map[string]interface {}"))
    }
}

impl<T: Decode + Default> Decode for Vec<T> {
    fn decode_with(value: &Value, name: &str, manner: Manner) -> Result<Self> {
        let items = value.as_list().ok_or_else(|| mismatch(value, name, "[]"))?;
        let item = |it: &Value| match it {
            Value::Null => Ok(T::default()),
            it => T::decode_with(it, name, manner),
        };
        items.iter().map(item).collect()
    }
}

impl Decode for BTreeMap<Text, Text> {
    fn decode_with(value: &Value, name: &str, manner: Manner) -> Result<Self> {
        let members = value.as_map().ok_or_else(|| mismatch(value, name, "map[string]string"))?;
        let text = |it: &Value| match it {
            Value::Null => Ok(Text::default()),
            it => Text::decode_with(it, name, manner),
        };
        members.iter().map(|(key, value)| Ok((key.clone(), text(value)?))).collect()
    }
}

/// Decodes a struct whose fields are `field: "nameInTheFile"`; a name in brackets marks fields
/// that stand inline.
macro_rules! decode_struct {
    ($name:ident { $($field:ident: $key:literal),* $(,)? } $(inline { $($inline:ident),* $(,)? })?) => {
        impl $name {
            /// Takes its fields out of those of whatever holds it.
            pub(crate) fn take(fields: &mut $crate::kustomize::decode::Fields<'_>) -> $crate::kustomize::problem::Result<Self> {
                Ok(Self {
                    $($field: fields.take($key)?,)*
                    $($($inline: $crate::kustomize::decode::Inline::inline(fields)?,)*)?
                })
            }
        }

        impl $crate::kustomize::decode::Inline for $name {
            fn inline(fields: &mut $crate::kustomize::decode::Fields<'_>) -> $crate::kustomize::problem::Result<Self> {
                Self::take(fields)
            }
        }

        impl $crate::kustomize::decode::Decode for $name {
            fn decode_with(
                value: &gitops_diff::Value,
                name: &str,
                manner: $crate::kustomize::decode::Manner,
            ) -> $crate::kustomize::problem::Result<Self> {
                let mut fields = $crate::kustomize::decode::Fields::with(value, name, manner)?;
                let it = Self::take(&mut fields)?;
                fields.refuse_others()?;
                Ok(it)
            }
        }
    };
}

pub(crate) use decode_struct;

/// What can stand among the fields of something else.
pub(crate) trait Inline: Sized {
    /// Takes its fields out of those of whatever holds it.
    fn inline(fields: &mut Fields<'_>) -> Result<Self>;
}

impl<T: Decode> Decode for Option<T> {
    fn decode_with(value: &Value, name: &str, manner: Manner) -> Result<Self> {
        T::decode_with(value, name, manner).map(Some)
    }
}
