//! Paths into objects: how people read them, how the API server prints them, what they lead to.

use std::fmt;
use std::str::FromStr;

use super::{FieldsError, PathElement, same};
use crate::{Text, Value};

/// A path into an object, with list items named by their keys.
///
/// Prints as `spec.template.spec.containers[name=app].image` and reads back from that. A field
/// whose name is not made of letters, digits, `-` and `_` prints in brackets:
/// `metadata.labels["app.kubernetes.io/name"]`. An item of a set prints as `[="x"]`.
///
/// ```
/// use gitops_diff::{FieldPath, Value};
///
/// let pod: Value = serde_json::from_str(r#"{"spec":{"containers":[{"name":"app","image":"i:1"}]}}"#)?;
/// let path: FieldPath = "spec.containers[name=app].image".parse()?;
/// assert_eq!(path.lookup(&pod).and_then(Value::as_str), Some("i:1"));
/// assert_eq!(path.to_string(), "spec.containers[name=app].image");
/// assert_eq!(path.server_form(), r#".spec.containers[name="app"].image"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(Vec<PathElement>);

impl FieldPath {
    /// The path of these elements.
    pub fn new(elements: Vec<PathElement>) -> Self {
        Self(elements)
    }

    /// The elements, outermost first.
    pub fn elements(&self) -> &[PathElement] {
        &self.0
    }

    /// Whether this is the path of the whole object.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes one step further.
    pub fn push(&mut self, element: PathElement) {
        self.0.push(element);
    }

    /// Goes one step back.
    pub fn pop(&mut self) -> Option<PathElement> {
        self.0.pop()
    }

    /// The value this path leads to in `value`.
    ///
    /// A list item is found by its key fields. Where none has them all, the first item whose
    /// key fields do not contradict is taken: a manifest may leave out a key that has a default,
    /// such as the protocol of a port.
    pub fn lookup<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, it| it.step(value))
    }

    /// The JSON Pointer (RFC 6901) to where the path leads in `value`; `None` where
    /// [`lookup`](FieldPath::lookup) finds nothing.
    ///
    /// ```
    /// use gitops_diff::{FieldPath, Value};
    ///
    /// let pod: Value = serde_json::from_str(r#"{"spec":{"containers":[{"name":"app"}]}}"#)?;
    /// let path: FieldPath = "spec.containers[name=app].name".parse()?;
    /// assert_eq!(path.pointer(&pod).as_deref(), Some("/spec/containers/0/name"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pointer(&self, value: &Value) -> Option<String> {
        let mut here = value;
        let mut pointer = String::new();
        for element in &self.0 {
            let token = match (element, here.as_list()) {
                (PathElement::Field(name), _) => name.replace('~', "~0").replace('/', "~1"),
                (item, Some(items)) => item.position(items)?.to_string(),
                (_, None) => return None,
            };
            here = element.step(here)?;
            pointer.push('/');
            pointer.push_str(&token);
        }
        Some(pointer)
    }

    /// The path as the API server prints it in conflicts:
    /// `.spec.template.spec.containers[name="app"].image`.
    pub fn server_form(&self) -> String {
        self.0.iter().map(PathElement::server_form).collect()
    }
}

impl PathElement {
    fn step<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        if let Self::Field(name) = self {
            return value.get(name);
        }
        let items = value.as_list()?;
        items.get(self.position(items)?)
    }

    /// Which of `items` the element means, as [`FieldPath::lookup`] finds it.
    pub(crate) fn position(&self, items: &[Value]) -> Option<usize> {
        match self {
            Self::Field(_) => None,
            Self::Key(fields) => {
                let full = items.iter().position(|item| has_keys(item, fields, false));
                full.or_else(|| items.iter().position(|item| has_keys(item, fields, true)))
            }
            Self::Value(wanted) => items.iter().position(|it| same(it, wanted)),
            Self::Index(at) => usize::try_from(*at).ok().filter(|at| *at < items.len()),
        }
    }

    /// The element as the API server prints it.
    pub(crate) fn server_form(&self) -> String {
        match self {
            Self::Field(name) => format!(".{name}"),
            Self::Key(fields) => {
                let fields = fields.iter().map(|(k, v)| format!("{k}={}", Quoted(v)));
                format!("[{}]", fields.collect::<Vec<_>>().join(","))
            }
            Self::Value(value) => format!("[={}]", Quoted(value)),
            Self::Index(index) => format!("[{index}]"),
        }
    }
}

/// Whether `item` has these key fields; a `partial` one may lack some, not all of them.
fn has_keys(item: &Value, fields: &[(Text, Value)], partial: bool) -> bool {
    let matches = |(name, wanted): &(Text, Value)| match item.get(name) {
        Some(value) => same(value, wanted),
        None => partial,
    };
    fields.iter().all(matches) && fields.iter().any(|(name, _)| item.get(name).is_some())
}

/// A value as structured-merge-diff prints it in paths.
struct Quoted<'a>(&'a Value);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&json)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, element) in self.0.iter().enumerate() {
            match element {
                PathElement::Field(name) if is_plain(name) && at == 0 => f.write_str(name)?,
                PathElement::Field(name) if is_plain(name) => write!(f, ".{name}")?,
                PathElement::Field(name) => write!(f, "[{}]", Quoted(&name.clone().into()))?,
                other => fmt::Display::fmt(other, f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for PathElement {
    /// As part of a [`FieldPath`], without the dot before a field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Key(fields) => {
                f.write_str("[")?;
                for (at, (name, value)) in fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    match value {
                        Value::Str(text) if is_plain(text) && !is_literal(text) => {
                            write!(f, "{comma}{name}={text}")?;
                        }
                        _ => write!(f, "{comma}{name}={}", Quoted(value))?,
                    }
                }
                f.write_str("]")
            }
            Self::Value(value) => write!(f, "[={}]", Quoted(value)),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// Whether a name can stand in a path as it is.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
    !name.is_empty() && name.chars().all(plain)
}

/// Whether a text would read back as something else than a string.
fn is_literal(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

impl FromStr for FieldPath {
    type Err = FieldsError;

    fn from_str(text: &str) -> Result<Self, FieldsError> {
        let wrong = || FieldsError::new(format!("`{text}` is no path"));
        let mut elements = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (element, after) = match rest.strip_prefix('[') {
                Some(inner) => bracket(inner).ok_or_else(wrong)?,
                None => field(rest, elements.is_empty()).ok_or_else(wrong)?,
            };
            elements.push(element);
            rest = after;
        }
        Ok(Self(elements))
    }
}

fn field(rest: &str, first: bool) -> Option<(PathElement, &str)> {
    let rest = if first { rest.strip_prefix('.').unwrap_or(rest) } else { rest.strip_prefix('.')? };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    (!name.is_empty()).then(|| (PathElement::field(name), after))
}

/// What stands in brackets, and what is after them.
fn bracket(inner: &str) -> Option<(PathElement, &str)> {
    if inner.starts_with('"') {
        let (name, after) = json(inner)?;
        let name = name.as_str()?.into();
        return Some((PathElement::Field(name), after.strip_prefix(']')?));
    }
    if let Some(rest) = inner.strip_prefix('=') {
        let (value, after) = json(rest)?;
        return Some((PathElement::Value(value), after.strip_prefix(']')?));
    }
    let end = inner.find(']')?;
    if let Ok(index) = inner[..end].parse() {
        return Some((PathElement::Index(index), &inner[end + 1..]));
    }
    keys(inner)
}

fn keys(inner: &str) -> Option<(PathElement, &str)> {
    let mut fields = Vec::new();
    let mut rest = inner;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = json(after).or_else(|| {
            let end = after.find([',', ']'])?;
            Some((Value::from(&after[..end]), &after[end..]))
        })?;
        fields.push((Text::from(name), value));
        if let Some(after) = after.strip_prefix(']') {
            return Some((PathElement::key(fields), after));
        }
        rest = after.strip_prefix(',')?;
    }
}

/// One JSON value that ends at a comma, a bracket or the end, and what follows it.
fn json(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let after = &text[values.byte_offset()..];
    let ends = after.is_empty() || after.starts_with([',', ']']);
    ends.then_some((value, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_path_reads_back_from_its_text() {
        for text in [
            "",
            "spec.replicas",
            r#"metadata.labels["app.kubernetes.io/name"]"#,
            "spec.containers[name=app].ports[containerPort=80,protocol=TCP].name",
            r#"metadata.finalizers[="a/b"]"#,
            r#"l[name="true"][name="a]b"][0]"#,
            r#"["a.b"].c"#,
        ] {
            let path: FieldPath = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn a_text_of_another_form_is_no_path() {
        for text in ["a..b", "a[", "a[b]", "a[b=", "a]b[", "a.", "[=x]", "a[\"b]"] {
            let error = text.parse::<FieldPath>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is no path"));
        }
    }

    #[test]
    fn a_key_that_a_manifest_leaves_out_does_not_hide_the_item() {
        let ports = value(r#"{"ports":[{"port":80,"protocol":"UDP"},{"port":80,"name":"web"}]}"#);
        let cases = [
            ("ports[port=80,protocol=UDP].name", None),
            ("ports[port=80,protocol=TCP].name", Some("web")),
            ("ports[port=81,protocol=TCP].name", None),
        ];
        for (path, expected) in cases {
            let path: FieldPath = path.parse().unwrap();
            assert_eq!(path.lookup(&ports).and_then(Value::as_str), expected, "{path}");
        }
    }
}
