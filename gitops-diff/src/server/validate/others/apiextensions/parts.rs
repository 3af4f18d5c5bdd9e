//! Subresources and printer columns.

use super::Field;

const TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const FORMATS: [&str; 8] =
    ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/// `ValidateCustomResourceDefinitionSubresources`.
pub(super) fn check_subresources(subresources: &Field<'_>) {
    let scale = subresources.field("scale");
    if !scale.is_set() {
        return;
    }
    for (name, below) in [("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")] {
        let path = scale.field(name);
        path.require();
        if !path.is_empty() {
            check_path(&path, &[below]);
        }
    }
    let selector = scale.field("labelSelectorPath");
    if !selector.is_empty() {
        check_path(&selector, &[".spec.", ".status."]);
    }
}

fn check_path(path: &Field<'_>, below: &[&str]) {
    if !path.str().starts_with('.') {
        path.invalid("must be a simple json path starting with .");
    } else if !below.iter().any(|it| path.str().starts_with(it)) {
        path.invalid(&format!("should be a json path under {}", below.join(" or ")));
    }
}

/// `ValidateCustomResourceColumnDefinition`.
pub(super) fn check_columns(columns: &Field<'_>) {
    for column in columns.items() {
        column.field("name").require();
        let (kind, format) = (column.field("type"), column.field("format"));
        let types = format!("must be one of {}", TYPES.join(","));
        if kind.is_empty() {
            kind.required(&types);
        } else if !TYPES.contains(&kind.str()) {
            kind.invalid(&types);
        }
        if !format.is_empty() && !FORMATS.contains(&format.str()) {
            format.invalid(&format!("must be one of {}", FORMATS.join(",")));
        }
        let path = column.field("jsonPath");
        let path = path.named("JSONPath");
        path.require();
        if !path.is_empty() && !path.str().starts_with('.') {
            path.invalid("must be a simple json path starting with .");
        }
    }
}
