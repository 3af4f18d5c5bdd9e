//! From a request to its answer.

use gitops_diff::server::Write;
use gitops_diff::{GroupKind, Text, Value};

use super::admission::Verb;
use super::calls::Call;
use super::cluster::Cluster;
use super::discovery;
use super::lifecycle;
use super::params::{APPLY, Params};
use super::request::{Method, Reply, Request};
use super::route::{Route, Target};
use super::state::State;
use super::status::Status;
use super::view::View;
use super::watch::Watch;

/// As much body as the API server reads.
const MAX_BODY: usize = 3 * 1024 * 1024;

/// One request on objects, while it is answered.
pub(super) struct Task<'a> {
    pub(super) state: &'a mut State,
    pub(super) target: &'a Target,
    pub(super) kind: GroupKind,
    pub(super) params: &'a Params,
    pub(super) view: View,
    pub(super) now: String,
    pub(super) warnings: Vec<String>,
}

pub(super) fn answer(state: &mut State, cluster: &Cluster, request: &Request) -> Reply {
    state.ticks += 1;
    lifecycle::settle(state);
    let route = Route::of(&request.path, &state.catalog);
    let (verb, resource) = describe(&route, request);
    let reply = respond(state, cluster, request, &route).unwrap_or_else(Reply::from);
    let dry_run = request.query.iter().any(|(name, value)| name == "dryRun" && value == "All");
    let (path, code) = (request.path.clone(), reply.code);
    let limit = state.options.calls;
    state.calls.record(Call { verb, resource, path, dry_run, code }, limit);
    lifecycle::settle(state);
    state.store.shorten(state.options.history);
    reply
}

fn describe(route: &Route, request: &Request) -> (Verb, Text) {
    let Route::Objects(target) = route else {
        return (Verb::Get, request.path.as_str().into());
    };
    let watches = || request.query.iter().any(|(name, value)| name == "watch" && value != "false");
    let verb = match (request.method, &target.name) {
        (Method::Get, _) if watches() => Verb::Watch,
        (Method::Get, Some(_)) => Verb::Get,
        (Method::Get, None) => Verb::List,
        (Method::Post, _) => Verb::Create,
        (Method::Put, _) => Verb::Update,
        (Method::Patch, _) if request.content_type.starts_with(APPLY) => Verb::Apply,
        (Method::Patch, _) => Verb::Patch,
        (Method::Delete, Some(_)) => Verb::Delete,
        (Method::Delete, None) => Verb::DeleteCollection,
    };
    (verb, target.resource.qualified().into())
}

fn respond(
    state: &mut State,
    cluster: &Cluster,
    request: &Request,
    route: &Route,
) -> Result<Reply, Status> {
    match route {
        Route::Objects(target) => on_objects(state, cluster, request, target),
        Route::NoResource => Err(Status::no_such_resource()),
        Route::Nothing => Ok(Reply::text(404, "404 page not found\n")),
        _ if request.method != Method::Get => Err(Status::no_such_method()),
        Route::Health => Ok(Reply::text(200, "ok")),
        document => Ok(discovery::answer(&state.catalog, document, &request.accept)),
    }
}

fn on_objects(
    state: &mut State,
    cluster: &Cluster,
    request: &Request,
    target: &Target,
) -> Result<Reply, Status> {
    if request.body.len() > MAX_BODY {
        let message = format!("Request entity too large: limit is {MAX_BODY}");
        return Err(Status::new(413, "RequestEntityTooLarge", message));
    }
    let params = Params::read(request)?;
    let view = View::of(&request.accept);
    if request.method == Method::Get && params.watch && target.subresource.is_none() {
        let watch = Watch::start(cluster, state, target.clone(), params, view)?;
        return Ok(Reply::watch(watch));
    }
    let now = state.options.clock.now();
    let kind = target.resource.group_kind();
    let mut task = Task { state, target, kind, params: &params, view, now, warnings: Vec::new() };
    // A refusal carries the warnings too.
    let mut reply = task.run(request).unwrap_or_else(Reply::from);
    reply.warnings.append(&mut task.warnings);
    Ok(reply)
}

impl Task<'_> {
    fn run(&mut self, request: &Request) -> Result<Reply, Status> {
        self.warn_of_version();
        let target = self.target;
        if target.subresource.as_deref() == Some("scale") {
            return self.scale(request);
        }
        let one = target.name.is_some();
        let homeless = target.resource.namespaced && target.namespace.is_none();
        match request.method {
            Method::Get if one => self.get(),
            Method::Get => self.list(),
            _ if homeless => Err(Status::no_such_method()),
            Method::Post if !one => self.create(self.body(request)?),
            Method::Put if one => self.update(self.body(request)?),
            Method::Patch if one => self.patch(request),
            Method::Delete if one && target.subresource.is_none() => self.delete(request),
            Method::Delete if !one && !target.resource.is("", "namespaces") => {
                self.delete_collection(request)
            }
            _ => Err(Status::no_such_method()),
        }
    }

    fn get(&self) -> Result<Reply, Status> {
        let live = self.live(self.name()).ok_or_else(|| self.not_found(self.name()))?;
        Ok(self.show(200, &live))
    }

    /// The body of a create or an update.
    pub(super) fn body(&self, request: &Request) -> Result<Value, Status> {
        let media = request.content_type.split(';').next().unwrap_or_default().trim();
        if !matches!(media, "" | "application/json") {
            let message = "the body of the request was in an unknown format - accepted media \
                           types include: application/json";
            return Err(Status::new(415, "UnsupportedMediaType", message));
        }
        serde_json::from_slice(&request.body).map_err(|error| {
            let kind = &self.target.resource.kind;
            Status::bad_request(format!(
                "the object provided is unrecognized (must be of type {kind}): couldn't get \
                 version/kind; json parse error: {error}"
            ))
        })
    }

    /// What the server makes of an object that is written in the place of `live`.
    pub(super) fn write<'b>(&'b self, live: Option<&'b Value>) -> Write<'b> {
        Write {
            schema: &self.state.schema,
            kind: &self.kind,
            version: &self.target.resource.version,
            subresource: self.target.subresource.as_deref(),
            live,
        }
    }

    /// The name in the path; empty where there is none.
    pub(super) fn name(&self) -> &str {
        self.target.name.as_deref().unwrap_or_default()
    }

    pub(super) fn live(&self, name: &str) -> Option<std::sync::Arc<Value>> {
        let Target { resource, namespace, .. } = self.target;
        self.state.stored(resource, namespace.as_deref(), name)
    }

    pub(super) fn not_found(&self, name: &str) -> Status {
        Status::not_found(&self.target.resource, name)
    }

    pub(super) fn show(&self, code: u16, object: &Value) -> Reply {
        Reply::value(code, self.view.show(&self.target.resource, object))
    }
}
