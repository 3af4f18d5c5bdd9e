//! Paths of rules: which fields a rule is about.

mod read;

use std::fmt;
use std::str::FromStr;

pub(super) use self::read::{index, unescaped};
use super::Pattern;
use crate::fields::same;
use crate::{FieldPath, PathElement, Text, Value};

/// The fields that a rule is about: all that a path leads to, and everything below.
///
/// Written as a path with list keys or as a JSON Pointer (RFC 6901), it prints as a path:
///
/// | step | means |
/// |---|---|
/// | `spec`, `["a.b/c"]` | the field of that name |
/// | `*` | each field or item |
/// | `[~"app-*"]` | each field whose name matches the [`Pattern`] |
/// | `[*]` | each item of a list |
/// | `[name=app,port=80]` | the items with these fields; dots lead into an item: `[metadata.name=a]` |
/// | `[name~"app-*"]` | the items of which a field matches the pattern |
/// | `[="x"]` | the item of a list that is this value |
/// | `[0]` | the item at this place, or the field of this name |
///
/// In a pointer, `*` is each field or item, and digits are a place or a name.
///
/// ```
/// use gitops_diff::policy::RulePath;
///
/// let path: RulePath = "/spec/template/spec/containers/*/image".parse()?;
/// assert_eq!(path.to_string(), "spec.template.spec.containers.*.image");
/// let path: RulePath = "spec.containers[name~\"mesh-*\"].resources".parse()?;
/// assert!(path.covers(&"spec.containers[name=mesh-1].resources.limits".parse().unwrap()));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RulePath(Vec<Step>);

/// One step of a [`RulePath`].
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The field of this name.
    Field(Text),
    /// Each field whose name matches.
    Fields(Pattern),
    /// Each field, or each item.
    Any,
    /// Each item.
    Items,
    /// The items whose fields are so.
    Item(Vec<(Text, Want)>),
    /// The item that is this value.
    Value(Value),
    /// The item at this place, or the field of this name.
    Index(u32),
}

/// What a field of an item must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// This value.
    Is(Value),
    /// A string that matches.
    Like(Pattern),
}

impl RulePath {
    /// The path of these steps.
    pub fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path of whole objects.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the field at `path` is one of those that are meant, or is below one, as far as
    /// the keys in `path` tell.
    pub fn covers(&self, path: &FieldPath) -> bool {
        let elements = path.elements();
        self.0.len() <= elements.len()
            && self.0.iter().zip(elements).all(|(step, element)| step.meets(element))
    }
}

impl Step {
    /// Whether this step leads to the field `name` of a map.
    pub(super) fn is_field(&self, name: &str) -> bool {
        match self {
            Self::Field(wanted) => *wanted == *name,
            Self::Fields(pattern) => pattern.matches(name),
            Self::Any => true,
            Self::Index(at) => is_decimal(name, *at),
            Self::Items | Self::Item(_) | Self::Value(_) => false,
        }
    }

    /// Whether this step leads to `item`, which stands at the place `at` of a list.
    pub(super) fn is_item(&self, item: &Value, at: Option<usize>) -> bool {
        match self {
            Self::Items | Self::Any => true,
            Self::Item(wanted) => has_all(wanted, |name| inner(item, name)),
            Self::Value(value) => same(value, item),
            Self::Index(wanted) => at.is_some_and(|it| u32::try_from(it) == Ok(*wanted)),
            Self::Field(_) | Self::Fields(_) => false,
        }
    }

    /// Whether this step leads where `element` leads, as far as that tells.
    pub(super) fn meets(&self, element: &PathElement) -> bool {
        match element {
            PathElement::Field(name) => self.is_field(name),
            PathElement::Key(fields) => match self {
                Self::Items | Self::Any => true,
                Self::Item(wanted) => has_all(wanted, |name| {
                    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
                }),
                _ => false,
            },
            PathElement::Value(value) => self.is_item(value, None),
            PathElement::Index(at) => match self {
                Self::Items | Self::Any => true,
                Self::Index(wanted) => i64::from(*wanted) == *at,
                _ => false,
            },
        }
    }
}

impl Want {
    fn is_met(&self, value: &Value) -> bool {
        match self {
            Self::Is(wanted) => same(wanted, value),
            Self::Like(pattern) => value.as_str().is_some_and(|it| pattern.matches(it)),
        }
    }
}

/// Whether the fields are as wanted. A manifest may leave out a key that has a default, such as
/// the protocol of a port: what is not there does not contradict, as long as something is there.
fn has_all<'v>(wanted: &[(Text, Want)], field: impl Fn(&Text) -> Option<&'v Value>) -> bool {
    let mut met = 0;
    let fits = wanted.iter().all(|(name, want)| match field(name) {
        Some(value) => {
            met += 1;
            want.is_met(value)
        }
        None => wanted.len() > 1 && matches!(want, Want::Is(_)),
    });
    fits && met > 0
}

/// The field of an item, or what dots lead to.
fn inner<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    item.get(name).or_else(|| {
        name.contains('.').then(|| name.split('.').try_fold(item, |value, it| value.get(it)))?
    })
}

fn is_decimal(name: &str, number: u32) -> bool {
    name.len() <= 10 && name.parse() == Ok(number) && (name == "0" || !name.starts_with(['0', '+']))
}

impl From<&FieldPath> for RulePath {
    /// The path of this field alone.
    fn from(path: &FieldPath) -> Self {
        Self(path.elements().iter().map(Step::from).collect())
    }
}

impl From<&PathElement> for Step {
    fn from(element: &PathElement) -> Self {
        match element {
            PathElement::Field(name) => Self::Field(name.clone()),
            PathElement::Key(fields) => Self::Item(
                fields.iter().map(|(name, it)| (name.clone(), Want::Is(it.clone()))).collect(),
            ),
            PathElement::Value(value) => Self::Value(value.clone()),
            PathElement::Index(at) => u32::try_from(*at).map_or(Self::Items, Self::Index),
        }
    }
}

impl fmt::Display for RulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match step {
                Step::Field(name) if is_plain(name) => write!(f, "{dot}{name}")?,
                Step::Field(name) => write!(f, "[{}]", Json(name))?,
                Step::Fields(pattern) => write!(f, "[~{}]", Json(pattern.as_str()))?,
                Step::Any => write!(f, "{dot}*")?,
                Step::Items => f.write_str("[*]")?,
                Step::Item(wanted) => print_wanted(wanted, f)?,
                Step::Value(value) => write!(f, "[={}]", JsonValue(value))?,
                Step::Index(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}

fn print_wanted(wanted: &[(Text, Want)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("[")?;
    for (at, (name, want)) in wanted.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { "," })?;
        if name.split('.').all(is_plain) {
            f.write_str(name)?;
        } else {
            write!(f, "{}", Json(name))?;
        }
        match want {
            Want::Is(Value::Str(text)) if is_plain(text) && !is_literal(text) => {
                write!(f, "={text}")?;
            }
            Want::Is(value) => write!(f, "={}", JsonValue(value))?,
            Want::Like(pattern) => write!(f, "~{}", Json(pattern.as_str()))?,
        }
    }
    f.write_str("]")
}

/// Whether a name can stand in a path as it is.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
    !name.is_empty() && name.chars().all(plain)
}

/// Whether a text would read back as something else than a string.
fn is_literal(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

struct Json<'a>(&'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

struct JsonValue<'a>(&'a Value);

impl fmt::Display for JsonValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for RulePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read::path(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_from_its_text() {
        for text in [
            "",
            "spec.replicas",
            "spec.*.image",
            r#"metadata.annotations["app.kubernetes.io/name"]"#,
            r#"metadata.annotations[~"app.kubernetes.io/*"].x"#,
            "spec.containers[name=app].ports[containerPort=80,protocol=TCP].name",
            r#"spec.containers[name~"mesh-*",image="a:1"][*].x"#,
            r#"metadata.finalizers[="a/b"]"#,
            r#"l[name="true"][0]"#,
            "[metadata.name=a].c",
            r#"["a b"=1,c=2]"#,
            r#"["*"]"#,
        ] {
            let path: RulePath = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn a_pointer_prints_as_a_path() {
        let cases = [
            ("/spec/replicas", "spec.replicas"),
            ("/", r#"[""]"#),
            ("/metadata/annotations/a~1b~0c", r#"metadata.annotations["a/b~c"]"#),
            ("/spec/containers/0/image", "spec.containers[0].image"),
            ("/spec/*/image", "spec.*.image"),
            ("/data/01", "data.01"),
        ];
        for (pointer, expected) in cases {
            assert_eq!(pointer.parse::<RulePath>().unwrap().to_string(), expected, "{pointer}");
        }
    }

    #[test]
    fn a_text_of_another_form_is_refused_with_its_place() {
        let cases = [
            ("a..b", "`a..b` is no path: nothing stands before `.b`"),
            ("a.", "`a.` is no path: nothing stands after the last dot"),
            ("a.b*", "`a.b*` is no path: the name `b*` must be quoted, as in `[\"b*\"]`"),
            ("a[", "`a[` is no path: `[` without `]`"),
            ("a[b", "`a[b` is no path: `[` without `]`"),
            ("a[b]", "`a[b]` is no path: `[b]` is no item, as `[name=app]` and `[*]` are"),
            ("a[0]b", "`a[0]b` is no path: a dot is missing before `b`"),
            ("a[~x]", "`a[~x]` is no path: a string must stand in quotes after `~`"),
            ("/a~2", "`/a~2` is no pointer: `~` stands before `0` or `1` alone"),
            ("a[name~\"{\"]", "`a[name~\"{\"]` is no path: `{` is no pattern: `{` without `}`"),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<RulePath>().unwrap_err(), expected);
        }
    }

    #[test]
    fn a_path_covers_what_it_leads_to_and_what_is_below() {
        let cases = [
            ("spec", "spec.replicas", true),
            ("spec.replicas", "spec", false),
            ("spec.*.image", "spec.containers[name=app].image", false),
            ("spec.containers.*.image", "spec.containers[name=app].image", true),
            ("spec.containers[*]", "spec.containers[name=app].image", true),
            ("data[*]", "data.a", false),
            ("data[0]", r#"data["0"]"#, true),
            ("data[0]", r#"data["00"]"#, false),
            ("p[port=80,protocol=TCP]", "p[port=80]", true),
            ("p[port=80,protocol=TCP]", "p[port=80,protocol=UDP]", false),
            ("p[port=80]", "p[name=a]", false),
            (r#"f[="x"]"#, r#"f[="x"]"#, true),
            (r#"f[="x"]"#, r#"f[="y"]"#, false),
            (r#"d[~"a-*"]"#, "d.a-1", true),
        ];
        for (rule, path, expected) in cases {
            let rule: RulePath = rule.parse().unwrap();
            assert_eq!(rule.covers(&path.parse().unwrap()), expected, "{rule} {path}");
        }
    }
}
