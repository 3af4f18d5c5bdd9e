//! The chart that the tables were recorded with.

use std::collections::BTreeMap;

use gitops_source::{Tree, TreePath};
use serde_json::Value as Json;

use crate::RenderError;
use crate::helm::chart::{Budget, Chart, Node, from_tree};
use crate::helm::context::{Shared, order, templates};
use crate::helm::engine::Engine;
use crate::helm::go::{Map, Str, Value};
use crate::helm::run::{Place, Places};
use crate::helm::watch::Watch;
use crate::helm::world::Lookups;
use crate::helm::{HelmCompat, HelmOptions};

const ABOUT: &str =
    "apiVersion: v2\nname: c\nversion: 0.1.0\nappVersion: \"1.2\"\ndescription: A chart\n";
const TEMPLATE: &str = "c/templates/t.yaml";

/// What the engine makes of `template` in the chart, and nothing after it.
pub(super) fn render(
    template: &str,
    values: &Json,
    files: &Json,
    options: HelmOptions,
) -> Result<Vec<u8>, String> {
    let compat = options.compat;
    let chart = chart(template, files, compat);
    let options = HelmOptions { namespace: "ns".to_owned(), ..options };
    let kept = crate::helm::kept::Kept::default();
    let watch = Watch::default();
    let fetched = BTreeMap::new();
    let lookups = Lookups::new(&*options.lookup, &fetched);
    let engine = Engine::new(&options, &kept, &watch, &lookups);
    let capabilities = engine.capabilities().expect("those of Helm itself");
    let shared = Shared { release: release(), capabilities: capabilities.value, compat };
    let templates = templates(&Node::new(&chart), &map(values), &shared);
    let printed = engine.run(&order(&templates), "rel", None);
    let place = Place { file: TEMPLATE.into(), ..Place::default() };
    let places = Places::from([(TEMPLATE.to_owned(), place)]);
    match printed.map_err(|fault| fault.into_error(&places)) {
        Ok(mut printed) => {
            let text = printed.remove(TEMPLATE);
            Ok(text.map(|text| text.bytes().to_vec()).unwrap_or_default())
        }
        Err(RenderError::Invalid { message, .. }) => Err(message),
        Err(other) => Err(other.to_string()),
    }
}

fn chart(template: &str, files: &Json, compat: HelmCompat) -> Chart {
    let files = files.as_object().expect("files are an object").iter();
    let files = files.map(|(path, text)| {
        (format!("c/{path}"), text.as_str().expect("files are texts").to_owned())
    });
    let own =
        [("c/Chart.yaml".to_owned(), ABOUT.to_owned()), (TEMPLATE.to_owned(), template.to_owned())];
    let tree = Tree::from_files(own.into_iter().chain(files)).expect("the paths are sound");
    let mut budget = Budget::new(HelmOptions::default().chart_limits);
    from_tree(&tree, &TreePath::new("c").expect("a path"), &mut budget)
        .and_then(|files| Chart::load(files, &mut budget, compat))
        .expect("the chart is sound")
}

fn release() -> Value {
    let entries = [
        ("Name", Value::string("rel")),
        ("Namespace", Value::string("ns")),
        ("Service", Value::string("Helm")),
        ("Revision", Value::int(1)),
        ("IsInstall", Value::Bool(true)),
        ("IsUpgrade", Value::Bool(false)),
    ];
    Value::Map(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect())
}

fn map(json: &Json) -> Map {
    match value(json) {
        Value::Map(map) => map,
        _ => Map::of([].into()),
    }
}

/// JSON as Go decodes it: all numbers are floats.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(members) => {
            let entries = members.iter().map(|(key, json)| (Str::from(key.as_str()), value(json)));
            Value::Map(entries.collect())
        }
    }
}
