//! What the API server knows of kinds: list types and map keys, atomic parts, scope.

mod crd;
mod openapi;
mod reset;
mod table;
mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use self::table::Table;
pub use self::table::{Keys, ListRef, MapRef, Scalar, TypeRef};
use crate::{DiffError, FieldSet, GroupKind, Object, Text, Value};

/// Whether the objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In namespaces.
    Namespaced,
    /// In the cluster itself.
    Cluster,
}

/// The kinds of a cluster and their types. Cheap to clone.
///
/// ```
/// use gitops_diff::{GroupKind, Schema, Scope};
///
/// let schema = Schema::builtin();
/// let deployment = GroupKind::new("apps", "Deployment");
/// assert_eq!(schema.scope(&deployment), Some(Scope::Namespaced));
/// let containers = ["spec", "template", "spec", "containers"]
///     .iter()
///     .try_fold(schema.type_of(&deployment, "v1"), |it, field| it.field(field))
///     .unwrap();
/// assert_eq!(containers.list().unwrap().map_keys(), ["name"]);
/// ```
#[derive(Clone, Debug)]
pub struct Schema(Arc<Kinds>);

/// Kinds by their names.
#[derive(Clone, Debug, Default)]
struct Kinds(BTreeMap<GroupKind, Arc<Kind>>);

/// What is known of a kind.
#[derive(Clone, Debug)]
struct Kind {
    scope: Scope,
    /// The name in request paths: `deployments`.
    plural: Text,
    versions: BTreeMap<Text, Version>,
}

/// What is known of a kind in one version.
#[derive(Clone, Debug)]
struct Version {
    table: Arc<Table>,
    root: u32,
    /// `status`, `scale`, …; sorted.
    subresources: Vec<Text>,
}

impl Schema {
    /// A schema that knows no kind: every one gets the rules for custom resources without
    /// markers (lists atomic, maps granular).
    pub fn empty() -> Self {
        Self(Arc::default())
    }

    /// The kinds that are built into Kubernetes 1.36.
    ///
    /// Read once from a table that `examples/schema.rs` makes from the OpenAPI documents of an
    /// API server.
    pub fn builtin() -> Self {
        static BUILTIN: OnceLock<Schema> = OnceLock::new();
        // Never the default: a test reads the table back.
        let read = || text::read(include_str!("schema/builtin.txt")).unwrap_or_default();
        BUILTIN.get_or_init(|| Self(Arc::new(read()))).clone()
    }

    /// The kinds that the OpenAPI v3 documents of a cluster describe (`/openapi/v3/…`, one a
    /// group and version) and its discovery documents name (`/api` and `/apis`, aggregated:
    /// `APIGroupDiscoveryList`).
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where a document has not that form.
    pub fn from_openapi<'a>(
        documents: impl IntoIterator<Item = &'a Value>,
        discovery: impl IntoIterator<Item = &'a Value>,
    ) -> Result<Self, DiffError> {
        openapi::kinds(documents, discovery).map(|kinds| Self(Arc::new(kinds)))
    }

    /// The table as text, as [`Schema::from_table`] reads it.
    pub fn to_table(&self) -> String {
        text::write(&self.0)
    }

    /// Reads a table that [`Schema::to_table`] wrote.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] that names the line.
    pub fn from_table(table: &str) -> Result<Self, DiffError> {
        text::read(table).map(|kinds| Self(Arc::new(kinds)))
    }

    /// The same schema with the kind that a `CustomResourceDefinition` defines, in all its
    /// served versions.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where `crd` is no definition; the message names the field.
    pub fn with_crd(&self, crd: &Object) -> Result<Self, DiffError> {
        let (group_kind, kind) = crd::kind(crd)?;
        let mut kinds = Kinds::clone(&self.0);
        kinds.0.insert(group_kind, Arc::new(kind));
        Ok(Self(Arc::new(kinds)))
    }

    /// The kinds that this schema knows.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.0.0.keys()
    }

    /// Whether objects of the kind live in namespaces; `None` for a kind that is not known.
    pub fn scope(&self, kind: &GroupKind) -> Option<Scope> {
        self.0.0.get(kind).map(|it| it.scope)
    }

    /// The name of the kind in request paths (`deployments`); `None` for a kind that is not
    /// known.
    pub fn plural(&self, kind: &GroupKind) -> Option<&str> {
        self.0.0.get(kind).map(|it| it.plural.as_str())
    }

    /// The versions of the kind that are served, sorted as text.
    pub fn versions(&self, kind: &GroupKind) -> impl Iterator<Item = &str> {
        let kind = self.0.0.get(kind);
        kind.into_iter().flat_map(|it| it.versions.keys().map(Text::as_str))
    }

    /// The subresources of the kind in a version: `scale`, `status`.
    pub fn subresources(&self, kind: &GroupKind, version: &str) -> &[Text] {
        let version = self.0.0.get(kind).and_then(|it| it.versions.get(version));
        version.map_or(&[], |it| it.subresources.as_slice())
    }

    /// The type of the kind's objects in a version.
    ///
    /// A kind that is not known has the type of custom resources without markers. So has a
    /// version that is not known of a kind that is; see [`Schema::knows`].
    pub fn type_of(&self, kind: &GroupKind, version: &str) -> TypeRef<'_> {
        let known = self.0.0.get(kind).and_then(|it| it.versions.get(version));
        known.map_or_else(TypeRef::deduced, |it| TypeRef::new(&it.table, it.root))
    }

    /// Whether the kind is served in this version, or the kind is not known at all.
    ///
    /// The API server forgets what was owned in versions that it does not serve.
    pub fn knows(&self, kind: &GroupKind, version: &str) -> bool {
        let kind = self.0.0.get(kind);
        kind.is_none_or(|it| it.versions.contains_key(version))
    }

    /// The fields that a write to the kind cannot set and therefore never owns: a write to the
    /// main resource leaves `status` alone where there is a subresource for it, a write to that
    /// leaves `spec` alone (`GetResetFields` of the API server's strategies).
    pub fn reset_fields(
        &self,
        kind: &GroupKind,
        version: &str,
        subresource: Option<&str>,
    ) -> FieldSet {
        let builtin = self.0.0.get(kind).is_some_and(|it| it.is_builtin());
        let has_status = self.subresources(kind, version).iter().any(|it| *it == "status");
        reset::fields(kind, builtin, has_status, subresource)
    }

    /// Whether the kind is one of the API server's own and not from a definition: its objects
    /// are read into Go structs, which drop what is `null` or empty.
    pub fn is_builtin(&self, kind: &GroupKind) -> bool {
        self.0.0.get(kind).is_some_and(|it| it.is_builtin())
    }
}

impl Default for Schema {
    /// [`Schema::builtin`].
    fn default() -> Self {
        Self::builtin()
    }
}

impl Kind {
    fn is_builtin(&self) -> bool {
        self.versions.values().all(|it| !it.table.is_custom())
    }
}
