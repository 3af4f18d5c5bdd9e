//! Values that are taken from one place and put to others (`api/filters/replacement`).

pub(crate) mod create;
mod lookup;
mod matcher;
mod path;
mod spelled;
mod structured;
mod value;

use self::matcher::Kind;
use self::value::Source;
use super::build::Build;
use super::decode::{Decode, Manner};
use super::folder::Folder;
use super::id::{Gvk, ResId};
use super::kustomization::{
    FieldOptions, IdFields, Replacement, ReplacementField, Selector as Fields, SourceSelector,
    TargetSelector,
};
use super::problem::{Problem, Result};
use super::resource::Resource;
use super::resources::Resources;
use super::selector::Selector;
use super::transform::Transformer;
use crate::Warning;

/// The field that is meant where none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// Replaces values.
pub(crate) struct ReplacementTransformer<'a> {
    build: &'a Build<'a>,
    replacements: Vec<Replacement>,
}

impl<'a> ReplacementTransformer<'a> {
    /// The replacements that stand in `fields` and in the files that they name.
    ///
    /// # Errors
    /// Where a file cannot be read, or a field has both.
    pub(crate) fn new(fields: &[ReplacementField], folder: &Folder<'a>) -> Result<Self> {
        let mut replacements = Vec::new();
        for ReplacementField { path, replacement } in fields {
            let has_targets = replacement.targets.as_ref().is_some_and(|it| !it.is_empty());
            let is_inline = replacement.source.is_some() || has_targets;
            match (path.is_empty(), is_inline) {
                // An empty list of targets counts as none where it does not stand in a file.
                (true, _) => {
                    let targets = replacement.targets.clone().filter(|_| has_targets);
                    replacements.push(Replacement { targets, ..replacement.clone() });
                }
                (false, true) => {
                    return Err(Problem::new("cannot specify both path and inline replacement"));
                }
                (false, false) => replacements.extend(load(folder, path)?),
            }
        }
        Ok(Self { build: folder.build, replacements })
    }
}

/// The replacements in a file: a list or only one.
fn load(folder: &Folder<'_>, path: &str) -> Result<Vec<Replacement>> {
    let value = folder.settings(path)?;
    let kind = match &value {
        gitops_diff::Value::List(_) => {
            return Vec::decode_with(&value, "Replacement", Manner::Lenient);
        }
        gitops_diff::Value::Map(_) => {
            let one = Replacement::decode_with(&value, "Replacement", Manner::Lenient)?;
            return Ok(vec![one]);
        }
        gitops_diff::Value::Null => "invalid",
        gitops_diff::Value::Bool(_) => "bool",
        gitops_diff::Value::Int(_) | gitops_diff::Value::Float(_) => "float64",
        gitops_diff::Value::Str(_) => "string",
    };
    Err(Problem::new(format!(
        "unsupported replacement type encountered within replacement path: {kind}"
    )))
}

impl Transformer for ReplacementTransformer<'_> {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let mut spent = value::Spent::default();
        for replacement in &self.replacements {
            let Some(targets) = replacement
                .targets
                .as_ref()
                .filter(|_| replacement.source.is_some() || replacement.source_value.is_some())
            else {
                return Err(Problem::new(
                    "replacements must specify a source and at least one target",
                ));
            };
            let mut source = source(replacement, resources)?;
            for target in targets {
                let found =
                    Target::new(target, &source)?.apply(&mut source, resources, &mut spent)?;
                if found == 0 {
                    self.warn_of_nothing(target);
                }
            }
        }
        Ok(())
    }
}

impl ReplacementTransformer<'_> {
    /// Warns that nothing is meant: upstream says nothing, and then nobody finds the slip.
    fn warn_of_nothing(&self, target: &TargetSelector) {
        let Some(Fields { id, labels, annotations }) = &target.select else {
            return;
        };
        let said = [
            ("group", &id.group),
            ("version", &id.version),
            ("kind", &id.kind),
            ("name", &id.name),
            ("namespace", &id.namespace),
            ("labelSelector", labels),
            ("annotationSelector", annotations),
        ];
        let said = said.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = said.map(|(name, value)| format!("{name}: {value}")).collect();
        let message =
            format!("a replacement changes nothing: no resource is {{{}}}", said.join(", "));
        self.build.warnings.borrow_mut().push(Warning { message, origin: None });
    }
}

/// What the replacement puts to its targets.
fn source(replacement: &Replacement, resources: &Resources) -> Result<Source> {
    match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => {
            Err(Problem::new("value and resource selectors are mutually exclusive"))
        }
        (_, Some(text)) => Ok(Source::text(text)),
        (Some(selector), None) => selected(selector, resources),
        (None, None) => Err(Problem::new("nothing selected by ")),
    }
}

/// The value in the one resource that `selector` means.
fn selected(selector: &SourceSelector, resources: &Resources) -> Result<Source> {
    let id = selector.res_id();
    let found = resources.positions(|it| it.all_ids().any(|own| own.is_selected(&id)));
    let at = match found[..] {
        [at] => at,
        [] => return Err(Problem::new(format!("nothing selected by {}", shown(selector)))),
        _ => {
            return Err(Problem::new(format!("multiple matches for selector {}", shown(selector))));
        }
    };
    let field = if selector.field_path.is_empty() { DEFAULT_PATH } else { &selector.field_path };
    let node = resources.get(at).node();
    let place = lookup::find(node, &path::split(field)?)
        .map_err(|it| it.within("error looking up replacement source"))?;
    let value = place.as_ref().and_then(|place| node.place(place));
    let Some((place, value)) = place.as_ref().zip(value.filter(|it| !it.is_nothing())) else {
        return Err(Problem::new(format!(
            "fieldPath `{field}` is missing for replacement source {id}"
        )));
    };
    Source::in_resource(at, place, value, selector.options.as_ref())
}

impl SourceSelector {
    fn res_id(&self) -> ResId {
        let gvk = Gvk {
            group: self.id.group.clone(),
            version: self.id.version.clone(),
            kind: self.id.kind.clone(),
            cluster_scoped: false,
        };
        ResId { gvk, name: self.id.name.clone(), namespace: self.id.namespace.clone() }
    }
}

impl ResId {
    /// Whether it is one that `selector` means, where empty parts mean any.
    fn is_selected(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty()
                || selector.effective_namespace() == self.effective_namespace())
            && self.gvk.is_selected(&selector.gvk)
    }
}

/// A source as upstream prints it in errors.
fn shown(selector: &SourceSelector) -> String {
    let mut parts = vec![selector.res_id().to_string()];
    if !selector.field_path.is_empty() {
        parts.push(selector.field_path.to_string());
    }
    let options = selector.options.as_ref().filter(|it| !it.delimiter.is_empty() || it.create);
    if let Some(FieldOptions { delimiter, index, create, .. }) = options {
        parts.push(format!("{delimiter}({index}), create={create}"));
    }
    parts.join(":")
}

/// Where the value goes, ready to be found.
struct Target<'a> {
    select: Selector,
    reject: Vec<Reject>,
    fields: Vec<Field<'a>>,
    options: Option<&'a FieldOptions>,
    create: Option<Kind>,
}

/// Resources that are no targets, though they are selected.
struct Reject {
    selector: Selector,
    /// Whether it says something of names, and of labels or annotations: each counts by itself.
    by_id: bool,
    by_metadata: bool,
}

/// A path as it is written and in parts.
struct Field<'a> {
    path: &'a str,
    parts: Vec<String>,
}

impl<'a> Target<'a> {
    fn new(target: &'a TargetSelector, source: &Source) -> Result<Self> {
        let Some(select) = &target.select else {
            return Err(Problem::new("target must specify resources to select"));
        };
        let compile = |fields: &Fields| {
            Selector::new(fields).map_err(|it| it.within("error creating target selector"))
        };
        let reject = |fields: &Fields| {
            Ok(Reject {
                selector: compile(fields)?,
                by_id: fields.id != IdFields::default(),
                by_metadata: !fields.labels.is_empty() || !fields.annotations.is_empty(),
            })
        };
        let paths = target.field_paths.iter().map(|path| &**path);
        let default = target.field_paths.is_empty().then_some(DEFAULT_PATH);
        let field = |path| Ok(Field { path, parts: path::split(path)? });
        let creates = target.options.as_ref().is_some_and(|options| options.create);
        Ok(Self {
            select: compile(select)?,
            reject: target.reject.iter().map(reject).collect::<Result<_>>()?,
            fields: paths.chain(default).map(field).collect::<Result<_>>()?,
            options: target.options.as_ref(),
            create: creates.then(|| Kind::of(source.value())),
        })
    }

    /// Puts the value to all resources that are meant; how many they are.
    fn apply(
        &self,
        source: &mut Source,
        resources: &mut Resources,
        spent: &mut value::Spent,
    ) -> Result<usize> {
        let mut found = 0;
        for at in 0..resources.len() {
            if !self.selects(resources.get(at))? {
                continue;
            }
            let resource = resources.get_mut(at);
            for field in &self.fields {
                self.set(field, at, resource, source, spent)?;
            }
            found += 1;
        }
        Ok(found)
    }

    fn selects(&self, resource: &Resource) -> Result<bool> {
        if !self.select.matches_metadata(resource)? {
            return Ok(false);
        }
        for reject in &self.reject {
            if reject.by_metadata && reject.selector.matches_metadata(resource)? {
                return Ok(false);
            }
        }
        let matches = |selector: &Selector| {
            resource.all_ids().any(|id| {
                selector.matches_gvk(&id.gvk)
                    && selector.matches_name(&id.name)
                    && selector.matches_namespace(&id.namespace)
            })
        };
        let rejected = self.reject.iter().any(|it| it.by_id && matches(&it.selector));
        Ok(!rejected && matches(&self.select))
    }

    /// Sets all places that the path of a field means.
    fn set(
        &self,
        field: &Field<'_>,
        at: usize,
        resource: &mut Resource,
        source: &mut Source,
        spent: &mut value::Spent,
    ) -> Result<()> {
        let root = resource.node_mut();
        let setter = value::Setter { value: source.value(), options: self.options };
        if let Some(place) = structured::set(root, &field.parts, &setter, self.create, spent) {
            source.follow(at, &place, root);
            return Ok(());
        }
        let problem = || {
            let verb = if self.create.is_some() { "find or create" } else { "find" };
            format!("unable to {verb} field {:?} in replacement target", field.path)
        };
        let found =
            matcher::find(root, &field.parts, self.create).map_err(|it| it.within(problem()))?;
        // What was made may stand in the value itself.
        source.refresh(at, root);
        if found.is_empty() {
            return Err(Problem::new(problem()));
        }
        for place in found {
            let setter = value::Setter { value: source.value(), options: self.options };
            setter.set(root, &place, spent)?;
            source.follow(at, &place, root);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
