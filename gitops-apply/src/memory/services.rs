//! What a server allocates for Services: cluster addresses, node ports, health check ports.
//!
//! The rules are those of `pkg/registry/core/service/storage` on a cluster with IPv4 alone.

mod claims;
mod families;
mod ports;

use gitops_diff::server::Cause;
use gitops_diff::{Map, Value};

pub(super) use self::claims::Claims;
use super::dispatch::Task;
use super::metadata;
use super::resource::{Resource, Table};
use super::status::Status;

pub(super) fn is_services(table: &Table) -> bool {
    table.0.is_empty() && table.1 == "services"
}

/// What one call draws beside what is taken already.
pub(super) struct Draw<'a> {
    resource: &'a Resource,
    name: &'a str,
    claims: &'a Claims,
    /// The start of the search for what is free.
    seed: u64,
}

impl Task<'_> {
    /// Gives a prepared Service the addresses and ports that it lacks.
    ///
    /// # Errors
    /// Addresses or ports that are taken, or that the cluster does not have.
    pub(super) fn allocate(
        &mut self,
        live: Option<&Value>,
        object: &mut Value,
    ) -> Result<(), Status> {
        let resource = self.target.resource.clone();
        if !resource.is("", "services") || self.target.subresource.is_some() {
            return Ok(());
        }
        let seed = self.state.draw();
        let name = metadata::name(object).to_owned();
        let early = self.bad_addresses(live, object);
        let claims = self.state.store.claims();
        let draw = Draw { resource: &resource, name: &name, claims, seed };
        let before = live.and_then(|it| it.get("spec")?.as_map());
        let Some(spec) = object.as_map_mut().map(|it| it.map_at("spec")) else {
            return Ok(());
        };
        metadata::refuse(&resource, &name, early)?;
        families::check(&draw, before, spec)?;
        draw.addresses(before, spec)?;
        ports::draw(&draw, before, spec)
    }

    /// What is wrong with the addresses is said before anything else is looked at.
    fn bad_addresses(&self, live: Option<&Value>, object: &Value) -> Vec<Cause> {
        if object.pointer("/spec/clusterIPs").is_none()
            && object.pointer("/spec/clusterIP").is_none()
        {
            return Vec::new();
        }
        let of_addresses = |it: &Cause| {
            it.field.starts_with("spec.clusterIP") || it.field.starts_with("spec.ipFamil")
        };
        let mut causes = self.write(live).validate(object);
        causes.retain(of_addresses);
        causes
    }
}

impl Draw<'_> {
    fn refuse(&self, field: &str, value: &Value, why: &str) -> Status {
        Status::invalid(self.resource, self.name, vec![Cause::invalid(field, value, why)])
    }

    /// The address of the one family that the cluster has.
    fn addresses(&self, before: Option<&Map>, spec: &mut Map) -> Result<(), Status> {
        let moves = before.is_none_or(|it| !has_address(it));
        if !has_address(spec) || is_headless(spec) || !moves {
            return Ok(());
        }
        let wanted = list(spec, "clusterIPs").first().and_then(Value::as_str).unwrap_or_default();
        let address = if wanted.is_empty() {
            self.claims.free_address(self.seed).ok_or_else(|| {
                let name = self.name;
                let why = format!(
                    "Internal error occurred: failed to allocate a serviceIP for Service \
                     \"{name}\": range is full"
                );
                Status::new(500, "InternalError", why)
            })?
        } else {
            self.claims.check_address(wanted).map_err(|why| {
                let wanted_all = spec.get("clusterIPs").cloned().unwrap_or_default();
                let why = format!("failed to allocate IP {wanted}: {why}");
                self.refuse("spec.clusterIPs", &wanted_all, &why)
            })?;
            wanted.to_owned()
        };
        spec.insert("clusterIP", address.clone().into());
        spec.insert("clusterIPs", Value::List(vec![address.into()]));
        Ok(())
    }
}

fn text<'a>(spec: &'a Map, key: &str) -> &'a str {
    spec.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(spec: &'a Map, key: &str) -> &'a [Value] {
    spec.get(key).and_then(Value::as_list).unwrap_or_default()
}

fn has_address(spec: &Map) -> bool {
    text(spec, "type") != "ExternalName"
}

fn is_headless(spec: &Map) -> bool {
    list(spec, "clusterIPs").first().and_then(Value::as_str) == Some("None")
}
