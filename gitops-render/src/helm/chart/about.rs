//! `.Chart` as Helm 3 has it: structs, so that a field that is none is an error.

use gitops_diff::Value as Parsed;

use super::metadata::{Dependency, Metadata, list, plain, string_map};
use crate::helm::go::{Field, Kind, List, Map, Named, Record, Tag, Type, Value};

static CHART: Named = Named::new("struct { chart.Metadata; IsRoot bool }", Kind::Struct, Type::Any);
static METADATA: Named = Named::new("chart.Metadata", Kind::Struct, Type::Any);
static MAINTAINER: Named = Named::new("*chart.Maintainer", Kind::Ptr, Type::Any);
static DEPENDENCY: Named = Named::new("*chart.Dependency", Kind::Ptr, Type::Any);

/// `.Chart` of a chart with this metadata.
pub(super) fn chart(metadata: &Metadata, is_root: bool) -> Value {
    let is_root = Field { name: "IsRoot", json: Tag::Name("IsRoot"), value: Value::Bool(is_root) };
    let metadata = record(&METADATA, fields(metadata));
    let metadata = Field { name: "Metadata", json: Tag::Embedded, value: metadata };
    record(&CHART, vec![metadata, is_root])
}

fn record(ty: &'static Named, fields: Vec<Field>) -> Value {
    Value::Object(std::rc::Rc::new(Record { ty, fields }))
}

/// A field that JSON leaves out where it is empty, as nearly all are.
fn field(name: &'static str, json: &'static str, value: Value) -> Field {
    Field { name, json: Tag::NotEmpty(json), value }
}

fn fields(metadata: &Metadata) -> Vec<Field> {
    let text = |name, json| field(name, json, Value::string(metadata.text(json)));
    let strings = |name, json| field(name, json, strings(list(&metadata.fields, json, plain)));
    vec![
        text("Name", "name"),
        text("Home", "home"),
        strings("Sources", "sources"),
        text("Version", "version"),
        text("Description", "description"),
        strings("Keywords", "keywords"),
        field("Maintainers", "maintainers", pointers(maintainers(metadata), &MAINTAINERS)),
        text("Icon", "icon"),
        text("APIVersion", "apiVersion"),
        text("Condition", "condition"),
        text("Tags", "tags"),
        text("AppVersion", "appVersion"),
        field("Deprecated", "deprecated", Value::Bool(metadata.is_deprecated())),
        field("Annotations", "annotations", annotations(metadata)),
        text("KubeVersion", "kubeVersion"),
        field("Dependencies", "dependencies", pointers(dependencies(metadata), &DEPENDENCIES)),
        text("Type", "type"),
    ]
}

static MAINTAINERS: Type = Type::Named(&MAINTAINER);
static DEPENDENCIES: Type = Type::Named(&DEPENDENCY);

fn pointers(items: Vec<Value>, ty: &'static Type) -> Value {
    Value::List(if items.is_empty() { List::nil(ty) } else { List::typed(ty, items) })
}

fn strings(items: Vec<Value>) -> Value {
    Value::List(if items.is_empty() {
        List::nil(&Type::Str)
    } else {
        List::typed(&Type::Str, items)
    })
}

fn annotations(metadata: &Metadata) -> Value {
    Value::Map(match metadata.fields.get("annotations") {
        Some(Parsed::Map(members)) => string_map(members),
        _ => Map::nil(Type::STRING_MAP),
    })
}

fn maintainers(metadata: &Metadata) -> Vec<Value> {
    list(&metadata.fields, "maintainers", |maintainer| {
        let text = |name, json| {
            let text = maintainer.get(json).and_then(Parsed::as_str).unwrap_or_default();
            field(name, json, Value::string(text))
        };
        record(&MAINTAINER, vec![text("Name", "name"), text("Email", "email"), text("URL", "url")])
    })
}

fn dependencies(metadata: &Metadata) -> Vec<Value> {
    metadata.dependencies.iter().flatten().map(dependency).collect()
}

fn dependency(dependency: &Dependency) -> Value {
    let value = |json| Value::string(dependency.text(json));
    let text = |name, json| field(name, json, value(json));
    let shown = |name, json| Field { name, json: Tag::Name(json), value: value(json) };
    record(
        &DEPENDENCY,
        vec![
            shown("Name", "name"),
            text("Version", "version"),
            shown("Repository", "repository"),
            text("Condition", "condition"),
            field("Tags", "tags", strings(dependency.tags().map(Value::string).collect())),
            field("Enabled", "enabled", Value::Bool(dependency.enabled)),
            field("ImportValues", "import-values", dependency.imports()),
            text("Alias", "alias"),
        ],
    )
}
