//! From documents to objects that know where they come from.

use gitops_diff::{Object, Origin, Value};

use super::chart::document;
use super::origins::Origins;
use super::release::{Crd, Manifest, Terms};
use super::run::{Outcome, Place, Places};
use crate::{Hook, Position, RenderError, Rendered, Warning, yaml};

/// The objects of a render. Documents without content are left out.
pub(super) fn rendered(outcome: Outcome) -> Result<Rendered, RenderError> {
    let Outcome { crds, sorted, notes, warnings, read, lookups, places, origins } = outcome;
    let origins = origins.as_ref();
    let all = sorted.manifests.iter().chain(sorted.hooks.iter().map(|hook| &hook.manifest));
    let mut reads = origins.map(|origins| origins.reads(all)).unwrap_or_default();
    let mut rendered = Rendered { read, warnings, notes, lookups, ..Rendered::default() };
    for crd in &crds {
        let place = places.get(&crd.path).cloned().unwrap_or_default();
        add_definitions(crd, &place, &mut rendered)?;
    }
    for manifest in sorted.manifests {
        let origin = origin(&manifest, &places, origins);
        let reads = reads.remove(&manifest.key()).unwrap_or_default();
        for object in objects(value(&manifest, &origin)?, &origin)? {
            rendered.values.insert(object.id().clone(), reads.clone());
            add(object, &mut rendered);
        }
    }
    for hook in sorted.hooks {
        let origin = origin(&hook.manifest, &places, origins);
        let reads = reads.remove(&hook.manifest.key()).unwrap_or_default();
        let Terms { events, weight, delete_policies, output_log_policies } = hook.terms;
        for object in objects(value(&hook.manifest, &origin)?, &origin)? {
            rendered.hooks.push(Hook {
                object,
                values: reads.clone(),
                events: events.clone(),
                weight,
                delete_policies: delete_policies.clone(),
                output_log_policies: output_log_policies.clone(),
            });
        }
    }
    Ok(rendered)
}

/// What a document says. Its head was read before, so there is hardly anything wrong with it.
fn value(manifest: &Manifest, origin: &Origin) -> Result<Value, RenderError> {
    document(manifest.content().as_bytes())
        .map_err(|message| RenderError::Invalid { position: Position::from(origin), message })
}

/// The template of a document, and the line where that can be known.
fn origin(manifest: &Manifest, places: &Places, origins: Option<&Origins>) -> Origin {
    let place = places.get(&*manifest.path);
    let file = place.map_or(&*manifest.path, |place| &*place.file);
    let known = place.zip(origins).and_then(|(place, it)| it.line(manifest, &place.content));
    let line = known.or_else(|| Some(line(place?, manifest.number()))).unwrap_or(1);
    Origin { file: file.into(), line, document: manifest.number() }
}

/// The line on which the document `number` starts in a template, as far as dashes tell.
fn line(place: &Place, number: u32) -> u32 {
    let mut document = 1;
    let mut first = None;
    for (line, text) in (1..).zip(place.content.split(|byte| *byte == b'\n')) {
        if text.starts_with(b"---") {
            document += u32::from(first.is_some());
            if document > number {
                break;
            }
            first = None;
        } else if first.is_none()
            && (text.starts_with(b"apiVersion:") || text.starts_with(b"kind:"))
        {
            first = Some(line);
            if document == number {
                break;
            }
        }
    }
    first.filter(|_| document == number).unwrap_or(1)
}

/// The definitions of a file of `crds/`.
fn add_definitions(crd: &Crd, place: &Place, rendered: &mut Rendered) -> Result<(), RenderError> {
    let options =
        yaml::Options { duplicates: yaml::Duplicates::LastWins, ..yaml::Options::default() };
    for document in yaml::Documents::new(crd.content.as_bytes(), &options)
        .map_err(|error| error.in_file(&*place.file))?
    {
        let document = document.map_err(|error| error.in_file(&*place.file))?;
        let line = document.place.mark().line;
        let origin = Origin { file: (&*place.file).into(), line, document: document.number };
        for object in objects(document.value, &origin)? {
            add(object, rendered);
        }
    }
    Ok(())
}

/// Adds an object. Helm applies one that is printed twice twice; the last stays.
fn add(object: Object, rendered: &mut Rendered) {
    let id = object.id().clone();
    let origin = object.origin().cloned();
    if let Some(first) = rendered.objects.replace(object) {
        let first = first.origin().map(ToString::to_string).unwrap_or_default();
        let message = format!("{id} is printed twice, first by {first}, which is left out");
        rendered.warnings.push(Warning { message, origin });
    }
}

/// The objects of a document: itself, or the items of a list.
fn objects(value: Value, origin: &Origin) -> Result<Vec<Object>, RenderError> {
    let mut open = vec![value];
    let mut objects = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Null => {}
            Value::Map(mut map) if is_list(&map) => {
                if let Some(Value::List(items)) = map.remove("items") {
                    open.extend(items.into_iter().rev());
                }
            }
            value => {
                let object = Object::new(value).map_err(|error| RenderError::Invalid {
                    position: Position::from(origin),
                    message: error.to_string(),
                })?;
                objects.push(object.with_origin(origin.clone()));
            }
        }
    }
    Ok(objects)
}

/// Whether this is a list of objects, as `kubectl` takes them.
fn is_list(map: &gitops_diff::Map) -> bool {
    let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
    let named = map.get("metadata").and_then(|it| it.get("name")).is_some();
    kind.ends_with("List")
        && matches!(map.get("items"), Some(Value::List(_) | Value::Null))
        && !named
}
