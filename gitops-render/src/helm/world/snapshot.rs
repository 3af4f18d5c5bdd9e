//! What `lookup` finds without a cluster.

use gitops_diff::{Map, Object, Query, Value};

use super::{Found, Lookup};

/// Finds nothing, as `helm template` does.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

impl Lookup for NoLookup {
    fn lookup(&self, _: &Query) -> Result<Found, String> {
        Ok(Found::Nothing)
    }
}

/// Finds the objects that it was given, such as those that a cluster held when they were
/// recorded.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    objects: Vec<Object>,
}

impl Snapshot {
    /// Of these objects, sorted by namespace and name.
    pub fn new(objects: impl IntoIterator<Item = Object>) -> Self {
        let mut objects: Vec<Object> = objects.into_iter().collect();
        objects.sort_by(|a, b| place(a).cmp(&place(b)));
        Self { objects }
    }
}

/// Namespace and name.
fn place(object: &Object) -> (&str, &str) {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    (text("/metadata/namespace"), text("/metadata/name"))
}

impl Lookup for Snapshot {
    fn lookup(&self, query: &Query) -> Result<Found, String> {
        let Query { api_version, kind, namespace, name } = query;
        let is_of = |object: &&Object, pointer, text: &str| {
            object.pointer(pointer).and_then(Value::as_str) == Some(text)
        };
        let mut found = self.objects.iter().filter(|object| {
            let (own_namespace, own_name) = place(object);
            is_of(object, "/apiVersion", api_version)
                && is_of(object, "/kind", kind)
                && (own_namespace.is_empty()
                    || namespace.is_empty()
                    || own_namespace == &**namespace)
                && (name.is_empty() || own_name == &**name)
        });
        if name.is_empty() {
            return Ok(Found::Object(list(api_version, kind, found)));
        }
        // One object of a namespace is asked for by both names.
        let is_asked = |object: &&Object| place(object).0.is_empty() || !namespace.is_empty();
        Ok(match found.find(is_asked) {
            Some(object) => Found::Object(object.body().clone()),
            None => Found::Nothing,
        })
    }
}

fn list<'a>(api_version: &str, kind: &str, items: impl Iterator<Item = &'a Object>) -> Value {
    let text = |text: String| Value::Str(text.into());
    let mut list = Map::default();
    list.insert("apiVersion", text(api_version.to_owned()));
    list.insert("kind", text(format!("{kind}List")));
    list.insert("metadata", Value::Map(Map::default()));
    list.insert("items", Value::List(items.map(|it| it.body().clone()).collect()));
    Value::Map(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let objects = [
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b","namespace":"two"}}"#,
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"one"}}"#,
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"two"}}"#,
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"one"}}"#,
        ];
        let object = |json: &str| Object::new(serde_json::from_str(json).unwrap()).unwrap();
        Snapshot::new(objects.map(object))
    }

    #[test]
    fn objects_are_found_by_what_they_are_asked_for() {
        let cases = [
            ("v1", "Secret", "one", "a", "one/a"),
            ("v1", "Secret", "two", "a", "two/a"),
            ("v1", "Secret", "", "a", "none"),
            ("v1", "Secret", "one", "b", "none"),
            ("v2", "Secret", "one", "a", "none"),
            ("v1", "Pod", "one", "a", "none"),
            ("v1", "Namespace", "", "one", "/one"),
            ("v1", "Namespace", "two", "one", "/one"),
            ("v1", "Secret", "two", "", "SecretList two/a two/b"),
            ("v1", "Secret", "", "", "SecretList one/a two/a two/b"),
            ("v1", "Pod", "", "", "PodList"),
        ];
        for (version, kind, namespace, name, expected) in cases {
            let query = Query::new(version, kind, namespace, name);
            let found = snapshot().lookup(&query).unwrap();
            assert_eq!(shown(&found), expected, "{query}");
        }
    }

    fn shown(found: &Found) -> String {
        let Found::Object(found) = found else { return "none".to_owned() };
        let text = |it: &Value, pointer| {
            it.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let one = |it: &Value| {
            format!("{}/{}", text(it, "/metadata/namespace"), text(it, "/metadata/name"))
        };
        match found.pointer("/items").and_then(Value::as_list) {
            Some(items) => {
                let all = std::iter::once(text(found, "/kind")).chain(items.iter().map(one));
                all.collect::<Vec<_>>().join(" ")
            }
            None => one(found),
        }
    }
}
