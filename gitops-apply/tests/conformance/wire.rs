//! The one client that both servers are called by.

use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::Value;

/// What a server answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    /// The texts of the `Warning` headers.
    pub(crate) warnings: Vec<String>,
    /// JSON, or the text as it is.
    pub(crate) body: Value,
}

impl Answer {
    /// The server broke off: it panics over some objects.
    fn none(error: &kube::Error) -> Self {
        Self { code: 0, warnings: Vec::new(), body: Value::String(error.to_string()) }
    }
}

pub(crate) async fn send(client: &Client, request: http::Request<Vec<u8>>) -> Answer {
    let response = match client.send(request.map(Body::from)).await {
        Ok(response) => response,
        Err(error) => return Answer::none(&error),
    };
    let code = response.status().as_u16();
    let warnings = response.headers().get_all("warning").iter();
    let warnings = warnings.map(|it| text_of(it.to_str().expect("because it is ASCII"))).collect();
    let bytes = response.into_body().collect().await.expect("because the answer is whole");
    let bytes = bytes.to_bytes();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { code, warnings, body }
}

/// The text in `299 - "text"` (RFC 7234, section 5.5).
fn text_of(header: &str) -> String {
    let text = header.strip_prefix("299 - \"").and_then(|it| it.strip_suffix('"'));
    text.map_or_else(|| header.to_owned(), |it| it.replace("\\\"", "\"").replace("\\\\", "\\"))
}
