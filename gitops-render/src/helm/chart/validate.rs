//! What Helm refuses of a chart's metadata when it reads the chart.

use std::collections::BTreeSet;

use gitops_diff::Value;

use super::metadata::{Dependency, Metadata};
use super::version::is_version;
use crate::helm::words::{is_print, quote};

/// The fields whose spaces and unprintable characters are put right.
const SANITIZED: [&str; 8] =
    ["name", "description", "home", "icon", "condition", "tags", "appVersion", "kubeVersion"];

/// Puts the texts right, and refuses what cannot be.
///
/// # Errors
/// Helm's, with `validation: ` in front.
pub(super) fn validate(metadata: &mut Metadata) -> Result<(), String> {
    for field in SANITIZED {
        let text = sanitize(metadata.text(field));
        if !text.is_empty() {
            metadata.set(field, &text);
        }
    }
    for field in ["sources", "keywords"] {
        sanitize_all(metadata.list_mut(field));
    }
    check_fields(metadata).map_err(|error| format!("validation: {error}"))?;
    check_dependencies(metadata).map_err(|error| format!("validation: {error}"))
}

fn check_fields(metadata: &mut Metadata) -> Result<(), String> {
    let name = metadata.name();
    if metadata.text("apiVersion").is_empty() {
        return Err("chart.metadata.apiVersion is required".to_owned());
    }
    if name.is_empty() {
        return Err("chart.metadata.name is required".to_owned());
    }
    if matches!(name, "." | "..") {
        return Err(format!("chart.metadata.name {} is not allowed", quote(name)));
    }
    if name.contains('/') {
        return Err(format!("chart.metadata.name {} is invalid", quote(name)));
    }
    if metadata.version().is_empty() {
        return Err("chart.metadata.version is required".to_owned());
    }
    if !is_version(metadata.version()) {
        let version = quote(metadata.version());
        return Err(format!("chart.metadata.version {version} is invalid"));
    }
    if !matches!(metadata.text("type"), "" | "application" | "library") {
        return Err("chart.metadata.type must be application or library".to_owned());
    }
    for maintainer in metadata.list_mut("maintainers") {
        let Value::Map(fields) = maintainer else {
            return Err("maintainers must not contain empty or null nodes".to_owned());
        };
        fields.iter_mut().for_each(|(_, value)| sanitize_value(value));
    }
    Ok(())
}

fn check_dependencies(metadata: &mut Metadata) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for dependency in metadata.dependencies.iter_mut().flatten() {
        check_dependency(dependency)?;
        let alias = dependency.text("alias");
        let key = if alias.is_empty() { dependency.name() } else { alias };
        if !seen.insert(key.to_owned()) {
            let key = quote(key);
            return Err(format!("more than one dependency with name or alias {key}"));
        }
    }
    if metadata.null_dependency {
        return Err("dependencies must not contain empty or null nodes".to_owned());
    }
    Ok(())
}

fn check_dependency(dependency: &mut Dependency) -> Result<(), String> {
    for field in ["name", "version", "repository", "condition"] {
        let text = sanitize(dependency.text(field));
        if !text.is_empty() {
            dependency.set(field, &text);
        }
    }
    sanitize_all(dependency.tags_mut());
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !dependency.text("alias").bytes().all(allowed) {
        let name = quote(dependency.name());
        return Err(format!("dependency {name} has disallowed characters in the alias"));
    }
    Ok(())
}

fn sanitize_all(items: &mut [Value]) {
    items.iter_mut().for_each(sanitize_value);
}

fn sanitize_value(value: &mut Value) {
    if let Some(text) = value.as_str() {
        *value = Value::Str(sanitize(text).into());
    }
}

/// Every space as a plain one, and nothing that cannot be seen.
fn sanitize(text: &str) -> String {
    let seen = |rune: char| if rune.is_whitespace() { ' ' } else { rune };
    text.chars().map(seen).filter(|rune| is_print(*rune)).collect()
}
