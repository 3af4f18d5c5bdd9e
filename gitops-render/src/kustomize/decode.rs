//! From YAML to the settings of a kustomization, as Go's `encoding/json` fills its structs.
//!
//! Names match in any case, of several the last wins, `null` sets nothing; whether a name that no
//! field has is an error is the caller's choice.

use std::collections::BTreeMap;

use gitops_diff::{Map, Text, Value};

use super::problem::{Problem, Result};

/// Something that is made of a value.
pub(crate) trait Decode: Sized {
    /// Reads `value`, which is the field `name`.
    fn decode(value: &Value, name: &str) -> Result<Self>;
}

/// The fields of a map, each taken once.
pub(crate) struct Fields<'a> {
    map: &'a Map,
    /// What they belong to, for errors.
    owner: &'a str,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which must be a map.
    pub(crate) fn of(value: &'a Value, owner: &'a str) -> Result<Self> {
        match value {
            Value::Map(map) => Ok(Self { map, owner, taken: Vec::new() }),
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
        let found = self.map.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).last();
        let Some((_, value)) = found.filter(|(_, value)| !value.is_null()) else { return Ok(None) };
        T::decode(value, &format!("{}.{name}", self.owner)).map(Some)
    }

    /// Refuses what nobody took.
    pub(crate) fn refuse_others(self) -> Result<()> {
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
    fn decode(value: &Value, name: &str) -> Result<Self> {
        match value {
            Value::Str(text) => Ok(text.clone()),
            other => Err(mismatch(other, name, "string")),
        }
    }
}

impl Decode for bool {
    fn decode(value: &Value, name: &str) -> Result<Self> {
        value.as_bool().ok_or_else(|| mismatch(value, name, "bool"))
    }
}

impl Decode for i64 {
    fn decode(value: &Value, name: &str) -> Result<Self> {
        value.as_int().ok_or_else(|| mismatch(value, name, "int64"))
    }
}

impl Decode for Map {
    fn decode(value: &Value, name: &str) -> Result<Self> {
        value.as_map().cloned().ok_or_else(|| mismatch(value, name, "map[string]interface {}"))
    }
}

impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(value: &Value, name: &str) -> Result<Self> {
        let items = value.as_list().ok_or_else(|| mismatch(value, name, "[]"))?;
        let item = |it: &Value| if it.is_null() { Ok(T::default()) } else { T::decode(it, name) };
        items.iter().map(item).collect()
    }
}

impl Decode for BTreeMap<Text, Text> {
    fn decode(value: &Value, name: &str) -> Result<Self> {
        let members = value.as_map().ok_or_else(|| mismatch(value, name, "map[string]string"))?;
        let text =
            |it: &Value| if it.is_null() { Ok(Text::default()) } else { Text::decode(it, name) };
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
            fn decode(value: &gitops_diff::Value, name: &str) -> $crate::kustomize::problem::Result<Self> {
                let mut fields = $crate::kustomize::decode::Fields::of(value, name)?;
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
    fn decode(value: &Value, name: &str) -> Result<Self> {
        T::decode(value, name).map(Some)
    }
}
