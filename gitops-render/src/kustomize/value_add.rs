//! Adding one value in many places (`api/filters/valueadd`).

use gitops_diff::Text;

use super::decode::{Decode, Manner, decode_struct};
use super::folder::Folder;
use super::kustomization;
use super::node::{Node, Tag};
use super::problem::{Problem, Result};
use super::replacement::create;
use super::resource::Resource;
use super::resources::Resources;
use super::selector::Selector;
use super::transform::Transformer;
use super::transform::namespace::{Compiled, Namespace, Overwrite, Subjects};

/// Sets fields to a value, or puts the value into the paths that they hold.
#[derive(Debug)]
pub(crate) struct ValueAddTransformer {
    value: Text,
    targets: Vec<Target>,
}

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ValueAddArgs {
    value: Text,
    targets: Vec<TargetArgs>,
    target_file: Text,
}

decode_struct!(ValueAddArgs { value: "value", targets: "targets", target_file: "targetFilePath" });

/// Where the value goes.
#[derive(Clone, Debug, Default, PartialEq)]
struct TargetArgs {
    selector: Option<kustomization::Selector>,
    field: Text,
    position: i64,
}

decode_struct!(TargetArgs {
    selector: "selector",
    field: "fieldPath",
    position: "filePathPosition",
});

/// The targets in a file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Targets {
    targets: Vec<TargetArgs>,
}

decode_struct!(Targets { targets: "targets" });

#[derive(Debug)]
struct Target {
    selector: Option<Selector>,
    field: Vec<String>,
    /// Where in the path that the field holds the value goes, from 1; 0 where it takes its place.
    position: usize,
}

impl ValueAddTransformer {
    /// Where no value is said it is the name of the folder.
    ///
    /// # Errors
    /// Where there are no targets, or what one says is wrong.
    pub(crate) fn new(args: ValueAddArgs, folder: &Folder<'_>) -> Result<Self> {
        let ValueAddArgs { value, mut targets, target_file } = args;
        let value = match value.trim() {
            "" => folder.path.rsplit('/').next().unwrap_or_default(),
            value => value,
        };
        if !target_file.is_empty() {
            let more = folder.settings(&target_file)?;
            targets.extend(Targets::decode_with(&more, "Targets", Manner::Lenient)?.targets);
        }
        if targets.is_empty() {
            return Err(Problem::new("must specify at least one target"));
        }
        let targets = targets.iter().map(Target::new).collect::<Result<_>>()?;
        Ok(Self { value: value.into(), targets })
    }
}

impl ValueAddTransformer {
    /// The namespace of a resource is more than a field.
    fn change(&self, target: &Target, resource: &mut Resource) -> Result<()> {
        if target.field != ["metadata", "namespace"] {
            return target.set(resource.node_mut(), &self.value);
        }
        let namespace = Namespace {
            name: self.value.clone(),
            fields: Vec::new(),
            overwrite: Overwrite::All,
            subjects: Subjects::default(),
        };
        namespace.change(resource, &Compiled::new(&[]))
    }
}

impl Target {
    fn new(args: &TargetArgs) -> Result<Self> {
        if args.field.is_empty() {
            return Err(Problem::new("fieldPath cannot be empty"));
        }
        let position = usize::try_from(args.position).map_err(|_| {
            Problem::new(format!(
                "value of FilePathPosition ({}) cannot be negative",
                args.position
            ))
        })?;
        let selector = args.selector.as_ref().map(Selector::new).transpose()?;
        Ok(Self { selector, field: split(&args.field), position })
    }

    /// Sets the field of a resource.
    fn set(&self, root: &mut Node, value: &str) -> Result<()> {
        let Some(node) = create::find_or_make(root, &self.field)? else { return Ok(()) };
        match node.as_text() {
            Some(old) if self.position > 0 => {
                let path = insert(old, self.position - 1, value);
                node.set_text(path, Tag::Unknown)
            }
            _ => node.set_text(value, Tag::Unknown),
        }
    }
}

impl Transformer for ValueAddTransformer {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        for target in &self.targets {
            let selected = match &target.selector {
                None => (0..resources.len()).collect(),
                Some(selector) => resources.select(selector)?,
            };
            for at in selected {
                self.change(target, resources.get_mut(at))?;
            }
        }
        Ok(())
    }
}

/// The parts of a path: `\/` is no separator.
fn split(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in path.split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// `path` with `part` at `position`, from 0: what is absolute stays so, and behind the end is the
/// end.
fn insert(path: &str, position: usize, part: &str) -> String {
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut parts: Vec<&str> = rest.split('/').collect();
    if rest.is_empty() {
        parts.clear();
    }
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", joined(&parts))
}

/// The parts as one path, without `.` and `..`, as Go's `filepath.Join`.
fn joined(parts: &[&str]) -> String {
    let mut clean: Vec<&str> = Vec::new();
    for part in parts.iter().flat_map(|part| part.split('/')) {
        match part {
            "" | "." => {}
            ".." if clean.last().is_some_and(|last| *last != "..") => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean.join("/")
}

#[cfg(test)]
mod tests;
