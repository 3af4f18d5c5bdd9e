//! The renderer of plain manifests: the files are the objects.

mod objects;
mod options;
mod selection;

use gitops_diff::Origin;
use gitops_source::{Digest, File, TreePath};

pub use self::options::{Folders, PlainLimits, PlainOptions};
use self::selection::{Selection, Verdict};
use crate::detect::below;
use crate::yaml::Allowance;
use crate::{Input, Position, RenderError, Rendered, Renderer, Warning};

/// Takes the objects of YAML and JSON files as they stand.
///
/// Files have any number of documents; a `List`, or a list of one kind, stands for its items.
/// Hidden files and folders, and the files of Kustomize, are left out. Everything that is wrong
/// is reported at once, and then nothing is rendered: a document that is no object, two objects
/// of one identity, `metadata.generateName`. A path may name a single file too.
///
/// ```
/// use gitops_render::{Input, Plain, Renderer};
/// use gitops_source::{Tree, TreePath};
///
/// let tree = Tree::from_files([(
///     "apps/web.yaml",
///     "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\n\
///      apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
/// )])?;
/// let rendered = Plain::default().render(&Input::new(&tree, TreePath::new("apps")?))?;
/// let origins: Vec<String> =
///     rendered.objects.iter().filter_map(|it| Some(it.origin()?.to_string())).collect();
/// assert_eq!(origins, ["apps/web.yaml:5 (document 2)", "apps/web.yaml:1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plain {
    options: PlainOptions,
    selection: Selection,
}

impl Plain {
    /// A renderer with these options.
    ///
    /// # Errors
    /// [`RenderError::Unsupported`] where a glob cannot be read.
    pub fn new(options: PlainOptions) -> Result<Self, RenderError> {
        Ok(Self { selection: Selection::new(&options)?, options })
    }
}

impl Default for Plain {
    fn default() -> Self {
        Self::new(PlainOptions::default()).expect("because there are no globs to be read")
    }
}

impl Renderer for Plain {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        let mut run = Run::new(&self.options);
        if let Some(file) = input.tree.file(&input.path) {
            run.read(input.path.clone(), file)?;
            return run.finish();
        }
        let folder = input.tree.subtree(&input.path).ok_or_else(|| {
            RenderError::Unsupported(format!(
                "there is no folder `{}` in the tree; check the path",
                input.path
            ))
        })?;
        run.out.read.insert(input.path.clone(), folder.digest().clone());
        for (path, file) in folder.files() {
            input.stop.check()?;
            let full = TreePath::new(&below(&input.path, &path))
                .expect("because both parts are paths of a tree");
            match self.selection.judge(&path) {
                Verdict::Take => run.read(full, file)?,
                Verdict::Leave => {}
                Verdict::Other => run.glance(&full, file),
                Verdict::Configuration => run.configuration(&full),
            }
        }
        run.finish()
    }

    fn fingerprint(&self) -> Digest {
        let version = env!("CARGO_PKG_VERSION");
        Digest::sha256(format!("plain {version} {:?}", self.options))
    }
}

/// One render under way.
struct Run<'a> {
    options: &'a PlainOptions,
    bytes: u64,
    files: u64,
    allowance: Allowance,
    out: Rendered,
    problems: Vec<RenderError>,
}

impl<'a> Run<'a> {
    fn new(options: &'a PlainOptions) -> Self {
        let PlainLimits { total_nodes, total_alias_bytes, .. } = options.limits;
        Self {
            options,
            bytes: 0,
            files: 0,
            allowance: Allowance::new(total_nodes, total_alias_bytes),
            out: Rendered::default(),
            problems: Vec::new(),
        }
    }

    /// Reads a file of manifests. What is wrong with its content waits until the end; only a
    /// limit ends the render here.
    fn read(&mut self, path: TreePath, file: &File) -> Result<(), RenderError> {
        self.files += 1;
        self.bytes += file.content.len() as u64;
        let limits = &self.options.limits;
        within(self.files, limits.files, &path, "the number of files", "files")?;
        within(self.bytes, limits.bytes, &path, "the size of all files", "bytes")?;
        let mut found =
            objects::read(&path, &file.content, &self.options.yaml, &mut self.allowance);
        if let Some(error) = found.problems.pop_if(|_| self.allowance.is_exceeded()) {
            return Err(error);
        }
        self.problems.extend(found.problems);
        self.out.warnings.extend(found.warnings);
        for object in found.objects {
            let count = self.out.objects.len() as u64 + 1;
            within(count, limits.objects, &path, "the number of objects", "objects")?;
            if let Err(both) = self.out.objects.insert(object) {
                self.problems.push(duplicate(&both));
            }
        }
        self.out.read.insert(path, file.digest.clone());
        Ok(())
    }

    /// Warns where a file that is not read could have been meant as a manifest.
    fn glance(&mut self, path: &TreePath, file: &File) {
        let head = &file.content[..file.content.len().min(4096)];
        let mut lines = head.split(|byte| *byte == b'\n');
        if lines.any(|line| line.starts_with(b"apiVersion:")) {
            self.warn(path, "looks like a manifest, but does not end in .yaml, .yml or .json");
        }
    }

    fn configuration(&mut self, path: &TreePath) {
        self.warn(path, "is not applied: the files beside it are taken as they stand");
    }

    fn warn(&mut self, path: &TreePath, what: &str) {
        let origin = Origin { file: path.as_str().into(), line: 1, document: 1 };
        let message = format!("`{path}` {what}");
        self.out.warnings.push(Warning { message, origin: Some(origin) });
    }

    fn finish(self) -> Result<Rendered, RenderError> {
        match RenderError::all(self.problems) {
            None => Ok(self.out),
            Some(error) => Err(error),
        }
    }
}

fn duplicate(both: &gitops_diff::Duplicate) -> RenderError {
    let position = both.second.origin().map(Position::from).unwrap_or_default();
    let first = both.first.origin().map(ToString::to_string).unwrap_or_default();
    let id = both.second.id();
    RenderError::Invalid {
        position,
        message: format!("{id} is already defined at {first}; remove one of the two"),
    }
}

fn within(
    count: u64,
    limit: u64,
    path: &TreePath,
    what: &str,
    option: &'static str,
) -> Result<(), RenderError> {
    if count <= limit {
        return Ok(());
    }
    let position = Position { file: path.as_str().to_owned(), ..Position::default() };
    Err(RenderError::Limit { position, what: what.to_owned(), limit, option })
}
