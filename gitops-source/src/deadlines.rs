//! How long things may take.

use std::time::Duration;

/// How long things may take; what takes longer is
/// [`SourceError::Unavailable`](crate::SourceError::Unavailable).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// To connect, by TCP and TLS; 10 s by default.
    pub connect: Duration,
    /// Until the next byte comes; 30 s by default.
    pub idle: Duration,
    /// For a whole fetch, waiting for others on the same mirror included; 10 min by default.
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(600),
        }
    }
}
