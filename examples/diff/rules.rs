//! Rules out of files: our own, or those of other tools, told apart by what they say.

use std::error::Error;
use std::path::Path;

use gitops_diff::policy::{Catalogue, Document, Rule, import};
use gitops_diff::{Origin, Policy, Value};
use gitops_examples::manifests;
use gitops_render::yaml;

/// The rules of several sources, in their order: files, `defaults`, or the names of catalogues.
///
/// # Errors
/// What is wrong, with the file and the line.
pub(crate) fn read(sources: &[String]) -> Result<Policy, Box<dyn Error>> {
    let mut rules = Vec::new();
    for source in sources {
        let path = Path::new(source);
        if path.exists() {
            rules.append(&mut file(path)?);
        } else if source == "defaults" {
            rules.extend(Catalogue::ALL.into_iter().flat_map(Catalogue::rules));
        } else {
            let catalogue = source.parse::<Catalogue>();
            rules.extend(
                catalogue.map_err(|why| format!("no file, and {why}, or `defaults`"))?.rules(),
            );
        }
    }
    Ok(Policy::new(rules)?)
}

fn file(path: &Path) -> Result<Vec<Rule>, Box<dyn Error>> {
    let file = path.display().to_string();
    let mut rules = Vec::new();
    for document in manifests::documents(path)? {
        let places = |pointer: &str| {
            let line = nearest(&document, pointer)?;
            Some(Origin { file: file.as_str().into(), line, document: document.number })
        };
        let written = Document { value: &document.value, places: &places };
        rules.append(&mut import::any(written, &inner)?);
    }
    Ok(rules)
}

/// The line of what a pointer leads to, or of the nearest part around it that is there.
fn nearest(document: &yaml::Document, mut pointer: &str) -> Option<u32> {
    loop {
        if let Some(mark) = document.mark(pointer) {
            return Some(mark.line);
        }
        pointer = pointer.rsplit_once('/')?.0;
    }
}

/// What stands as YAML in a string.
fn inner(text: &str) -> Result<Value, String> {
    let documents = yaml::parse(text.as_bytes(), &yaml::Options::default());
    let mut documents = documents.map_err(|why| why.to_string())?;
    match documents.len() {
        0 => Ok(Value::Null),
        1 => Ok(documents.remove(0).value),
        more => Err(format!("one document is expected, not {more}")),
    }
}
