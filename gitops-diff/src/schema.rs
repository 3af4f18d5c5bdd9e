//! What the API server knows of kinds: list types and map keys, atomic parts, scope.

mod crd;
mod openapi;
mod reset;
mod structural;
mod table;
mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub(crate) use self::structural::{Checks, Definition, JsonType, Others, Rule, Scale, Structural};
use self::table::Table;
pub use self::table::{Format, Keys, ListRef, MapRef, Scalar, TypeRef};
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
    /// What a definition says of a custom kind.
    definition: Option<Arc<Definition>>,
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
        let mut schema = self.clone();
        schema.define(crd)?;
        Ok(schema)
    }

    /// Adds the kind that a definition defines; what others share of this schema is not copied
    /// but for the names of the kinds, and that once.
    ///
    /// # Errors
    /// As [`Schema::with_crd`].
    pub(crate) fn define(&mut self, crd: &Object) -> Result<(), DiffError> {
        let (group_kind, kind) = crd::kind(crd)?;
        Arc::make_mut(&mut self.0).0.insert(group_kind, Arc::new(kind));
        Ok(())
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

    /// What the definition of a custom kind says of this version.
    pub(crate) fn definition(&self, kind: &GroupKind, version: &str) -> Option<&Definition> {
        self.0.0.get(kind)?.versions.get(version)?.definition.as_deref()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The type at a path of fields, through the items of lists.
    fn type_at<'s>(schema: &'s Schema, kind: &str, version: &str, path: &str) -> TypeRef<'s> {
        let (group, kind) = kind.rsplit_once('/').unwrap_or(("", kind));
        let root = schema.type_of(&GroupKind::new(group, kind), version);
        path.split('.').fold(root, |of, field| {
            let below = of.field(field).unwrap_or_else(|| panic!("{kind} has no {field}"));
            let items = below.list().filter(|_| below.scalar().is_none());
            items.map_or(below, ListRef::element)
        })
    }

    #[test]
    fn the_table_of_built_in_kinds_is_read_whole() {
        let schema = Schema::builtin();
        assert_eq!(schema.to_table(), include_str!("schema/builtin.txt"));
        assert_eq!(schema.kinds().count(), 67);
        let kind = GroupKind::new("autoscaling", "HorizontalPodAutoscaler");
        assert_eq!(schema.versions(&kind).collect::<Vec<_>>(), ["v1", "v2"]);
        assert_eq!(schema.subresources(&kind, "v2"), ["status"]);
        assert!(schema.knows(&kind, "v2") && !schema.knows(&kind, "v2beta1"));
    }

    #[test]
    fn formats_say_what_scalars_stand_for() {
        let schema = Schema::builtin();
        let containers = "spec.template.spec.containers";
        let cases = [
            ("apps/Deployment", "spec.replicas", Some(Format::Int32)),
            ("apps/Deployment", &format!("{containers}.ports.name"), None),
            (
                "apps/Deployment",
                &format!("{containers}.livenessProbe.httpGet.port"),
                Some(Format::IntOrString),
            ),
            ("apps/Deployment", "metadata.creationTimestamp", Some(Format::Time)),
            ("ResourceQuota", "metadata.generation", Some(Format::Int64)),
        ];
        for (kind, path, expected) in cases {
            assert_eq!(type_at(&schema, kind, "v1", path).format(), expected, "{path}");
        }
        let below = |kind, path| {
            let map = type_at(&schema, kind, "v1", path).map();
            map.and_then(MapRef::element).and_then(TypeRef::format)
        };
        assert_eq!(below("ResourceQuota", "spec.hard"), Some(Format::Quantity));
        assert_eq!(below("Secret", "data"), Some(Format::Bytes));
        assert_eq!(below("ConfigMap", "data"), None);
    }

    #[test]
    fn what_a_write_cannot_set_depends_on_the_subresource() {
        let schema = Schema::builtin();
        let cases: [(&str, &str, Option<&str>, &[&str]); 6] = [
            ("apps", "Deployment", None, &["status"]),
            ("apps", "Deployment", Some("status"), &["metadata.labels", "spec"]),
            ("apps", "Deployment", Some("scale"), &[]),
            ("", "ConfigMap", None, &[]),
            ("", "Namespace", Some("finalize"), &["status"]),
            ("certificates.k8s.io", "CertificateSigningRequest", None, &["spec", "status"]),
        ];
        for (group, kind, subresource, expected) in cases {
            let fields = schema.reset_fields(&GroupKind::new(group, kind), "v1", subresource);
            let paths: Vec<String> = fields.paths().iter().map(ToString::to_string).collect();
            assert_eq!(paths, expected, "{kind} {subresource:?}");
        }
    }

    #[test]
    fn a_broken_table_is_refused_with_its_line() {
        let cases = [
            ("x\n---\n", "line 1 of the schema table: `x`"),
            ("s\n[a7\n---\n", "line 2 of the schema table: `a type that is not there`"),
            ("s\n{g a:0 bc\n---\n", "line 2 of the schema table: `{g a:0 bc`"),
            ("s\n---\n- A N as v1:1:\n", "line 3 of the schema table: `- A N as v1:1:`"),
            ("s\n---\n- A X as v1:0:\n", "line 3 of the schema table: `- A X as v1:0:`"),
        ];
        for (table, expected) in cases {
            assert_eq!(Schema::from_table(table).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn documents_of_any_server_give_a_schema() {
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let document = json(
            r##"{"components":{"schemas":{
                "Thing":{"type":"object","x-kubernetes-group-version-kind":[{"group":"g","version":"v1","kind":"Thing"}],
                    "properties":{"old":{"type":"array","items":{"$ref":"#/components/schemas/Item"},
                        "x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"id"},
                    "one":{"allOf":[{"$ref":"#/components/schemas/Item"}],"x-kubernetes-map-type":"atomic"}}},
                "Item":{"type":"object","required":["id"],"properties":{
                    "id":{"type":"string","default":"x"},"self":{"$ref":"#/components/schemas/Item"}}}
            }}}"##,
        );
        let discovery = json(
            r#"{"items":[{"metadata":{"name":"g"},"versions":[{"version":"v1","resources":[
                {"resource":"things","scope":"Cluster","responseKind":{"kind":"Thing"},
                 "subresources":[{"subresource":"status"}]}]}]}]}"#,
        );
        let schema = Schema::from_openapi([&document], [&discovery]).unwrap();
        insta::assert_snapshot!(schema.to_table(), @r#"
        u [a1 {g *:0
        u [a1 {a *:1
        {g old:5 one:6*
        {g id:4*="x" self:3*
        s
        [m3:id
        {a id:4* self:3*
        ---
        g Thing C things v1:2:status
        "#);
    }
}
