//! The tree that an object's body is: small strings, sorted maps, integers apart from floats.

pub(crate) mod json;
mod map;
mod text;

pub use self::map::Map;
pub(crate) use self::map::order;
pub use self::text::Text;

/// A JSON value as Kubernetes sees it.
///
/// Integers are kept apart from floats as the API server does: a number that fits an `i64` is
/// an [`Int`](Value::Int), every other is a [`Float`](Value::Float). Maps are sorted by key, so
/// that equal values print equal bytes.
///
/// ```
/// use gitops_diff::Value;
///
/// let pod: Value = serde_json::from_str(r#"{"spec":{"containers":[{"name":"app"}]}}"#)?;
/// assert_eq!(pod.pointer("/spec/containers/0/name").and_then(Value::as_str), Some("app"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number within 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(Text),
    /// A list.
    List(Vec<Value>),
    /// A map with sorted keys.
    Map(Map),
}

impl Value {
    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if this is a list, to be changed.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Value>> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map, if this is one, to be changed.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The member `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value at a JSON Pointer (RFC 6901); the empty pointer is the value itself.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, Self::step)
    }

    fn step(&self, token: &str) -> Option<&Value> {
        match self {
            Self::Map(map) if token.contains('~') => {
                map.get(&token.replace("~1", "/").replace("~0", "~"))
            }
            Self::Map(map) => map.get(token),
            Self::List(items) => items.get(index(token)?),
            _ => None,
        }
    }

    /// The word for this value's type in messages: `null`, `boolean`, `number`, `string`,
    /// `list` or `map`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::Float(_) => "number",
            Self::Str(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }
}

/// An array index of RFC 6901: digits without a leading zero.
pub(crate) fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| plain)
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Self::Str(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::List(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_pointer_follows_maps_lists_and_escapes() {
        let tree = value(r#"{"a":{"b/c":{"d~e":[10,20]}}}"#);
        let cases = [
            ("", Some(tree.clone())),
            ("/a/b~1c/d~0e/1", Some(Value::Int(20))),
            ("/a/b~1c/d~0e/01", None),
            ("/a/b~1c/d~0e/+1", None),
            ("/a/b~1c/d~0e/2", None),
            ("/a/nothing", None),
            ("a", None),
        ];
        for (pointer, expected) in cases {
            assert_eq!(tree.pointer(pointer), expected.as_ref(), "{pointer}");
        }
    }
}
