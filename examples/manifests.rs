//! Objects out of files and folders, exactly as they are written there.

use std::error::Error;
use std::path::Path;

use gitops_diff::{Object, Origin, Value};
use gitops_render::{Auto, Input, Renderer, yaml};
use gitops_source::TreePath;

use crate::folder;

/// The objects of a YAML or JSON file, lists taken apart, or what a folder renders to.
///
/// # Errors
/// What is wrong, with the file and the line.
pub fn read(path: &Path) -> Result<Vec<Object>, Box<dyn Error>> {
    if path.is_dir() {
        let tree = folder::tree(path)?;
        let rendered = Auto::default().render(&Input::new(&tree, TreePath::default()))?;
        return Ok(rendered.objects.into_iter().collect());
    }
    let mut objects = Vec::new();
    for document in documents(path)? {
        let file = path.display().to_string();
        for (pointer, body) in parts(document.value.clone()) {
            let line = document.mark(&pointer).map_or(1, |it| it.line);
            let object = Object::new(body).map_err(|why| format!("{file}:{line}: {why}"))?;
            let origin = Origin { file: file.as_str().into(), line, document: document.number };
            objects.push(object.with_origin(origin));
        }
    }
    Ok(objects)
}

/// The documents of a YAML or JSON file that are not empty.
///
/// # Errors
/// What is wrong, with the file and the line.
pub fn documents(path: &Path) -> Result<Vec<yaml::Document>, Box<dyn Error>> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|why| format!("`{shown}` cannot be read: {why}"))?;
    let documents = yaml::parse(&bytes, &yaml::Options::default());
    let mut documents = documents.map_err(|why| why.in_file(shown))?;
    documents.retain(|it| !it.value.is_null());
    Ok(documents)
}

/// The objects of a document, each with its place: the items of a list, or the document itself.
fn parts(value: Value) -> Vec<(String, Value)> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|it| it.ends_with("List"));
    match value.get("items").and_then(Value::as_list) {
        Some(items) if is_list => {
            let items = items.iter().cloned().enumerate();
            items.map(|(at, item)| (format!("/items/{at}"), item)).collect()
        }
        _ => vec![(String::new(), value)],
    }
}
