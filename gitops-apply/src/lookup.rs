//! What templates look up: the rules of Helm's `pkg/engine/lookup_func.go` and of the client
//! under it (`k8s.io/client-go/dynamic`).

use gitops_diff::{Query, Value};

use crate::ApplyError;

/// Where the API has objects of a kind.
pub(crate) struct Place<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) plural: &'a str,
    pub(crate) namespaced: bool,
}

/// The path that answers `query`, in segments. A kind that its version does not have is looked for
/// at the root of the API, as Helm does: by name there is nothing, and its list is what the API
/// says of itself.
///
/// # Errors
/// Names that cannot be part of a path.
pub(crate) fn path<'a>(
    query: &'a Query,
    place: Option<&Place<'a>>,
) -> Result<Vec<&'a str>, ApplyError> {
    let namespaced = place.is_some_and(|place| place.namespaced);
    let namespace = Some(&*query.namespace).filter(|it| namespaced && !it.is_empty());
    let name = Some(&*query.name).filter(|it| !it.is_empty());
    check("namespace", namespace)?;
    check("resource name", name)?;
    let mut path = match place {
        None => vec!["api"],
        Some(place) if place.group.is_empty() => vec!["api", place.version],
        Some(place) => vec!["apis", place.group, place.version],
    };
    path.extend(namespace.into_iter().flat_map(|namespace| ["namespaces", namespace]));
    path.extend(place.map(|place| place.plural));
    path.extend(name);
    Ok(path)
}

/// `IsValidPathSegmentName` in `k8s.io/apimachinery/pkg/api/validation/path`.
fn check(what: &str, segment: Option<&str>) -> Result<(), ApplyError> {
    let Some(segment) = segment else { return Ok(()) };
    let wrong: Vec<String> = match segment {
        "." | ".." => vec![format!("may not be '{segment}'")],
        _ => {
            let held = ["/", "%"].into_iter().filter(|it| segment.contains(it));
            held.map(|it| format!("may not contain '{it}'")).collect()
        }
    };
    match wrong[..] {
        [] => Ok(()),
        _ => Err(ApplyError::Invalid(format!("invalid {what} {segment:?}: [{}]", wrong.join(" ")))),
    }
}

/// Group and version of `query`.
///
/// # Errors
/// Where they are none.
pub(crate) fn version(query: &Query) -> Result<(&str, &str), ApplyError> {
    match query.api_version.matches('/').count() {
        0 | 1 if !matches!(&*query.api_version, "" | "/") => Ok((query.group(), query.version())),
        _ => Err(no_version(("", ""), query, "groupVersion shouldn't be empty")),
    }
}

/// That the API does not have the version, which Helm takes for an error: unlike a kind.
pub(crate) fn unserved(query: &Query) -> ApplyError {
    let version = (query.group(), query.version());
    no_version(version, query, "the server could not find the requested resource")
}

fn no_version((group, version): (&str, &str), query: &Query, why: &str) -> ApplyError {
    let kind = &query.kind;
    ApplyError::Invalid(format!(
        "unable to get apiresource from unstructured: {group}/{version}, Kind={kind}: {why}"
    ))
}

/// The answer as a client has it: items of a list say what they are, which the API leaves out.
pub(crate) fn whole(query: &Query, mut answer: Value) -> Value {
    let text =
        |value: &Value, key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !query.is_list() {
        return answer;
    }
    let (api_version, list) = (text(&answer, "apiVersion"), text(&answer, "kind"));
    let kind = list.strip_suffix("List").unwrap_or(&list);
    let Some(members) = answer.as_map_mut() else { return answer };
    let mut items = match members.remove("items") {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    for item in &mut items {
        let said = [text(item, "kind"), text(item, "apiVersion")];
        if let Some(item) = item.as_map_mut()
            && said.iter().all(String::is_empty)
        {
            item.insert("kind", kind.into());
            item.insert("apiVersion", (&*api_version).into());
        }
    }
    members.insert("items", Value::List(items));
    answer
}
