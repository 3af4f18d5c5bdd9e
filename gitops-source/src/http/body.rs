//! A file that is being received.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Response, Url};
use tokio::time::timeout;

use super::lost;
use crate::SourceError;

/// A file that is being received from an address that may be shown.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) answer: Response,
    pub(crate) shown: Url,
    /// How long the server may say nothing.
    pub(crate) idle: Duration,
}

impl Body {
    /// The next bytes; none at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, SourceError> {
        let (shown, idle) = (&self.shown, self.idle);
        let chunk = timeout(idle, self.answer.chunk()).await.map_err(|_| {
            SourceError::unavailable(format!("{shown} has sent nothing for {idle:?}"))
        })?;
        chunk.map_err(|error| lost(shown, error))
    }

    /// All bytes, as many as the option allows.
    pub(crate) async fn collect(
        mut self,
        limit: u64,
        option: &'static str,
    ) -> Result<Bytes, SourceError> {
        let mut content = BytesMut::new();
        self.check(self.answer.content_length().unwrap_or(0), limit, option)?;
        while let Some(chunk) = self.chunk().await? {
            content.extend_from_slice(&chunk);
            self.check(content.len() as u64, limit, option)?;
        }
        Ok(content.freeze())
    }

    /// Whether `size` bytes are within the limit.
    pub(crate) fn check(
        &self,
        size: u64,
        limit: u64,
        option: &'static str,
    ) -> Result<(), SourceError> {
        if size <= limit {
            return Ok(());
        }
        let what = format!("the size of {}", self.shown);
        Err(SourceError::Limit { what, limit, option })
    }
}
