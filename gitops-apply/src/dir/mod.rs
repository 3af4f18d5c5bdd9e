//! A folder of manifests as a target: what others apply, review or archive.

mod path;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use gitops_diff::{
    Change, Inventory, Live, Map, Object, ObjectId, ObjectSet, Observed, Operation, Schema, Text,
    Value, merge,
};

use crate::{Applier, ApplyError, Outcome, disk};

/// Writes each object to a file of its own, `NAMESPACE/KIND.GROUP_NAME.json`, and prunes those
/// that are no longer declared; objects without a namespace are in `_cluster`.
///
/// * A file is replaced in one step, and only when its content changes.
/// * Only files of declared objects and of objects in the ledger are ever looked at; other files
///   in the folder stay as they are.
/// * A file that was broken by hand counts as an object without content: it is written anew, or
///   pruned.
/// * Names are percent-encoded, so that no object is written outside the folder and no two are
///   written to one file; links below the folder are refused, not followed.
///
/// A folder knows no uids and no owners. So that plans are made as for a cluster, objects are
/// shown with the path of their file as uid, and all of their fields as ours.
///
/// ```
/// use gitops_apply::{Applier, DirApplier, Outcome};
/// use gitops_diff::{Change, Object, Operation, Reason};
///
/// # let folder = tempfile::tempdir()?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let object: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}}"#,
/// )?;
/// let mut change = Change::new(object.id().clone(), "v1", Operation::Create, Reason::Missing);
/// change.desired = Some(object);
/// let applier = DirApplier::new(folder.path());
/// assert!(matches!(applier.apply(&change).await?, Outcome::Created { .. }));
/// assert!(folder.path().join("shop/ConfigMap_a.json").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DirApplier {
    root: PathBuf,
    options: DirOptions,
}

/// How a folder is written.
#[derive(Clone, Debug)]
pub struct DirOptions {
    /// The form of the files. With another form the folder is another one: files of the old form
    /// are not looked for.
    pub format: Format,
    /// Who the fields are shown to belong to; as the differ's manager.
    pub field_manager: String,
}

/// The form of manifests in files.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The extension of the files, without its dot.
    pub extension: &'static str,
    /// Writes an object.
    pub encode: fn(&Object) -> Result<String, String>,
    /// Reads what [`encode`](Format::encode) wrote.
    pub decode: fn(&str) -> Result<Value, String>,
}

/// The largest file that is read: more than any API server takes.
const MAX_FILE: u64 = 64 << 20;

impl Format {
    /// JSON, indented, with sorted keys; every reader of YAML reads it too.
    pub const JSON: Self = Self { extension: "json", encode: to_json, decode: from_json };
}

impl Default for DirOptions {
    fn default() -> Self {
        Self { format: Format::JSON, field_manager: "gitops".into() }
    }
}

impl DirApplier {
    /// An applier to the folder `root`, which is made with its first file.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::with_options(root, DirOptions::default())
    }

    /// An applier with these options.
    pub fn with_options(root: impl Into<PathBuf>, options: DirOptions) -> Self {
        Self { root: root.into(), options }
    }

    /// The file of an object, from the folder.
    pub fn path_of(&self, id: &ObjectId) -> PathBuf {
        path::of(id, self.options.format.extension)
    }

    fn look(&self, id: &ObjectId, version: &str) -> Live {
        let path = self.path_of(id);
        match self.read(&path) {
            Ok(None) => Live::Absent,
            Ok(Some(text)) => match (self.options.format.decode)(&text).map(Object::new) {
                Ok(Ok(object)) if object.id() == id => Live::Present(self.owned(object, &path)),
                _ => self.broken(id, version, &path),
            },
            Err(error) => Live::Unknown(self.failed(&path, &error).to_string().into()),
        }
    }

    /// An object of which only the identity is known.
    fn broken(&self, id: &ObjectId, version: &str, path: &Path) -> Live {
        let mut body = Map::new();
        let api_version = match id.group() {
            "" => version.to_owned(),
            group => format!("{group}/{version}"),
        };
        body.insert("apiVersion", api_version.into());
        body.insert("kind", id.kind().into());
        let metadata = body.map_at("metadata");
        metadata.insert("name", id.name().into());
        if let Some(namespace) = id.namespace() {
            metadata.insert("namespace", namespace.into());
        }
        match Object::new(Value::Map(body)) {
            Ok(object) => Live::Present(self.owned(object, path)),
            Err(error) => Live::Unknown(format!("{id}: {error}").into()),
        }
    }

    /// The object with its uid and its owner, which a file does not tell.
    fn owned(&self, object: Object, path: &Path) -> Object {
        let fields = merge::fields_of(&Schema::builtin(), object.body()).unwrap_or_default();
        let entry: Map = [
            ("manager", self.options.field_manager.as_str().into()),
            ("operation", "Apply".into()),
            ("apiVersion", object.api_version().into()),
            ("fieldsType", "FieldsV1".into()),
            ("fieldsV1", fields.to_value()),
        ]
        .into_iter()
        .collect();
        let shown = object.clone().edit(|body| {
            let metadata = body.map_at("metadata");
            metadata.insert("managedFields", Value::List(vec![entry.into()]));
            metadata.insert("uid", uid(path).into());
        });
        shown.unwrap_or(object)
    }

    fn write(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        let desired = change.desired.as_ref().ok_or_else(|| {
            ApplyError::Invalid(format!("{id}: the plan does not hold the object; attach it first"))
        })?;
        let invalid = |error| ApplyError::Invalid(format!("{id}: {error}"));
        let text = (self.options.format.encode)(desired).map_err(invalid)?;
        let path = self.path_of(id);
        let failed = |error: io::Error| self.failed(&path, &error);
        let before = self.read(&path).map_err(failed)?;
        // A file holds what is declared to the letter.
        let (uid, applied) = (Some(uid(&path)), None);
        if before.as_ref() == Some(&text) {
            return Ok(Outcome::Unchanged { uid, applied });
        }
        let file = self.root.join(&path);
        fs::create_dir_all(disk::folder_of(&file)).map_err(failed)?;
        disk::replace(&file, text.as_bytes()).map_err(failed)?;
        Ok(match before {
            Some(_) => Outcome::Updated { uid, applied },
            None => Outcome::Created { uid, applied },
        })
    }

    fn delete(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let path = self.path_of(&change.id);
        if change.preconditions.uid.as_ref().is_some_and(|it| *it != uid(&path)) {
            return Ok(Outcome::Released);
        }
        let failed = |error: io::Error| self.failed(&path, &error);
        self.refuse_links(&path).map_err(failed)?;
        let file = self.root.join(&path);
        if disk::remove(&file).map_err(failed)? {
            disk::sync_folder(&file).map_err(failed)?;
            // The last one closes the door; where it is not the last one, this does nothing.
            let _ = fs::remove_dir(disk::folder_of(&file));
        }
        Ok(Outcome::Deleted)
    }

    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        self.refuse_links(path)?;
        let file = match fs::File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(io::Error::other(format!("it is over the limit of {MAX_FILE} bytes")));
        }
        // What is no UTF-8 was not written here and decodes to nothing.
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Neither a file nor a folder on the way to it may be a link.
    fn refuse_links(&self, path: &Path) -> io::Result<()> {
        for ancestor in path.ancestors().filter(|it| *it != Path::new("")) {
            match fs::symlink_metadata(self.root.join(ancestor)) {
                Ok(found) if found.is_symlink() => {
                    return Err(io::Error::other(format!("`{}` is a link", ancestor.display())));
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn failed(&self, path: &Path, error: &io::Error) -> ApplyError {
        let message = format!("{}: {error}", self.root.join(path).display());
        match error.kind() {
            io::ErrorKind::PermissionDenied => ApplyError::Denied(message),
            _ => ApplyError::unavailable(message),
        }
    }
}

#[async_trait]
impl Applier for DirApplier {
    async fn observe(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        let mut observed = Observed::new();
        for object in desired.iter() {
            observed.insert(object.id().clone(), self.look(object.id(), object.version()));
        }
        for (id, entry) in owned.minus(desired) {
            observed.insert(id.clone(), self.look(id, &entry.version));
        }
        Ok(observed)
    }

    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
        match change.operation {
            // A file is always written whole: nobody holds parts of it.
            it if it.is_apply() => self.write(change),
            Operation::Delete => self.delete(change),
            Operation::Release => Ok(Outcome::Released),
            _ => Err(ApplyError::Invalid(format!(
                "{}: this applier cannot {:?} an object",
                change.id, change.operation
            ))),
        }
    }
}

/// What stands for the uid: the path of the file, with slashes on every system.
fn uid(path: &Path) -> Text {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/").into()
}

fn to_json(object: &Object) -> Result<String, String> {
    let text = serde_json::to_string_pretty(object).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn from_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
