//! What an API server's refusal means for the caller.

use gitops_diff::server::{Cause, Refusal};
use gitops_diff::{ObjectId, Owner, Text};
use http::StatusCode;
use kube::core::Status;
use kube::core::response::StatusCause;

use super::wire::Answer;
use crate::{ApplyError, FieldConflict};

/// A refusal, read.
pub(crate) struct Refused {
    status: StatusCode,
    said: Status,
    retry_after: Option<std::time::Duration>,
}

impl Refused {
    /// Reads an answer that is no success.
    pub(crate) fn new(answer: &Answer) -> Self {
        let said = serde_json::from_slice(&answer.body).unwrap_or_default();
        Self { status: answer.status, said, retry_after: answer.retry_after }
    }

    /// Whether an object is missing, not its kind: only then the API server names it.
    pub(crate) fn object_missing(&self) -> bool {
        let named = self.said.details.as_ref().is_some_and(|details| !details.name.is_empty());
        self.status == StatusCode::NOT_FOUND && named
    }

    /// Whether the kind is not served at its path.
    pub(crate) fn kind_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND && !self.object_missing()
    }

    /// Whether an object could not be made for no other reason than that one of its name lives.
    pub(crate) fn is_taken(&self) -> bool {
        self.said.reason == "AlreadyExists"
    }

    /// What it means for the object `id`.
    pub(crate) fn error(&self, id: &ObjectId) -> ApplyError {
        let message = || self.message(id);
        match self.status.as_u16() {
            404 if self.kind_missing() => ApplyError::unserved(id),
            404 => ApplyError::conflict(id, self.missing()),
            409 => ApplyError::Conflict {
                id: Box::new(id.clone()),
                message: self.headline(id),
                fields: self.causes().iter().filter_map(field_conflict).collect(),
            },
            // How the API server answers an apply with the uid of another life, though without an
            // object it is a conflict.
            422 if self.causes().iter().any(|cause| cause.field == "metadata.uid") => {
                ApplyError::conflict(id, "it is not the object that was seen, but a new one")
            }
            403 if self.has_cause("NamespaceTerminating") => {
                ApplyError::conflict(id, "its namespace is being deleted")
            }
            403 if !self.by_admission() => ApplyError::Denied(format!("{id}: {}", message())),
            401 => ApplyError::Denied(format!("{id}: {}", message())),
            _ if self.is_transient() => ApplyError::Unavailable {
                message: format!("{id}: {}", message()),
                retry_after: self.retry_after,
            },
            _ => ApplyError::Invalid(format!("{id}: {}", message())),
        }
    }

    /// The refusal as a differ takes it; of a Secret without what may quote its values.
    pub(crate) fn refusal(&self, id: &ObjectId) -> Refusal {
        let told = |cause: &StatusCause| {
            let message = if is_secret(id) { "" } else { &*cause.message };
            Cause::new(&*cause.reason, &*cause.field, message)
        };
        let message = if is_secret(id) { self.headline(id) } else { self.said.message.clone() };
        let mut refusal = Refusal::new(self.status.as_u16(), &*self.said.reason, message);
        refusal.causes = self.causes().iter().map(told).collect();
        refusal
    }

    /// What it means for a call that is not about one object.
    pub(crate) fn error_of(&self, what: &str) -> ApplyError {
        self.saying(format!("{what}: {}", self.shown()))
    }

    /// What it means for whoever only asked, in the words of the API server alone.
    pub(crate) fn in_its_words(&self) -> ApplyError {
        self.saying(match &*self.said.message {
            "" => self.shown(),
            message => message.to_owned(),
        })
    }

    fn saying(&self, message: String) -> ApplyError {
        match self.status.as_u16() {
            401 | 403 => ApplyError::Denied(message),
            _ if self.is_transient() => {
                ApplyError::Unavailable { message, retry_after: self.retry_after }
            }
            _ => ApplyError::Invalid(message),
        }
    }

    /// Whether it may go well later: too many requests, expired, a server in trouble.
    pub(crate) fn is_transient(&self) -> bool {
        match self.status.as_u16() {
            408 | 410 | 429 => true,
            500 => !self.blames_object(),
            _ => self.status.is_server_error(),
        }
    }

    /// The API server answers 500, without a reason, to the apply of an object that does not fit
    /// its schema: `Apply` in `k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go`.
    fn blames_object(&self) -> bool {
        let says = |start| self.said.message.starts_with(start);
        self.said.reason.is_empty()
            && (says("failed to create typed patch object") || says("failed to convert new object"))
    }

    /// Plug-ins and webhooks refuse the object, not the caller.
    fn by_admission(&self) -> bool {
        self.said.message.contains("admission webhook")
            || self.said.message.contains("ValidatingAdmissionPolicy")
    }

    fn causes(&self) -> &[StatusCause] {
        self.said.details.as_ref().map_or(&[], |details| &details.causes)
    }

    fn has_cause(&self, reason: &str) -> bool {
        self.causes().iter().any(|cause| cause.reason == reason)
    }

    fn missing(&self) -> String {
        match &self.said.details {
            Some(details) if details.kind == "namespaces" => {
                format!("its namespace `{}` does not exist; declare it too", details.name)
            }
            _ => "it is gone".into(),
        }
    }

    /// The whole message: what was said, and the fields it is about.
    fn message(&self, id: &ObjectId) -> String {
        let mut message = self.headline(id);
        // The same field twice, as some validations report it, says no more than once.
        let mut lines = Vec::new();
        for cause in self.causes().iter().filter(|cause| !cause.field.is_empty()) {
            let line = if is_secret(id) {
                format!("\n  {}", cause.field)
            } else {
                format!("\n  {}: {}", cause.field, cause.message)
            };
            if !lines.contains(&line) {
                message.push_str(&line);
                lines.push(line);
            }
        }
        message
    }

    /// What was said; of a Secret only its reason, since the rest may quote its values.
    fn headline(&self, id: &ObjectId) -> String {
        if is_secret(id) {
            return format!(
                "the API server says {} ({}); its message is hidden, since it may quote the Secret",
                self.status.as_u16(),
                self.reason()
            );
        }
        self.shown()
    }

    fn shown(&self) -> String {
        // With causes the rest of the message is their list, which is shown one a line.
        let cut = if self.causes().is_empty() { None } else { self.said.message.split_once(": ") };
        let first = cut.map_or(&*self.said.message, |(first, _)| first);
        match first.lines().next().unwrap_or_default().trim() {
            "" => format!("the API server says {} ({})", self.status.as_u16(), self.reason()),
            first => format!("{first} ({})", self.reason()),
        }
    }

    fn reason(&self) -> &str {
        match &*self.said.reason {
            "" if self.blames_object() => "Invalid",
            "" => self.status.canonical_reason().unwrap_or("unknown"),
            reason => reason,
        }
    }
}

/// Whether values of the object must not be shown.
pub(crate) fn is_secret(id: &ObjectId) -> bool {
    id.group_kind().is("", "Secret")
}

/// The owner named in `conflict with "NAME" [with subresource "SUB"] [using VERSION [at TIME]]`:
/// the form of `printManager` in `k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go`,
/// which says `using` of owners by update alone.
fn field_conflict(cause: &StatusCause) -> Option<FieldConflict> {
    if cause.reason != "FieldManagerConflict" {
        return None;
    }
    let quoted = cause.message.strip_prefix("conflict with \"")?;
    let (manager, rest) = quoted.split_once('"')?;
    let operation = if rest.contains(" using ") { "Update" } else { "Apply" };
    let time = rest.rsplit_once(" at ").map(|(_, time)| Text::from(time));
    let owner = Owner { manager: manager.into(), operation: operation.into(), time };
    Some(FieldConflict { path: cause.field.as_str().into(), owner })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn refused(status: u16, said: &serde_json::Value) -> Refused {
        Refused::new(&Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: said.to_string().into(),
            retry_after: None,
            warnings: Vec::new(),
            repeated: false,
        })
    }

    fn check(id: &str, status: u16, said: &serde_json::Value) -> String {
        let error = refused(status, said).error(&id.parse().unwrap());
        let debug = format!("{error:?}");
        let variant = debug.split([' ', '(']).next().unwrap_or_default();
        format!("{variant}: {error}")
    }

    const WEB: &str = "Deployment.apps/shop/web";

    #[test]
    fn each_refusal_says_what_can_be_done() {
        let failure = |reason: &str, message: &str| json!({ "kind": "Status", "status": "Failure", "reason": reason, "message": message });
        let namespaces = json!({ "kind": "Status", "reason": "NotFound", "message": "m",
            "details": { "name": "shop", "kind": "namespaces" } });
        let terminating = json!({ "kind": "Status", "reason": "Forbidden", "message": "m",
            "details": { "name": "web", "causes": [{ "reason": "NamespaceTerminating" }] } });
        let immutable = json!({ "kind": "Status", "reason": "Invalid", "message": "m",
            "details": { "name": "web", "causes": [{ "field": "metadata.uid" }] } });
        let all = [
            (400, failure("BadRequest", "json: cannot unmarshal")),
            (401, failure("Unauthorized", "Unauthorized")),
            (403, failure("Forbidden", "user \"ci\" cannot patch resource \"deployments\"")),
            (403, failure("Forbidden", "admission webhook \"policy\" denied the request: no")),
            (403, terminating),
            (404, json!("404 page not found")),
            (404, failure("NotFound", "the server could not find the requested resource")),
            (404, namespaces),
            (409, failure("Conflict", "uid mismatch: the provided object specified uid a")),
            (410, failure("Expired", "too old")),
            (415, failure("UnsupportedMediaType", "")),
            (429, failure("TooManyRequests", "slow down")),
            (422, immutable),
            (500, failure("", "failed to create typed patch object (shop/web): .spec.a: no field")),
            (500, failure("InternalError", "failed calling webhook \"policy\"")),
            (503, json!("not json at all")),
        ]
        .map(|(status, said)| format!("{status} {}", check(WEB, status, &said)));
        assert_snapshot!(all.join("\n"), @r#"
        400 Invalid: Deployment.apps/shop/web: json: cannot unmarshal (BadRequest)
        401 Denied: Deployment.apps/shop/web: Unauthorized (Unauthorized)
        403 Denied: Deployment.apps/shop/web: user "ci" cannot patch resource "deployments" (Forbidden)
        403 Invalid: Deployment.apps/shop/web: admission webhook "policy" denied the request: no (Forbidden)
        403 Conflict: Deployment.apps/shop/web: its namespace is being deleted
        404 Unserved: Deployment.apps/shop/web: its kind is not served; is its definition missing?
        404 Unserved: Deployment.apps/shop/web: its kind is not served; is its definition missing?
        404 Conflict: Deployment.apps/shop/web: its namespace `shop` does not exist; declare it too
        409 Conflict: Deployment.apps/shop/web: uid mismatch: the provided object specified uid a (Conflict)
        410 Unavailable: Deployment.apps/shop/web: too old (Expired)
        415 Invalid: Deployment.apps/shop/web: the API server says 415 (UnsupportedMediaType)
        429 Unavailable: Deployment.apps/shop/web: slow down (TooManyRequests)
        422 Conflict: Deployment.apps/shop/web: it is not the object that was seen, but a new one
        500 Invalid: Deployment.apps/shop/web: failed to create typed patch object (shop/web): .spec.a: no field (Invalid)
        500 Unavailable: Deployment.apps/shop/web: failed calling webhook "policy" (InternalError)
        503 Unavailable: Deployment.apps/shop/web: the API server says 503 (Service Unavailable)
        "#);
    }

    #[test]
    fn invalid_fields_are_listed_one_a_line() {
        let said = json!({ "kind": "Status", "reason": "Invalid",
            "message": "Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1]",
            "details": { "name": "web", "causes": [
                { "reason": "FieldValueInvalid", "field": "spec.replicas",
                  "message": "Invalid value: -1: must be greater than or equal to 0" },
                { "reason": "FieldValueRequired", "field": "spec.selector", "message": "Required value" },
            ] } });
        assert_snapshot!(check(WEB, 422, &said), @r#"
        Invalid: Deployment.apps/shop/web: Deployment.apps "web" is invalid (Invalid)
          spec.replicas: Invalid value: -1: must be greater than or equal to 0
          spec.selector: Required value
        "#);
    }

    #[test]
    fn conflicts_name_each_field_and_its_owner() {
        let cause = |field: &str, message: &str| json!({ "reason": "FieldManagerConflict", "field": field, "message": message });
        let said = json!({ "kind": "Status", "reason": "Conflict",
            "message": "Apply failed with 3 conflicts: conflicts with \"hpa\":\n- .spec.replicas",
            "details": { "causes": [
                cause(".spec.replicas", "conflict with \"hpa\" with subresource \"scale\" using apps/v1"),
                cause(".spec.paused",
                    "conflict with \"kubectl-edit\" using apps/v1 at 2026-01-02T03:04:05Z"),
                cause(".metadata.labels.app", "conflict with \"helm\""),
            ] } });
        assert_snapshot!(check(WEB, 409, &said), @r#"
        Conflict: Deployment.apps/shop/web: Apply failed with 3 conflicts (Conflict)
          .spec.replicas is owned by "hpa" (Update)
          .spec.paused is owned by "kubectl-edit" (Update)
          .metadata.labels.app is owned by "helm" (Apply)
        "#);
        let ApplyError::Conflict { fields, .. } = refused(409, &said).error(&WEB.parse().unwrap())
        else {
            panic!("a conflict was expected");
        };
        assert_eq!(fields[1].owner.time.as_deref(), Some("2026-01-02T03:04:05Z"));
    }

    #[test]
    fn values_of_a_secret_are_never_quoted() {
        let said = |status: u16| {
            let said = json!({ "kind": "Status", "reason": "Invalid",
                "message": "data[token]: Invalid value: \"hunter2\"\nhunter2",
                "details": { "name": "hunter2", "causes": [
                    { "reason": "FieldValueInvalid", "field": "data[token]", "message": "hunter2" },
                    { "reason": "FieldManagerConflict", "field": ".data.token",
                      "message": "conflict with \"kubectl\"" },
                ] } });
            let error = refused(status, &said).error(&"Secret/shop/token".parse().unwrap());
            format!("{error}{error:?}")
        };
        for status in [400, 401, 403, 404, 409, 410, 422, 429, 500, 503] {
            assert!(!said(status).contains("hunter2"), "{status}: {}", said(status));
        }
        assert_snapshot!(check("Secret/shop/token", 422, &json!({ "reason": "Invalid",
            "message": "hunter2", "details": { "causes": [{ "field": "data[token]" }] } })), @r"
        Invalid: Secret/shop/token: the API server says 422 (Invalid); its message is hidden, since it may quote the Secret
          data[token]
        ");
    }
}
