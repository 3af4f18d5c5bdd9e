//! `.Capabilities`: what the cluster can do, as far as a render knows.

use std::any::Any;
use std::rc::Rc;

use super::HelmCompat;
use super::go::{Encoded, Kind, List, Named, Object, Str, Type, Value};
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

static CAPABILITIES: Named =
    Named { name: "*common.Capabilities", kind: Kind::Ptr, item: Type::Any, methods: &[] };
static KUBE_VERSION: Named =
    Named { name: "common.KubeVersion", kind: Kind::Struct, item: Type::Any, methods: &[] };
static VERSION_SET: Named =
    Named { name: "common.VersionSet", kind: Kind::Slice, item: Type::Str, methods: &[] };
static BUILD: Named =
    Named { name: "version.BuildInfo", kind: Kind::Struct, item: Type::Any, methods: &[] };

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
        let kube = KubeVersion {
            has_pointer: true,
            version: Str::from(&*version),
            normalized: Str::from(&*constraint_version),
            major: Str::from(&*plain[0]),
            minor: Str::from(&*plain[1]),
        };
        let known = API_VERSIONS.iter().copied().chain(api_versions.iter().map(String::as_str));
        let fields = [
            ("KubeVersion", Value::Object(Rc::new(kube))),
            (
                "APIVersions",
                Value::Object(Rc::new(VersionSet(List::typed(
                    &Type::Str,
                    known.map(Value::string).collect(),
                )))),
            ),
            ("HelmVersion", Value::Object(Rc::new(build()))),
        ];
        let value =
            Value::Object(Rc::new(Record { ty: &CAPABILITIES, fields: fields.into(), tags: &[] }));
        Ok(Self { version, constraint_version, value })
    }
}

fn build() -> Record {
    const TAGS: &[(&str, &str)] = &[
        ("Version", "version"),
        ("GitCommit", "git_commit"),
        ("GitTreeState", "git_tree_state"),
        ("GoVersion", "go_version"),
        ("KubeClientVersion", "kube_client_version"),
    ];
    let text = Value::string;
    let fields = [
        ("Version", text("v4.2")),
        ("GitCommit", text("")),
        ("GitTreeState", text("")),
        ("GoVersion", text("go1.26.6")),
        ("KubeClientVersion", text("v1.36")),
    ];
    Record { ty: &BUILD, fields: fields.into(), tags: TAGS }
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
    let mut numbers: Vec<u64> = parts.iter().map(number).collect::<Result<_, _>>()?;
    numbers.resize(numbers.len().max(3), 0);
    Ok(numbers)
}

/// A struct without methods.
#[derive(Debug)]
struct Record {
    ty: &'static Named,
    fields: Vec<(&'static str, Value)>,
    /// The names that JSON has for fields, where they are others; such that are empty are left
    /// out.
    tags: &'static [(&'static str, &'static str)],
}

impl Record {
    fn tag(&self, name: &str) -> Option<&'static str> {
        self.tags.iter().find(|(field, _)| *field == name).map(|(_, tag)| *tag)
    }
}

impl Object for Record {
    fn ty(&self) -> Type {
        Type::Named(self.ty)
    }

    fn field(&self, name: &[u8]) -> Option<Value> {
        let mut fields = self.fields.iter();
        fields.find(|(field, _)| field.as_bytes() == name).map(|(_, value)| value.clone())
    }

    fn call(&self, _: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        let Self { ty, fields, tags } = self;
        Ok(Value::Object(Rc::new(Self { ty, fields: fields.clone(), tags })))
    }

    /// `.Capabilities` can copy itself.
    fn method(&self, name: &[u8]) -> Option<Parameters> {
        (name == b"Copy" && *self.ty == CAPABILITIES).then_some(NONE)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn json(&self) -> Encoded {
        let named = |(name, value): &(&'static str, Value)| {
            let tag = self.tag(name);
            let is_left_out = tag.is_some() && !value.truth();
            (!is_left_out).then(|| (Str::from(tag.unwrap_or(name)), value.clone()))
        };
        Encoded::Struct(self.fields.iter().filter_map(named).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone, Debug)]
struct KubeVersion {
    /// Whether it is still the one of `.Capabilities`, to which there is a pointer.
    has_pointer: bool,
    version: Str,
    normalized: Str,
    major: Str,
    minor: Str,
}

impl Object for KubeVersion {
    fn ty(&self) -> Type {
        Type::Named(&KUBE_VERSION)
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
        Ok(Value::Str(if name == b"String" { &self.normalized } else { &self.version }.clone()))
    }

    /// Only where a template prints it as it is: `String` is a method of the pointer.
    fn printed(&self) -> Option<Str> {
        self.has_pointer.then(|| self.normalized.clone())
    }

    fn passed(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(Self { has_pointer: false, ..self.clone() })))
    }

    fn copied(&self) -> Option<Value> {
        let copy = Self { has_pointer: false, normalized: Str::default(), ..self.clone() };
        Some(Value::Object(Rc::new(copy)))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &Str| Value::Str(text.clone());
        vec![
            ("Version", text(&self.version)),
            ("normalizedVersion", text(&self.normalized)),
            ("Major", text(&self.major)),
            ("Minor", text(&self.minor)),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct VersionSet(List);

impl Object for VersionSet {
    fn ty(&self) -> Type {
        Type::Named(&VERSION_SET)
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        (name == b"Has").then_some(Parameters { fixed: &[Type::Str], rest: None })
    }

    fn call(&self, _: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        let wanted = args.first().and_then(Value::as_str);
        Ok(Value::Bool(self.0.iter().any(|version| version.as_str() == wanted)))
    }

    fn truth(&self) -> bool {
        !self.0.is_empty()
    }

    fn as_collection(&self) -> Option<Value> {
        Some(Value::List(self.0.clone()))
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::List(self.0.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
