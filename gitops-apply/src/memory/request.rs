//! Requests and replies without HTTP's types.

use gitops_diff::Value;

use super::status::Status;
use super::watch::Watch;

/// A request as it comes over the wire, with the query decoded.
///
/// ```
/// use gitops_apply::memory::{Cluster, Method, Request};
///
/// let cluster = Cluster::default();
/// let reply = cluster.call(&Request::new(Method::Get, "/api/v1/namespaces/default"));
/// assert_eq!(reply.code, 200);
/// let reply = cluster.call(&Request::new(Method::Get, "/api/v1/namespaces/shop"));
/// assert_eq!(reply.code, 404);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// `/api/v1/namespaces/shop/configmaps/settings`.
    pub path: String,
    /// The parameters in their order, decoded.
    pub query: Vec<(String, String)>,
    /// `Content-Type`; empty where there is no body.
    pub content_type: String,
    /// `Accept`; empty for JSON.
    pub accept: String,
    /// `User-Agent`: the field manager where no parameter names one.
    pub user_agent: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The HTTP methods that the API server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Read one or many, or watch.
    Get,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change, or apply.
    Patch,
    /// Delete one or many.
    Delete,
}

impl Request {
    /// A request without parameters and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            content_type: String::new(),
            accept: String::new(),
            user_agent: String::new(),
            body: Vec::new(),
        }
    }

    /// The request with one more parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// The request with a body of a content type.
    #[must_use]
    pub fn body(mut self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = content_type.into();
        self.body = body.into();
        self
    }

    /// The request with a value as its body in JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", bytes(body))
    }

    /// A server-side apply of `body` by `manager`.
    pub fn apply(path: impl Into<String>, manager: &str, body: &Value) -> Self {
        Self::new(Method::Patch, path)
            .param("fieldManager", manager)
            .body("application/apply-patch+yaml", bytes(body))
    }
}

/// What the cluster answers.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP code.
    pub code: u16,
    /// The body.
    pub body: Body,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
}

/// The body of a reply.
#[derive(Debug)]
#[non_exhaustive]
pub enum Body {
    /// One value, sent as JSON: an object, a list or a `Status`.
    Value(Value),
    /// Plain text.
    Text(String),
    /// A stream of events.
    Watch(Box<Watch>),
}

impl Reply {
    pub(super) fn value(code: u16, value: Value) -> Self {
        Self { code, body: Body::Value(value), warnings: Vec::new() }
    }

    pub(super) fn text(code: u16, text: impl Into<String>) -> Self {
        Self { code, body: Body::Text(text.into()), warnings: Vec::new() }
    }

    pub(super) fn watch(watch: Watch) -> Self {
        Self { code: 200, body: Body::Watch(Box::new(watch)), warnings: Vec::new() }
    }

    /// The value, where the body is one.
    pub fn to_value(&self) -> Option<&Value> {
        match &self.body {
            Body::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The stream, where the body is one.
    pub fn into_watch(self) -> Option<Watch> {
        match self.body {
            Body::Watch(watch) => Some(*watch),
            _ => None,
        }
    }
}

impl From<Status> for Reply {
    fn from(status: Status) -> Self {
        Self::value(status.code, status.to_value())
    }
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("because a tree of strings and numbers is JSON")
}
