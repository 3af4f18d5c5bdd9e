//! `certificates.k8s.io`: requests to have certificates signed
//! (`pkg/apis/certificates/validation`).

mod pem;

use super::{Edit, Field, at};
use crate::Value;
use crate::server::validate::names::{dns_label, dns_subdomain};

const USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];
const LEGACY_SIGNER: &str = "kubernetes.io/legacy-unknown";
const MIN_SECONDS: i64 = 600;
/// A domain, a slash, and a path of a domain and a label.
const MAX_DOMAIN: usize = 253;
const MAX_SIGNER: usize = MAX_DOMAIN + 1 + 253 + 63 + 1;

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "CertificateSigningRequest" {
        return;
    }
    let spec = edit.new.field("spec");
    let request = spec.field("request");
    if let Some(wrong) = pem::wrong_request(request.str()) {
        request.invalid_value(request.value.clone(), wrong);
    }
    usages(&spec.field("usages"), edit.live_at("/spec/usages"));
    signer(&spec.field("signerName"), edit.live_at("/spec/signerName"));
    let seconds = spec.field("expirationSeconds");
    if seconds.int().is_some_and(|it| it < MIN_SECONDS) {
        seconds.invalid("may not specify a duration less than 600 seconds (10 minutes)");
    }
    let status = edit.new.field("status");
    conditions(&status.field("conditions"), edit.live_at("/status/conditions"));
    certificate(edit, &status.field("certificate"));
    if edit.is_update() {
        decisions(edit, &status.field("conditions"));
    }
}

fn usages(usages: &Field<'_>, live: Option<&Value>) {
    if usages.is_empty() {
        usages.required("");
    }
    let unknown = |it: &Value| !it.as_str().is_some_and(|it| USAGES.contains(&it));
    let lived = live.and_then(Value::as_list).unwrap_or_default();
    let lived_with_unknown = lived.iter().any(unknown);
    let lived_with_twins = lived.iter().enumerate().any(|(at, it)| lived[..at].contains(it));
    let mut seen: Vec<&Value> = Vec::new();
    for (value, usage) in usages.list().iter().zip(usages.items()) {
        if !lived_with_unknown {
            usage.one_of(&USAGES);
        }
        if !lived_with_twins && seen.contains(&value) {
            usage.duplicate();
        }
        seen.push(value);
    }
}

/// `ValidateSignerName`: `example.com/name`.
fn signer(signer: &Field<'_>, live: Option<&Value>) {
    if signer.is_empty() {
        return signer.required("");
    }
    if signer.str() == LEGACY_SIGNER && live.and_then(Value::as_str) != Some(LEGACY_SIGNER) {
        return signer.invalid("the legacy signerName is not allowed via this API version");
    }
    let (domain, path) = match signer.str().split_once('/') {
        Some((domain, path)) if !path.contains('/') => (domain, path),
        _ => {
            return signer.invalid(
                "must be a fully qualified domain and path of the form 'example.com/signer-name'",
            );
        }
    };
    if domain.len() > MAX_DOMAIN {
        signer.too_long(MAX_DOMAIN);
    }
    if let Some(label) = domain.split('.').find(|it| !dns_label(it).is_empty()) {
        signer.faults(dns_label(label));
    }
    if !domain.contains('.') {
        signer.invalid("should be a domain with at least two segments separated by dots");
    }
    if signer.str().len() > MAX_SIGNER {
        signer.too_long(MAX_SIGNER);
    }
    if let Some(label) = path.split('.').find(|it| !dns_subdomain(it).is_empty()) {
        signer.faults(dns_subdomain(label));
    }
}

/// The types of conditions, and whether two are there that exclude each other.
struct Types<'a>(Vec<&'a str>);

impl<'a> Types<'a> {
    fn of(conditions: Option<&'a Value>) -> Self {
        let conditions = conditions.and_then(Value::as_list).unwrap_or_default();
        let text = |it: &'a Value| it.get("type").and_then(Value::as_str).unwrap_or_default();
        Self(conditions.iter().map(text).collect())
    }

    fn is_decided_twice(&self) -> bool {
        ["Approved", "Denied"].iter().all(|it| self.0.contains(it))
    }

    fn has_twins(&self) -> bool {
        self.0.iter().enumerate().any(|(at, it)| self.0[..at].contains(it))
    }
}

fn conditions(conditions: &Field<'_>, live: Option<&Value>) {
    let (types, lived) = (Types::of(Some(conditions.value)), Types::of(live));
    for (at, condition) in conditions.items().enumerate() {
        let (kind, status) = (condition.field("type"), condition.field("status"));
        if !lived.0.contains(&"") {
            kind.require();
        }
        if status.is_empty() {
            status.required("");
        } else if matches!(kind.str(), "Approved" | "Denied" | "Failed") {
            status.one_of(&["True"]);
        } else {
            status.one_of(&["False", "True", "Unknown"]);
        }
        if !lived.has_twins() && types.0[..at].contains(&kind.str()) {
            kind.duplicate();
        }
    }
    if types.is_decided_twice() && !lived.is_decided_twice() {
        conditions.invalid("Approved and Denied conditions are mutually exclusive");
    }
}

fn certificate(edit: &Edit<'_>, certificate: &Field<'_>) {
    let live = edit.live_at("/status/certificate");
    let was = live.and_then(Value::as_str).unwrap_or_default();
    if edit.is_update() && was == certificate.str() {
        return;
    }
    let lived_with_wrong = edit.is_update() && pem::wrong_certificate(was).is_some();
    if let Some(wrong) = pem::wrong_certificate(certificate.str()).filter(|_| !lived_with_wrong) {
        certificate.invalid_value("<certificate data>", wrong);
    }
    if edit.is_update() && edit.subresource != "status" {
        certificate.forbidden("updates may not set certificate content");
    } else if !was.is_empty() {
        certificate.forbidden("updates may not modify existing certificate content");
    }
}

/// What was decided stays; deciding is a right of its own.
fn decisions(edit: &Edit<'_>, conditions: &Field<'_>) {
    let of = |conditions: &Value, kind: &str| -> Vec<Value> {
        let conditions = conditions.as_list().unwrap_or_default().iter();
        conditions.filter(|it| at(it, "/type").as_str() == Some(kind)).cloned().collect()
    };
    let live = edit.live_at("/status/conditions").unwrap_or(&Value::Null);
    for kind in ["Approved", "Denied", "Failed"] {
        let (was, is) = (of(live, kind), of(conditions.value, kind));
        let decides = kind != "Failed" && edit.subresource != "approval";
        if is.len() < was.len() {
            conditions.forbidden(&format!("updates may not remove a condition of type {kind:?}"));
        } else if decides && is.len() > was.len() {
            conditions.forbidden(&format!("updates may not add a condition of type {kind:?}"));
        } else if decides && is != was {
            conditions.forbidden(&format!("updates may not modify a condition of type {kind:?}"));
        }
    }
}
