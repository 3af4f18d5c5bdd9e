//! What a server warns of: deprecated versions and fields, and what does not do what it seems to.
//!
//! The rules are those of `GetWarningsFor…` in `pkg/api`; of pods, those that people meet.

mod pods;

use gitops_diff::Value;

use super::definition;
use super::dispatch::Task;
use super::metadata::text;
use super::request::Method;

impl Task<'_> {
    /// Warns of the version that is asked for.
    pub(super) fn warn_of_version(&mut self) {
        let resource = &self.target.resource;
        if resource.rules.custom {
            self.warnings.extend(definition::deprecation(&self.state.store, resource));
        } else if resource.is("", "endpoints") {
            let why = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
            self.warnings.push(why.into());
        }
    }

    /// Warns of what is stored in the place of `live`.
    pub(super) fn warn(&mut self, live: Option<&Value>, object: &Value) {
        if self.target.subresource.is_some() {
            return;
        }
        let resource = &self.target.resource;
        let found = match (resource.group.as_str(), resource.kind.as_str()) {
            ("", "Service") => of_service(object),
            ("storage.k8s.io", "CSIDriver") => of_driver(live, object),
            ("", "Secret") => of_secret(object),
            ("", "Pod") if live.is_some() => Vec::new(),
            _ => pods::warnings(resource, live, object),
        };
        self.warnings.extend(found);
    }

    /// Warns of pods that a deletion leaves, where nobody says that it should.
    pub(super) fn warn_of_orphans(&mut self, method: Method, is_named: bool) {
        if self.target.resource.is("batch", "jobs") && method == Method::Delete && !is_named {
            let why = "child pods are preserved by default when jobs are deleted; set \
                       propagationPolicy=Background to remove them or set \
                       propagationPolicy=Orphan to suppress this warning";
            self.warnings.push(why.into());
        }
    }
}

fn of_service(object: &Value) -> Vec<String> {
    let addresses = object.pointer("/spec/externalIPs").and_then(Value::as_list);
    let why = "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
    addresses.filter(|it| !it.is_empty()).map(|_| why.into()).into_iter().collect()
}

fn of_driver(live: Option<&Value>, object: &Value) -> Vec<String> {
    const REQUESTS: &str = "/spec/tokenRequests";
    if live.is_some_and(|it| it.pointer(REQUESTS) == object.pointer(REQUESTS)) {
        return Vec::new();
    }
    let requests = object.pointer(REQUESTS).and_then(Value::as_list);
    let unset = object.pointer("/spec/serviceAccountTokenInSecrets").is_none();
    let why = "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to \
               true to prevent possible logging of tokens in volume attributes";
    let tokens = requests.is_some_and(|it| !it.is_empty());
    if tokens && unset { vec![why.into()] } else { Vec::new() }
}

fn of_secret(object: &Value) -> Vec<String> {
    use base64::Engine as _;

    if text(object, "/type") != "kubernetes.io/tls" {
        return Vec::new();
    }
    let certificate = object.get("data").and_then(|it| it.get("tls.crt")?.as_str());
    let engine = base64::engine::general_purpose::STANDARD;
    let certificate = engine.decode(certificate.unwrap_or_default()).unwrap_or_default();
    if String::from_utf8_lossy(&certificate).contains("-----BEGIN") {
        return Vec::new();
    }
    vec!["tls: failed to find any PEM data in certificate input".into()]
}
