//! The `scale` subresource of what has replicas in `spec.replicas`.

use gitops_diff::{Map, Text, Value};

use super::create::Ownership;
use super::dispatch::Task;
use super::metadata;
use super::params::APPLY;
use super::patch;
use super::request::{Body, Method, Reply, Request};
use super::resource::Resource;
use super::status::{Cause, Status};

impl Task<'_> {
    pub(super) fn scale(&mut self, request: &Request) -> Result<Reply, Status> {
        let live = self.live(self.name()).ok_or_else(|| self.not_found(self.name()))?;
        let applies = request.content_type.starts_with(APPLY);
        let reply = match request.method {
            Method::Get => return Ok(Reply::value(200, self.scale_of(&live))),
            Method::Put => {
                let body = self.body(request)?;
                self.scale_to(&live, &body)?
            }
            Method::Patch if applies => {
                let declared =
                    self.body(&Request { content_type: String::new(), ..request.clone() })?;
                self.apply_object(&self.scaled_only(self.replicas(&declared)?))?
            }
            Method::Patch => {
                let body =
                    self.body(&Request { content_type: String::new(), ..request.clone() })?;
                let scale = patch::merge(self.scale_of(&live), body);
                check_patched(&scale)?;
                self.scale_to(&live, &scale)?
            }
            _ => return Err(Status::no_such_method()),
        };
        Ok(match reply.body {
            Body::Value(object) => Reply::value(reply.code, self.scale_of(&object)),
            body => Reply { body, ..reply },
        })
    }

    fn scale_to(&mut self, live: &Value, scale: &Value) -> Result<Reply, Status> {
        let revision = scale.pointer("/metadata/resourceVersion").cloned();
        let replicas = Value::Int(self.replicas(scale)?);
        let before = live.pointer("/spec/replicas");
        let mut next = live.clone();
        let mut ownership = Ownership::ToTrack;
        if replicas == Value::Int(0) && before.is_some_and(|it| *it != replicas) {
            // A scale to none says nothing, so that nobody owns it.
            next = self.track(Some(live), &unscaled(live));
            ownership = Ownership::Tracked;
        }
        metadata::set(&mut next, "resourceVersion", revision);
        if let Some(members) = next.as_map_mut() {
            members.map_at("spec").insert("replicas", replicas);
        }
        self.commit(live, next, ownership)
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

    /// How many replicas a scale asks for.
    fn replicas(&self, scale: &Value) -> Result<i64, Status> {
        match scale.pointer("/spec/replicas") {
            None | Some(Value::Null) => Ok(0),
            Some(Value::Int(replicas)) if *replicas >= 0 => Ok(*replicas),
            Some(other) if self.target.resource.rules.custom => {
                let cause =
                    Cause::invalid(".spec.replicas", other, "should be a non-negative integer");
                Err(Status::invalid(&self.target.resource, self.name(), vec![cause]))
            }
            Some(other) => {
                let why = "must be greater than or equal to 0";
                let cause = Cause::invalid("spec.replicas", other, why);
                Err(Status::invalid_scale(self.name(), cause))
            }
        }
    }

    /// The scale of an object; what nothing is asked for says nothing (`omitempty`).
    fn scale_of(&self, object: &Value) -> Value {
        const KEPT: [&str; 5] =
            ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];
        let metadata = KEPT
            .into_iter()
            .filter_map(|key| Some((key, object.pointer(&format!("/metadata/{key}"))?.clone())));
        let wanted = object.pointer("/spec/replicas").filter(|it| **it != Value::Int(0));
        let spec = wanted.map(|it| ("replicas", it.clone()));
        let number = object.pointer("/status/replicas").cloned().unwrap_or(Value::Int(0));
        let selector = selector_of(&self.target.resource, object);
        let selector = Some(selector).filter(|it| !it.is_empty());
        let selector = selector.map(|it| ("selector", Value::from(it)));
        let status = [("replicas", number)].into_iter().chain(selector);
        let members = [
            ("apiVersion", "autoscaling/v1".into()),
            ("kind", "Scale".into()),
            ("metadata", metadata.collect::<Map>().into()),
            ("spec", spec.into_iter().collect::<Map>().into()),
            ("status", status.collect::<Map>().into()),
        ];
        members.into_iter().collect::<Map>().into()
    }
}

/// A patch of a scale must leave a number.
fn check_patched(scale: &Value) -> Result<(), Status> {
    let replicas = scale.pointer("/spec/replicas").filter(|it| !it.is_null());
    let Some(found) = replicas.filter(|it| it.as_int().is_none()) else {
        return Ok(());
    };
    let found = found.type_name();
    let why = format!(
        "json: cannot unmarshal {found} into Go struct field ScaleSpec.spec.replicas of type int32"
    );
    let patched = serde_json::to_string(scale).unwrap_or_default();
    Err(Status::invalid_patch(Cause::invalid("patch", &patched.into(), &why)))
}

/// An object without its replicas.
fn unscaled(object: &Value) -> Value {
    let mut object = object.clone();
    let spec = object.as_map_mut().and_then(|it| it.get_mut("spec"));
    if let Some(spec) = spec.and_then(Value::as_map_mut) {
        spec.remove("replicas");
    }
    object
}

/// The selector of a built-in workload as text, by the order of its keys (`String` of
/// `k8s.io/apimachinery/pkg/labels`); a definition of another kind says where its selector is, and
/// most say nothing.
fn selector_of(resource: &Resource, object: &Value) -> String {
    let selector = object.pointer("/spec/selector").filter(|_| !resource.rules.custom);
    let labels = match resource.kind.as_str() {
        "ReplicationController" => selector,
        _ => selector.and_then(|it| it.get("matchLabels")),
    };
    let labels = labels.and_then(Value::as_map).into_iter().flat_map(Map::iter);
    let label = |(key, value): (&Text, &Value)| {
        (key.to_string(), format!("{key}={}", value.as_str().unwrap_or_default()))
    };
    let expressions = selector.and_then(|it| it.get("matchExpressions")).and_then(Value::as_list);
    let expressions = expressions.unwrap_or_default().iter();
    let mut parts: Vec<(String, String)> =
        labels.map(label).chain(expressions.map(requirement)).collect();
    parts.sort_by(|(one, _), (other, _)| one.cmp(other));
    let parts: Vec<String> = parts.into_iter().map(|(_, text)| text).collect();
    parts.join(",")
}

/// The key of an expression, and its text.
fn requirement(expression: &Value) -> (String, String) {
    let text = |name| expression.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = text("key");
    let values = expression.get("values").and_then(Value::as_list).unwrap_or_default();
    let mut values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    values.sort_unstable();
    let values = values.join(",");
    let text = match text("operator") {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "DoesNotExist" => format!("!{key}"),
        _ => key.to_owned(),
    };
    (key.to_owned(), text)
}
