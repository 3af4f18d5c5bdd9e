//! From the documents of a file to objects.

use gitops_diff::{Map, Object, Origin, Value};

use crate::yaml::{self, Allowance, Document, Escapes, Mark, Place};
use crate::{Position, RenderError, Warning};

/// What one file brings.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) objects: Vec<Object>,
    pub(super) problems: Vec<RenderError>,
    pub(super) warnings: Vec<Warning>,
}

/// The objects of the file `file`, as far as `allowance` goes.
pub(super) fn read(
    file: &str,
    content: &[u8],
    options: &yaml::Options,
    allowance: &mut Allowance,
) -> Found {
    let mut found = Found::default();
    // kubectl reads JSON as what it is where a text starts as one.
    let json = content.trim_ascii_start().starts_with(b"{");
    let escapes = if json { Escapes::Json } else { options.escapes };
    let options = yaml::Options { escapes, ..options.clone() };
    let documents = match yaml::Documents::sharing(content, &options, allowance) {
        Ok(documents) => documents,
        Err(error) => {
            found.problems.push(explain(error, file, content));
            return found;
        }
    };
    for document in documents {
        match document {
            Ok(document) if document.value.is_null() => {}
            Ok(Document { value, place, number }) => {
                Reader { file, number, found: &mut found }.take(value, place);
            }
            Err(error) => found.problems.push(explain(error, file, content)),
        }
    }
    found
}

/// The error with what usually is behind it.
fn explain(error: yaml::Error, file: &str, content: &[u8]) -> RenderError {
    let error = error.in_file(file);
    match error {
        RenderError::Invalid { position, message } if is_template(content) => {
            RenderError::Invalid {
                position,
                message: format!(
                    "{message}; the file has template expressions (`{{{{`): render it as part of \
                     its Helm chart, or exclude it"
                ),
            }
        }
        other => other,
    }
}

fn is_template(content: &[u8]) -> bool {
    content.windows(2).any(|pair| pair == b"{{")
}

/// Takes the values of one document in.
struct Reader<'a> {
    file: &'a str,
    number: u32,
    found: &'a mut Found,
}

impl Reader<'_> {
    fn take(&mut self, value: Value, place: Place) {
        match value {
            Value::Map(map) if is_list(&map) => self.unwrap(map, place),
            Value::Map(map) if is_configuration(&map) => {
                let kind = map.get("kind").and_then(Value::as_str).unwrap_or("Kustomization");
                let message = format!("a {kind} configures Kustomize and is no object; left out");
                let origin = Some(self.origin(place.mark()));
                self.found.warnings.push(Warning { message, origin });
            }
            value @ Value::Map(_) => self.object(value, place.mark()),
            value => self.refuse(
                place.mark(),
                &format!("an object must be a map, not a {}", value.type_name()),
            ),
        }
    }

    /// Takes the items of a list in, each with its own line.
    fn unwrap(&mut self, mut list: Map, place: Place) {
        let at = list.keys().position(|key| *key == "items");
        let places = at.and_then(|at| place.into_parts().into_iter().nth(at));
        let Some(Value::List(items)) = list.remove("items") else { return };
        let places = places.map(Place::into_parts).unwrap_or_default();
        for (item, place) in items.into_iter().zip(places) {
            self.take(with_type_of(&list, item), place);
        }
    }

    fn object(&mut self, value: Value, mark: Mark) {
        let generated = value.pointer("/metadata/generateName").is_some_and(|it| !it.is_null())
            && value.pointer("/metadata/name").is_none();
        if generated {
            return self.refuse(
                mark,
                "`metadata.generateName` would make another object at each apply; set \
                 `metadata.name`",
            );
        }
        match Object::new(value) {
            Ok(object) => self.found.objects.push(object.with_origin(self.origin(mark))),
            Err(error) => self.refuse(
                mark,
                &format!("{error}; complete the object, or exclude the file if it is none"),
            ),
        }
    }

    fn refuse(&mut self, mark: Mark, problem: &str) {
        let message = match self.number {
            1 => problem.to_owned(),
            number => format!("document {number}: {problem}"),
        };
        let position = Position { file: self.file.to_owned(), line: mark.line, column: 0 };
        self.found.problems.push(RenderError::Invalid { position, message });
    }

    fn origin(&self, mark: Mark) -> Origin {
        Origin { file: self.file.into(), line: mark.line, document: self.number }
    }
}

/// Whether this is a `List` or a list of one kind, as `kubectl get -o yaml` prints them. An object
/// of a kind that happens to end in `List` has a name.
fn is_list(map: &Map) -> bool {
    let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
    let named = map.get("metadata").and_then(|it| it.get("name")).is_some();
    let items = matches!(map.get("items"), Some(Value::List(_) | Value::Null));
    kind.ends_with("List") && items && !named
}

/// Whether this is a `Kustomization` or `Component` of Kustomize.
fn is_configuration(map: &Map) -> bool {
    let group = map.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    group.starts_with("kustomize.config.k8s.io/")
}

/// An item of a list of one kind may leave its own type out; kubectl adds it too.
fn with_type_of(list: &Map, item: Value) -> Value {
    let Value::Map(mut item) = item else { return item };
    let untyped = !item.contains_key("kind") && !item.contains_key("apiVersion");
    let kind = list.get("kind").and_then(Value::as_str).and_then(|it| it.strip_suffix("List"));
    if let (true, Some(kind), Some(version)) = (untyped, kind, list.get("apiVersion"))
        && !kind.is_empty()
    {
        item.insert("kind", kind.into());
        item.insert("apiVersion", version.clone());
    }
    Value::Map(item)
}
