//! What a schema finds wrong, in the words of the server's validator.

use super::schema::Place;
use crate::Value;
use crate::server::Cause;

/// What a check found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) faults: Vec<Fault>,
    /// How many checks a value was put through: of the alternatives of `anyOf` that all fail, the
    /// one with most is told.
    pub(super) matches: usize,
}

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Fault {
    path: String,
    message: String,
    what: What,
}

#[derive(Debug)]
enum What {
    Required,
    NotOneOf {
        value: Value,
        values: Vec<String>,
    },
    TooLong(i64),
    TooMany {
        found: i64,
        most: i64,
    },
    Type(Value),
    Value(Value),
    /// Something that the server tells of the whole object.
    Whole,
}

impl Found {
    pub(super) fn matched() -> Self {
        Self { faults: Vec::new(), matches: 1 }
    }

    pub(super) fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    /// The same words are not said twice.
    pub(super) fn add(&mut self, fault: Fault) {
        if self.faults.iter().all(|it| it.message != fault.message) {
            self.faults.push(fault);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.matches += other.matches;
        other.faults.into_iter().for_each(|it| self.add(it));
    }

    /// The causes; `root` is the path of the value that was checked, empty for the object.
    pub(super) fn into_causes(self, root: &str) -> impl Iterator<Item = Cause> {
        self.faults.into_iter().map(move |it| it.into_cause(root))
    }
}

impl From<Fault> for Found {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], matches: 0 }
    }
}

impl From<Option<Fault>> for Found {
    fn from(fault: Option<Fault>) -> Self {
        Self { faults: fault.into_iter().collect(), matches: 0 }
    }
}

impl Fault {
    fn at(place: Place<'_>, message: &str, what: What) -> Self {
        let message = format!("{} in body {message}", place.path);
        Self { path: place.path.to_owned(), message, what }
    }

    pub(super) fn required(place: Place<'_>, name: &str) -> Self {
        let path = format!("{}.{name}", place.path);
        Self::at(Place { path: &path, ..place }, "is required", What::Required)
    }

    pub(super) fn forbidden(place: Place<'_>, name: &str) -> Self {
        let message = format!("{}.{name} in body is a forbidden property", place.path);
        Self { path: place.path.to_owned(), message, what: What::Value(name.into()) }
    }

    pub(super) fn wrong_type(place: Place<'_>, expected: &str, found: &str) -> Self {
        let message = format!("must be of type {expected}: {found:?}");
        Self::at(place, &message, What::Type(found.into()))
    }

    pub(super) fn not_one_of(place: Place<'_>, values: &[Value]) -> Self {
        let text = |it: &Value| match it {
            Value::Str(text) => text.to_string(),
            other => serde_json::to_string(other).unwrap_or_default(),
        };
        let values: Vec<String> = values.iter().map(text).collect();
        let message = format!("should be one of [{}]", values.join(" "));
        Self::at(place, &message, What::NotOneOf { value: place.value.clone(), values })
    }

    pub(super) fn too_long(place: Place<'_>, most: i64) -> Self {
        let message = format!("should be at most {most} chars long");
        Self::at(place, &message, What::TooLong(most))
    }

    pub(super) fn too_many(place: Place<'_>, of_what: &str, found: i64, most: i64) -> Self {
        let message = format!("should have at most {most} {of_what}");
        Self::at(place, &message, What::TooMany { found, most })
    }

    pub(super) fn invalid(place: Place<'_>, value: Value, message: &str) -> Self {
        Self::at(place, message, What::Value(value))
    }

    /// A schema made of others.
    pub(super) fn combined(place: Place<'_>, message: &str) -> Self {
        Self::whole(place, format!("{:?} {message}", place.path))
    }

    /// Something that the server does not tell of a field.
    pub(super) fn whole(place: Place<'_>, message: String) -> Self {
        Self { path: place.path.to_owned(), message, what: What::Whole }
    }

    fn into_cause(self, root: &str) -> Cause {
        let path = self.path.strip_prefix('.').unwrap_or(&self.path);
        let whole = || if root.is_empty() { "<nil>".to_owned() } else { root.to_owned() };
        let field = match (root, path) {
            (_, "") => whole(),
            ("", path) => path.to_owned(),
            (root, path) => format!("{root}.{path}"),
        };
        match self.what {
            What::Required => Cause::required(field, ""),
            What::NotOneOf { value, values } => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                Cause::not_supported(field, &value, &values)
            }
            What::TooLong(most) => Cause::too_long(field, usize::try_from(most).unwrap_or(0)),
            What::TooMany { found, most } => {
                let count = |it| usize::try_from(it).unwrap_or(0);
                Cause::too_many(field, count(found), count(most))
            }
            What::Type(value) => Cause::type_invalid(field, &value, &self.message),
            What::Value(value) => Cause::invalid(field, &value, &self.message),
            What::Whole => Cause::invalid(whole(), &"".into(), &self.message),
        }
    }
}
