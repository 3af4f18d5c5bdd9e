//! The names of drivers, pools, attributes and resources.

use super::Field;
use crate::server::validate::names;
use crate::server::validate::others::storage::driver_name;

const MAX_POOL: usize = 253;
const MAX_ID: usize = 32;

/// `validateDriverName`.
pub(super) fn check_driver(name: &Field<'_>) {
    driver_name(name);
}

/// `validatePoolName`: DNS names joined by slashes.
pub(super) fn check_pool(name: &Field<'_>) {
    if name.is_empty() {
        return name.required("");
    }
    if name.str().len() > MAX_POOL {
        name.too_long(MAX_POOL);
    }
    for part in name.str().split('/') {
        name.faults(names::dns_subdomain(part));
    }
}

/// `validateQualifiedName`: an identifier, with or without a domain; told at `place`.
pub(super) fn check_qualified(name: &str, place: &Field<'_>) {
    match name.split('/').collect::<Vec<_>>()[..] {
        [id] => check_id(id, place),
        [domain, id] => {
            if domain.is_empty() {
                place.invalid_value("", "the domain must not be empty");
            } else {
                let domain = domain.into();
                driver_name(&place.with(&domain));
            }
            if id.is_empty() {
                place.invalid_value("", "the name must not be empty");
            } else {
                check_id(id, place);
            }
        }
        _ => {}
    }
}

/// `validateFullyQualifiedName`: a domain and an identifier.
pub(super) fn check_fully_qualified(name: &Field<'_>) {
    check_qualified(name.str(), name);
    if !name.str().contains('/') {
        name.invalid("a fully qualified name must be a domain and a name separated by a slash");
    }
}

fn check_id(id: &str, place: &Field<'_>) {
    if id.len() > MAX_ID {
        place.too_long(MAX_ID);
    }
    for fault in names::identifier(id) {
        place.invalid_value(id, &fault);
    }
}

/// `IsExtendedResourceName`: of a domain other than Kubernetes' own.
pub(super) fn is_extended_resource(name: &str) -> bool {
    !is_native_resource(name)
        && !name.starts_with("requests.")
        && names::qualified_name(&format!("requests.{name}")).is_empty()
}

/// `IsNativeResource`.
pub(super) fn is_native_resource(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}
