//! `.Capabilities`: what the cluster can do, as far as a render knows.

use std::any::Any;
use std::rc::Rc;

use super::HelmCompat;
use super::go::{Encoded, Field, Kind, List, Named, Object, Record, Str, Tag, Type, Value};
use super::gotemplate::{Fault, Machine, Parameters};

/// What templates see, and what the chart's own range of versions is held against.
#[derive(Debug)]
pub(super) struct Capabilities {
    /// The version of Kubernetes, as it was written.
    pub(super) version: String,
    /// The same without what follows the numbers.
    pub(super) constraint_version: String,
    /// `.Capabilities`.
    pub(super) value: Value,
}

/// The version of Kubernetes whose client Helm is built with.
const KUBERNETES: &str = "v1.36.0";

/// The versions of APIs that this client knows.
const API_VERSIONS: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// The types of what templates see.
struct Types {
    capabilities: Named,
    kube_version: Named,
    version_set: Named,
}

static TYPES: Types =
    Types::new(["*common.Capabilities", "common.KubeVersion", "common.VersionSet"]);
static TYPES_OF_3: Types =
    Types::new(["*chartutil.Capabilities", "chartutil.KubeVersion", "chartutil.VersionSet"]);
static BUILD: Named = Named::new("version.BuildInfo", Kind::Struct, Type::Any);

impl Types {
    const fn new([capabilities, kube_version, version_set]: [&'static str; 3]) -> Self {
        Self {
            capabilities: Named::new(capabilities, Kind::Ptr, Type::Any),
            kube_version: Named::new(kube_version, Kind::Struct, Type::Any),
            version_set: Named::new(version_set, Kind::Slice, Type::Str),
        }
    }

    fn of(compat: HelmCompat) -> &'static Self {
        match compat {
            HelmCompat::V3_21 => &TYPES_OF_3,
            HelmCompat::V4_2_3 | HelmCompat::V4_2_4 => &TYPES,
        }
    }
}

const NONE: Parameters = Parameters { fixed: &[], rest: None };

impl Capabilities {
    /// # Errors
    /// Where the version of Kubernetes is none.
    pub(super) fn new(
        kube_version: Option<&str>,
        api_versions: &[String],
        compat: HelmCompat,
    ) -> Result<Self, String> {
        let written = kube_version.unwrap_or(KUBERNETES);
        let numbers = numbers(written)
            .map_err(|error| format!("invalid kube version '{written}': {error}"))?;
        let plain: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let constraint_version = format!("v{}", plain.join("."));
        let version = match (compat, written.strip_prefix('v')) {
            (HelmCompat::V3_21, _) => constraint_version.clone(),
            (_, Some(_)) => written.to_owned(),
            (_, None) => format!("v{written}"),
        };
        let types = Types::of(compat);
        let kube = KubeVersion {
            has_pointer: true,
            ty: &types.kube_version,
            version: Str::from(&*version),
            normalized: (compat != HelmCompat::V3_21).then(|| Str::from(&*constraint_version)),
            major: Str::from(&*plain[0]),
            minor: Str::from(&*plain[1]),
        };
        let known = API_VERSIONS.iter().copied().chain(api_versions.iter().map(String::as_str));
        let versions = List::typed(&Type::Str, known.map(Value::string).collect());
        let versions = VersionSet { ty: &types.version_set, versions };
        let field = |name, value| Field { name, json: Tag::Name(name), value };
        let fields = vec![
            field("KubeVersion", Value::Object(Rc::new(kube))),
            field("APIVersions", Value::Object(Rc::new(versions))),
            field("HelmVersion", Value::Object(Rc::new(build(compat)))),
        ];
        let value = Value::Object(Rc::new(Record { ty: &types.capabilities, fields }));
        Ok(Self { version, constraint_version, value })
    }
}

/// `.Capabilities.HelmVersion`. 4.2.3 is what it says in a program that has Helm as a library.
fn build(compat: HelmCompat) -> Record {
    let version = match compat {
        HelmCompat::V3_21 => "v3.21.4",
        HelmCompat::V4_2_3 => "v4.2",
        HelmCompat::V4_2_4 => "v4.2.4",
    };
    let field = |name, json, text| Field { name, json, value: Value::string(text) };
    let mut fields = vec![
        field("Version", Tag::NotEmpty("version"), version),
        field("GitCommit", Tag::NotEmpty("git_commit"), ""),
        field("GitTreeState", Tag::NotEmpty("git_tree_state"), ""),
        field("GoVersion", Tag::NotEmpty("go_version"), "go1.26.6"),
    ];
    if compat != HelmCompat::V3_21 {
        fields.push(field("KubeClientVersion", Tag::Name("kube_client_version"), "v1.36"));
    }
    Record { ty: &BUILD, fields }
}

/// The numbers of a version, at least two: apimachinery's `ParseGeneric`.
fn numbers(text: &str) -> Result<Vec<u64>, String> {
    let bad = || format!("could not parse \"{text}\" as version");
    let rest = text.trim_start().strip_prefix('v').unwrap_or(text.trim_start());
    let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
    let parts: Vec<&str> = rest[..end].split('.').collect();
    if parts.len() < 2 {
        return Err(bad());
    }
    let number = |part: &&str| -> Result<u64, String> {
        if part.is_empty() {
            return Err(format!("illegal version string \"{text}\""));
        }
        if part.len() > 1 && part.starts_with('0') {
            return Err(format!(
                "illegal zero-prefixed version component \"{part}\" in \"{text}\""
            ));
        }
        part.parse()
            .map_err(|_| format!("illegal non-numeric version component \"{part}\" in \"{text}\""))
    };
    parts.iter().map(number).collect()
}

#[derive(Clone, Debug)]
struct KubeVersion {
    /// Whether it is still the one of `.Capabilities`, to which there is a pointer.
    has_pointer: bool,
    ty: &'static Named,
    version: Str,
    /// Without what follows the numbers; Helm 3 has only this one, as the version itself.
    normalized: Option<Str>,
    major: Str,
    minor: Str,
}

impl Object for KubeVersion {
    fn ty(&self) -> Type {
        Type::Named(self.ty)
    }

    fn field(&self, name: &[u8]) -> Option<Value> {
        let field = match name {
            b"Version" => &self.version,
            b"Major" => &self.major,
            b"Minor" => &self.minor,
            _ => return None,
        };
        Some(Value::Str(field.clone()))
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        (self.has_pointer && matches!(name, b"String" | b"GitVersion")).then_some(NONE)
    }

    fn call(&self, name: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        let text = if name == b"String" { self.shown() } else { &self.version };
        Ok(Value::Str(text.clone()))
    }

    /// Only where a template prints it as it is: `String` is a method of the pointer.
    fn printed(&self) -> Option<Str> {
        self.has_pointer.then(|| self.shown().clone())
    }

    fn passed(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(Self { has_pointer: false, ..self.clone() })))
    }

    fn copied(&self) -> Option<Value> {
        let normalized = self.normalized.as_ref().map(|_| Str::default());
        let copy = Self { has_pointer: false, normalized, ..self.clone() };
        Some(Value::Object(Rc::new(copy)))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &Str| Value::Str(text.clone());
        let normalized = self.normalized.iter().map(|it| ("normalizedVersion", text(it)));
        let numbers = [("Major", text(&self.major)), ("Minor", text(&self.minor))];
        let version = std::iter::once(("Version", text(&self.version)));
        version.chain(normalized).chain(numbers).collect()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl KubeVersion {
    /// What its `String` gives.
    fn shown(&self) -> &Str {
        self.normalized.as_ref().unwrap_or(&self.version)
    }
}

#[derive(Debug)]
struct VersionSet {
    ty: &'static Named,
    versions: List,
}

impl Object for VersionSet {
    fn ty(&self) -> Type {
        Type::Named(self.ty)
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        (name == b"Has").then_some(Parameters { fixed: &[Type::Str], rest: None })
    }

    fn call(&self, _: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        let wanted = args.first().and_then(Value::as_str);
        Ok(Value::Bool(self.versions.iter().any(|version| version.as_str() == wanted)))
    }

    fn truth(&self) -> bool {
        !self.versions.is_empty()
    }

    fn as_collection(&self) -> Option<Value> {
        Some(Value::List(self.versions.clone()))
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::List(self.versions.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
