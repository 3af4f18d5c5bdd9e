//! Config maps and secrets that a build makes (`api/internal/generators`).

mod absorb;
mod data;
mod hash;
mod pairs;

use gitops_diff::Text;

use self::data::Entry;
pub(crate) use self::hash::HashTransformer;
use super::folder::Folder;
use super::kustomization::{GeneratorArgs, GeneratorOptions, SecretArgs};
use super::node::{Members, Node, Scalar, Style, Tag};
use super::problem::{Problem, Result};
use super::resource::{Resource, internal};

/// What the value of an annotation says that marks a resource.
pub(crate) const ENABLED: &str = "enabled";

/// What is to be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Generator {
    /// A `ConfigMap`.
    ConfigMap(GeneratorArgs),
    /// A `Secret`.
    Secret(SecretArgs),
}

impl Generator {
    /// Makes it of the files of `folder`.
    ///
    /// # Errors
    /// Where it has no name, a file is not there, a source is no pair or a key comes twice.
    pub(crate) fn generate(&self, folder: &Folder<'_>) -> Result<Resource> {
        let node = match self {
            Self::ConfigMap(args) => config_map(args, folder)?,
            Self::Secret(secret) => secret_node(secret, folder)?,
        };
        let mut resource = Resource::new(Node::Map(node), &folder.build.schema);
        mark(&mut resource, self.args());
        Ok(resource)
    }

    /// What both kinds have in common.
    pub(crate) fn args(&self) -> &GeneratorArgs {
        match self {
            Self::ConfigMap(args) => args,
            Self::Secret(secret) => &secret.args,
        }
    }

    /// What both kinds have in common.
    pub(crate) fn args_mut(&mut self) -> &mut GeneratorArgs {
        match self {
            Self::ConfigMap(args) => args,
            Self::Secret(secret) => &mut secret.args,
        }
    }
}

impl GeneratorOptions {
    /// One generator's options with those of the whole kustomization behind them.
    pub(crate) fn merged(local: Option<Self>, global: Option<&Self>) -> Option<Self> {
        let Some(global) = global else { return local };
        let mut merged = local.unwrap_or_default();
        for (own, others) in
            [(&mut merged.labels, &global.labels), (&mut merged.annotations, &global.annotations)]
        {
            for (key, value) in others.iter().flatten() {
                own.get_or_insert_default().entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        merged.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        merged.immutable |= global.immutable;
        Some(merged)
    }
}

fn config_map(args: &GeneratorArgs, folder: &Folder<'_>) -> Result<Members> {
    let mut node = base("ConfigMap", args)?;
    for (key, entry) in pairs::unique(args, folder)? {
        let (field, value) = Entry::of(&entry).config_map_value();
        node.get_or_insert(field, Node::map).as_map_or_make().set_field(&key, value);
    }
    finish(&mut node, args.options.as_ref());
    Ok(node)
}

fn secret_node(secret: &SecretArgs, folder: &Folder<'_>) -> Result<Members> {
    let args = &secret.args;
    let mut node = base("Secret", args)?;
    let kind = Some(&secret.secret_type).filter(|it| !it.is_empty());
    node.set_field("type", Node::string(kind.map_or("Opaque", Text::as_str)));
    let mut data = Members::default();
    for (key, entry) in pairs::unique(args, folder)? {
        data.set_field(&key, Entry::of(&entry).secret_value());
    }
    node.set("data", Node::Map(data));
    finish(&mut node, args.options.as_ref());
    Ok(node)
}

fn base(kind: &str, args: &GeneratorArgs) -> Result<Members> {
    if args.name.is_empty() {
        // Of secrets too.
        return Err(Problem::new("a configmap must have a name"));
    }
    let mut node = Members::default();
    node.set("apiVersion", Node::string("v1"));
    node.set("kind", Node::string(kind));
    let mut metadata = Members::default();
    metadata.set_field("name", Node::string(args.name.clone()));
    if !args.namespace.is_empty() {
        metadata.set_field("namespace", Node::string(args.namespace.clone()));
    }
    node.set("metadata", Node::Map(metadata));
    Ok(node)
}

/// Labels, annotations and whether it can change.
fn finish(node: &mut Members, options: Option<&GeneratorOptions>) {
    let Some(options) = options else { return };
    let metadata = node.get_or_insert("metadata", Node::map).as_map_or_make();
    for (field, texts) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        for (key, text) in texts.iter().flatten() {
            let map = metadata.get_or_insert(field, Node::map).as_map_or_make();
            map.set(key, Node::Scalar(quoted(text)));
        }
    }
    if options.immutable {
        let truth = Scalar { tag: Tag::Bool, ..Scalar::plain("true") };
        node.set_field("immutable", Node::Scalar(truth));
    }
}

fn quoted(text: &Text) -> Scalar {
    Scalar { style: Style::Single, ..Scalar::string(text.clone()) }
}

/// Remembers what is to be done with what was made: whether its name gets a hash, and whether it
/// may be there already.
fn mark(resource: &mut Resource, args: &GeneratorArgs) {
    let mut annotations = resource.texts("annotations");
    if !args.options.as_ref().is_some_and(|it| it.disable_name_suffix_hash) {
        annotations.insert(internal::NEEDS_HASH.into(), ENABLED.into());
    }
    let behavior = match args.behavior.as_str() {
        known @ ("create" | "replace" | "merge") => known,
        _ => "unspecified",
    };
    annotations.insert(internal::BEHAVIOR.into(), behavior.into());
    resource.set_texts("annotations", &annotations);
}

#[cfg(test)]
mod tests;
