//! What a body says it is.

use gitops_diff::Value;

use super::metadata;
use super::resource::Resource;
use super::status::Status;

/// Checks what a body says it is, and says it where it does not.
///
/// # Errors
/// Another kind or version than the path's.
pub(super) fn say_type(resource: &Resource, object: &mut Value) -> Result<(), Status> {
    let Some(members) = object.as_map_mut() else {
        let message = format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; \
             json parse error: json: cannot unmarshal into Go value",
            resource.kind
        );
        return Err(Status::bad_request(message));
    };
    let expected = resource.api_version();
    let text = |key| members.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if (version.is_empty() || kind.is_empty()) && resource.rules.custom {
        let missing = if kind.is_empty() { "Kind" } else { "apiVersion" };
        return Err(Status::bad_request(format!("Object '{missing}' is missing")));
    }
    if !version.is_empty() && version != expected {
        let message = format!(
            "the API version in the data ({version}) does not match the expected API version \
             ({expected})"
        );
        return Err(Status::bad_request(message));
    }
    if !kind.is_empty() && resource.kind != kind.as_str() {
        let message = format!(
            "{kind} in version \"{}\" cannot be handled as a {}: converting ({}.{kind}) to \
             ({}.{}): unknown conversion",
            resource.version, resource.kind, resource.version, resource.group, resource.kind
        );
        return Err(Status::bad_request(message));
    }
    members.insert("apiVersion", expected.into());
    members.insert("kind", resource.kind.clone().into());
    Ok(())
}

/// An empty list of managers, which resets who owns what: no struct prints it.
pub(super) fn reset_of_managers(body: &Value) -> Option<Value> {
    let managers = body.pointer("/metadata/managedFields")?;
    managers.as_list().is_some_and(<[Value]>::is_empty).then(|| managers.clone())
}

/// Puts in what the struct of a kind prints though nobody wrote it: the generation of a daemon
/// set's template is a field to the server, and an annotation to its clients.
pub(super) fn complete_struct(resource: &Resource, object: &mut Value) {
    if resource.is("apps", "daemonsets") {
        let annotations = metadata::of(object).map_at("annotations");
        annotations.entry("deprecated.daemonset.template.generation", || "0".into());
    }
}
