//! The `scale` subresource of what has replicas in `spec.replicas`.

use gitops_diff::{Map, Value};

use super::create::Ownership;
use super::dispatch::Task;
use super::metadata;
use super::params::APPLY;
use super::patch;
use super::request::{Body, Method, Reply, Request};
use super::status::{Cause, Status};

impl Task<'_> {
    pub(super) fn scale(&mut self, request: &Request) -> Result<Reply, Status> {
        let live = self.live(self.name()).ok_or_else(|| self.not_found(self.name()))?;
        let applies = request.content_type.starts_with(APPLY);
        let reply = match request.method {
            Method::Get => return Ok(Reply::value(200, scale_of(&live))),
            Method::Put => {
                let body = self.body(request)?;
                self.scale_to(&live, &body)?
            }
            Method::Patch if applies => {
                let declared =
                    self.body(&Request { content_type: String::new(), ..request.clone() })?;
                self.apply_object(&self.scaled_only(replicas(&declared)?))?
            }
            Method::Patch => {
                let body =
                    self.body(&Request { content_type: String::new(), ..request.clone() })?;
                self.scale_to(&live, &patch::merge(scale_of(&live), body))?
            }
            _ => return Err(Status::no_such_method()),
        };
        Ok(match reply.body {
            Body::Value(object) => Reply::value(reply.code, scale_of(&object)),
            body => Reply { body, ..reply },
        })
    }

    fn scale_to(&mut self, live: &Value, scale: &Value) -> Result<Reply, Status> {
        let revision = scale.pointer("/metadata/resourceVersion").cloned();
        let mut next = live.clone();
        metadata::set(&mut next, "resourceVersion", revision);
        if let Some(members) = next.as_map_mut() {
            members.map_at("spec").insert("replicas", Value::Int(replicas(scale)?));
        }
        self.commit(live, next, Ownership::ToTrack)
    }

    /// An object that declares nothing but its replicas.
    fn scaled_only(&self, replicas: i64) -> Value {
        let resource = &self.target.resource;
        let mut object: Map = [
            ("apiVersion", Value::from(resource.api_version())),
            ("kind", resource.kind.clone().into()),
        ]
        .into_iter()
        .collect();
        object.map_at("spec").insert("replicas", Value::Int(replicas));
        let metadata = object.map_at("metadata");
        metadata.insert("name", self.name().into());
        if let Some(namespace) = &self.target.namespace {
            metadata.insert("namespace", namespace.clone().into());
        }
        object.into()
    }
}

fn replicas(scale: &Value) -> Result<i64, Status> {
    match scale.pointer("/spec/replicas") {
        None | Some(Value::Null) => Ok(0),
        Some(Value::Int(replicas)) if *replicas >= 0 => Ok(*replicas),
        Some(other) => {
            let why = "must be greater than or equal to 0";
            let cause = Cause::invalid("spec.replicas", other, why);
            let message = format!("Scale.autoscaling is invalid: spec.replicas: {}", cause.message);
            Err(Status::new(422, "Invalid", message).with_cause(cause))
        }
    }
}

fn scale_of(object: &Value) -> Value {
    const KEPT: [&str; 5] = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];
    let metadata = KEPT
        .into_iter()
        .filter_map(|key| Some((key, object.pointer(&format!("/metadata/{key}"))?.clone())));
    let number = |pointer| object.pointer(pointer).cloned().unwrap_or(Value::Int(0));
    let spec = [("replicas", number("/spec/replicas"))];
    let mut status: Map = [("replicas", number("/status/replicas"))].into_iter().collect();
    if let Some(labels) = object.pointer("/spec/selector/matchLabels").and_then(Value::as_map) {
        let pair = |(key, value): (&gitops_diff::Text, &Value)| {
            format!("{key}={}", value.as_str().unwrap_or_default())
        };
        let selector: Vec<String> = labels.iter().map(pair).collect();
        status.insert("selector", selector.join(",").into());
    }
    let members = [
        ("apiVersion", "autoscaling/v1".into()),
        ("kind", "Scale".into()),
        ("metadata", metadata.collect::<Map>().into()),
        ("spec", spec.into_iter().collect::<Map>().into()),
        ("status", status.into()),
    ];
    members.into_iter().collect::<Map>().into()
}
