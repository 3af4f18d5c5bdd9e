//! What templates look up in the in-memory cluster.

use gitops_diff::{Query, Value};

use super::applier::MemoryApplier;
use super::metadata::text;
use super::request::{Method, Reply, Request};
use crate::ApplyError;
use crate::lookup::{self, Place};

impl MemoryApplier {
    /// What `query` finds.
    pub(super) fn find(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        let (_, version) = lookup::version(query)?;
        let resource = self.cluster.resource(&query.group_kind(), Some(version));
        let place = resource.as_ref().map(|resource| Place {
            group: &resource.group,
            version: &resource.version,
            plural: &resource.plural,
            namespaced: resource.namespaced,
        });
        if place.is_none() && self.get(&group_version(query)).code == 404 {
            return Err(lookup::unserved(query));
        }
        let reply = self.get(&lookup::path(query, place.as_ref())?);
        let body = reply.to_value().cloned().unwrap_or_default();
        match reply.code {
            200 => Ok(Some(lookup::whole(query, body))),
            404 => Ok(None),
            403 => Err(ApplyError::Denied(text(&body, "/message").to_owned())),
            _ => Err(ApplyError::Invalid(text(&body, "/message").to_owned())),
        }
    }

    fn get(&self, path: &[&str]) -> Reply {
        self.cluster.call(&Request::new(Method::Get, format!("/{}", path.join("/"))))
    }
}

fn group_version(query: &Query) -> Vec<&str> {
    match query.group() {
        "" => vec!["api", query.version()],
        group => vec!["apis", group, query.version()],
    }
}
