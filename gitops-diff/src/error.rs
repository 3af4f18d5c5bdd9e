//! What can go wrong, grouped by what the caller can do.

/// Why an object or a comparison was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// The input is no object, or not one that can be compared; fix the input.
    #[error("{0}")]
    Invalid(String),
    /// A rule of the policy does not fit the object; mend the rule or narrow what it selects.
    #[error(transparent)]
    Policy(#[from] crate::PolicyError),
    /// The input is over a limit; shrink the input or raise the limit.
    #[error("{what} is over the limit of {limit}")]
    Limit {
        /// What is over it.
        what: String,
        /// The limit.
        limit: u64,
    },
}

impl DiffError {
    /// An [`Invalid`](DiffError::Invalid) with this message.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}
