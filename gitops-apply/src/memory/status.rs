//! What the API server answers where it refuses.

pub use gitops_diff::server::Cause;
use gitops_diff::server::Refusal;
use gitops_diff::{Map, Text, Value};

use super::resource::Resource;

/// A refusal: the `Status` object of `meta/v1`, as the API server words it.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Status {
    /// The HTTP code.
    pub code: u16,
    /// `NotFound`, `Conflict`, …; empty for an unexpected failure, as the API server leaves it.
    pub reason: Text,
    /// For people.
    pub message: String,
    /// What it is about.
    pub details: Option<Box<Details>>,
}

/// What a refusal is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// The object's name.
    pub name: Text,
    /// The API group.
    pub group: Text,
    /// The kind, or the resource in lower case, as the API server mixes them.
    pub kind: Text,
    /// What is wrong, field by field.
    pub causes: Vec<Cause>,
    /// When to try again, in seconds.
    pub retry_after: Option<u32>,
}

impl Status {
    /// A refusal without details.
    pub fn new(code: u16, reason: impl Into<Text>, message: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), message: message.into(), details: None }
    }

    /// A refusal by policy (403), as admission plug-ins answer: quota, pod security.
    pub fn forbidden(resource: &Resource, name: &str, why: &str) -> Self {
        let message = format!("{} \"{name}\" is forbidden: {why}", resource.qualified());
        Self::new(403, "Forbidden", message).about_resource(resource, name)
    }

    /// An object with fields that are wrong (422).
    pub fn invalid(resource: &Resource, name: &str, causes: Vec<Cause>) -> Self {
        // Events of all groups are one kind within the server.
        let group =
            if resource.kind == "Event" && !resource.rules.custom { "" } else { &resource.group };
        let kind = qualified(&resource.kind, group);
        Self::invalid_kind(&kind, name, causes).about(group, &resource.kind, name)
    }

    /// A replacement that does not say what it replaces (422): it names the resource where others
    /// name the kind.
    pub(super) fn unversioned(resource: &Resource, name: &str) -> Self {
        let message = "must be specified for an update";
        let cause = Cause::invalid("metadata.resourceVersion", &Value::Int(0), message);
        let kind = qualified(&resource.plural, &resource.group);
        Self::invalid_kind(&kind, name, vec![cause]).about(&resource.group, &resource.plural, name)
    }

    /// Options of a request that are wrong (422).
    pub(super) fn invalid_options(kind: &str, cause: Cause) -> Self {
        Self::invalid_kind(&qualified(kind, "meta.k8s.io"), "", vec![cause]).about(
            "meta.k8s.io",
            kind,
            "",
        )
    }

    /// A scale with a field that is wrong (422).
    pub(super) fn invalid_scale(name: &str, cause: Cause) -> Self {
        let (group, kind) = ("autoscaling", "Scale");
        Self::invalid_kind(&qualified(kind, group), name, vec![cause]).about(group, kind, name)
    }

    /// A patch whose result is none that can be read (422).
    pub(super) fn invalid_patch(cause: Cause) -> Self {
        Self::invalid_kind("", "", vec![cause])
    }

    fn invalid_kind(kind: &str, name: &str, causes: Vec<Cause>) -> Self {
        let mut texts: Vec<String> =
            causes.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
        texts.dedup();
        let text = match &texts[..] {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let mut status = Self::new(422, "Invalid", format!("{kind} \"{name}\" is invalid: {text}"));
        status.details = Some(Box::new(Details { causes, ..Details::default() }));
        status
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A failure that the API server does not classify (500 without a reason).
    pub(super) fn failure(message: impl Into<String>) -> Self {
        Self::new(500, "", message)
    }

    pub(super) fn no_such_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self { details: Some(Box::default()), ..Self::new(404, "NotFound", message) }
    }

    pub(super) fn no_such_method() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self { details: Some(Box::default()), ..Self::new(405, "MethodNotAllowed", message) }
    }

    pub(super) fn not_found(resource: &Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", resource.qualified());
        Self::new(404, "NotFound", message).about_resource(resource, name)
    }

    pub(super) fn already_exists(resource: &Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", resource.qualified());
        Self::new(409, "AlreadyExists", message).about_resource(resource, name)
    }

    /// A lost race: the resource's own wording (`configmaps "a"`).
    pub(super) fn conflict(resource: &Resource, name: &str, why: &str) -> Self {
        let target = resource.qualified();
        let message = format!("Operation cannot be fulfilled on {target} \"{name}\": {why}");
        Self::new(409, "Conflict", message).about_resource(resource, name)
    }

    /// A precondition that does not hold: the wording with the kind (`ConfigMap "a"`).
    pub(super) fn precondition(resource: &Resource, name: &str, why: &str) -> Self {
        let target = qualified(&resource.kind, &resource.group);
        let message = format!("Operation cannot be fulfilled on {target} \"{name}\": {why}");
        Self::new(409, "Conflict", message).about(&resource.group, &resource.kind, name)
    }

    pub(super) fn modified(resource: &Resource, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version \
                   and try again";
        Self::conflict(resource, name, why)
    }

    pub(super) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// Adds one thing that is wrong.
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        self.details.get_or_insert_default().causes.push(cause);
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.details.get_or_insert_default().retry_after = Some(seconds);
        self
    }

    fn about_resource(self, resource: &Resource, name: &str) -> Self {
        self.about(&resource.group, &resource.plural, name)
    }

    fn about(mut self, group: &str, kind: &str, name: &str) -> Self {
        let details = self.details.get_or_insert_default();
        (details.group, details.kind, details.name) = (group.into(), kind.into(), name.into());
        self
    }

    /// The object that is sent.
    pub fn to_value(&self) -> Value {
        let mut status: Map = [
            ("kind", Value::from("Status")),
            ("apiVersion", "v1".into()),
            ("metadata", Map::new().into()),
            ("status", "Failure".into()),
            ("message", self.message.clone().into()),
            ("code", i64::from(self.code).into()),
        ]
        .into_iter()
        .collect();
        if !self.reason.is_empty() {
            status.insert("reason", self.reason.clone().into());
        }
        if let Some(details) = &self.details {
            status.insert("details", details.to_value());
        }
        status.into()
    }

    /// What a deletion answers that left nothing: `Success` with the uid of what it deleted.
    pub(super) fn deleted(resource: &Resource, name: &str, uid: &str) -> Value {
        let details = Details {
            name: name.into(),
            group: resource.group.clone(),
            kind: resource.plural.clone(),
            ..Details::default()
        };
        let mut details = details.to_value();
        if let Some(details) = details.as_map_mut() {
            details.insert("uid", uid.into());
        }
        let status: Map = [
            ("kind", Value::from("Status")),
            ("apiVersion", "v1".into()),
            ("metadata", Map::new().into()),
            ("status", "Success".into()),
            ("details", details),
        ]
        .into_iter()
        .collect();
        status.into()
    }
}

impl Details {
    fn to_value(&self) -> Value {
        let named = [("name", &self.name), ("group", &self.group), ("kind", &self.kind)];
        let named = named.into_iter().filter(|(_, text)| !text.is_empty());
        let mut details: Map = named.map(|(key, text)| (key, text.clone().into())).collect();
        if !self.causes.is_empty() {
            let causes = self.causes.iter().map(cause_value).collect();
            details.insert("causes", Value::List(causes));
        }
        if let Some(seconds) = self.retry_after {
            details.insert("retryAfterSeconds", i64::from(seconds).into());
        }
        details.into()
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, reason, message, causes, .. } = refusal;
        let details = Details { causes, ..Details::default() };
        let details = (!details.causes.is_empty()).then(|| Box::new(details));
        Self { code, reason, message, details }
    }
}

fn cause_value(cause: &Cause) -> Value {
    let members = [
        ("reason", cause.reason.clone().into()),
        ("message", Value::from(cause.message.clone())),
        ("field", cause.field.clone().into()),
    ];
    members.into_iter().collect::<Map>().into()
}

/// `Deployment.apps`, or `ConfigMap` for the core group.
fn qualified(kind: &str, group: &str) -> String {
    if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") }
}
