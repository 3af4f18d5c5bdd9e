//! The parameters of a request, checked as the API server checks its options.

use gitops_diff::{Text, Value};

use super::request::{Method, Request};
use super::selector::Selector;
use super::status::{Cause, Status};

/// What a request's query says.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the API server's own parameters")]
pub(super) struct Params {
    pub(super) manager: Text,
    pub(super) force: Option<bool>,
    pub(super) dry_run: bool,
    pub(super) validation: Validation,
    pub(super) selector: Selector,
    pub(super) limit: usize,
    pub(super) continue_token: Option<String>,
    pub(super) resource_version: Option<String>,
    pub(super) version_match: Option<String>,
    pub(super) watch: bool,
    pub(super) bookmarks: bool,
    pub(super) initial_events: bool,
    pub(super) timeout: Option<u64>,
    pub(super) propagation: Option<String>,
}

/// What becomes of unknown fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Validation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

/// The content type of a server-side apply.
pub(super) const APPLY: &str = "application/apply-patch+yaml";

impl Params {
    pub(super) fn read(request: &Request) -> Result<Self, Status> {
        let mut params = Self::default();
        let mut selectors = (String::new(), String::new());
        for (name, value) in &request.query {
            match name.as_str() {
                "fieldManager" => params.manager = value.as_str().into(),
                "labelSelector" => selectors.0.clone_from(value),
                "fieldSelector" => selectors.1.clone_from(value),
                _ => params.set(request, name, value)?,
            }
        }
        params.selector = Selector::read(&selectors.0, &selectors.1)?;
        params.check_manager(request)?;
        if params.manager.is_empty() {
            params.manager = agent(&request.user_agent);
        }
        Ok(params)
    }

    fn set(&mut self, request: &Request, name: &str, value: &str) -> Result<(), Status> {
        match name {
            "force" if request.method == Method::Patch => self.force = Some(force(request, value)?),
            "dryRun" => self.dry_run = dry_run(request, value)?,
            "fieldValidation" => self.validation = validation(request, value)?,
            "limit" => self.limit = number(name, value)?,
            "continue" if !value.is_empty() => self.continue_token = Some(value.into()),
            "resourceVersion" if !value.is_empty() => self.resource_version = Some(value.into()),
            "resourceVersionMatch" if !value.is_empty() => self.version_match = Some(value.into()),
            "watch" => self.watch = flag(value),
            "allowWatchBookmarks" => self.bookmarks = flag(value),
            "sendInitialEvents" => self.initial_events = flag(value),
            "timeoutSeconds" => self.timeout = Some(number(name, value)?),
            "propagationPolicy" => self.propagation = Some(value.into()),
            _ => {}
        }
        Ok(())
    }

    fn check_manager(&self, request: &Request) -> Result<(), Status> {
        let refuse = |cause| Err(Status::invalid_options(options(request.method), cause));
        if self.manager.is_empty() && request.content_type.starts_with(APPLY) {
            return refuse(Cause::required("fieldManager", "is required for apply patch"));
        }
        if self.manager.len() > 128 {
            return refuse(Cause::too_long("fieldManager", 128));
        }
        if let Some((at, bad)) = self.manager.char_indices().find(|(_, it)| it.is_control()) {
            let why = format!("invalid character U+{:04X} (at position {at})", u32::from(bad));
            let manager = Value::from(self.manager.clone());
            return refuse(Cause::invalid("fieldManager", &manager, &why));
        }
        Ok(())
    }
}

/// The kind of a method's options in messages.
fn options(method: Method) -> &'static str {
    match method {
        Method::Get => "ListOptions",
        Method::Post => "CreateOptions",
        Method::Put => "UpdateOptions",
        Method::Patch => "PatchOptions",
        Method::Delete => "DeleteOptions",
    }
}

fn force(request: &Request, value: &str) -> Result<bool, Status> {
    if request.content_type.starts_with(APPLY) {
        return Ok(flag(value));
    }
    let cause = Cause::forbidden("force", "may not be specified for non-apply patch");
    Err(Status::invalid_options(options(request.method), cause))
}

pub(super) fn dry_run(request: &Request, value: &str) -> Result<bool, Status> {
    if matches!(value, "" | "All") {
        return Ok(value == "All");
    }
    let cause = Cause::not_supported("dryRun", &Value::List(vec![value.into()]), &["All"]);
    Err(Status::invalid_options(options(request.method), cause))
}

fn validation(request: &Request, value: &str) -> Result<Validation, Status> {
    match value {
        "" | "Warn" => Ok(Validation::Warn),
        "Ignore" => Ok(Validation::Ignore),
        "Strict" => Ok(Validation::Strict),
        other => {
            let supported = ["", "Ignore", "Strict", "Warn"];
            let cause = Cause::not_supported("fieldValidation", &other.into(), &supported);
            Err(Status::invalid_options(options(request.method), cause))
        }
    }
}

/// As the API server reads booleans in queries: everything but these is true.
fn flag(value: &str) -> bool {
    !matches!(value, "false" | "0" | "False" | "FALSE")
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Status> {
    let message = || format!("unable to decode query parameter {name}: {value:?} is no number");
    value.parse().map_err(|_| Status::bad_request(message()))
}

/// The field manager of a client that names none: its user agent up to the slash.
fn agent(user_agent: &str) -> Text {
    match user_agent.split('/').next() {
        None | Some("") => "unknown".into(),
        Some(name) => name.chars().take(128).collect::<String>().into(),
    }
}
