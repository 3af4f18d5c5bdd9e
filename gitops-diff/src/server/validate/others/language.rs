//! The language of expressions, where the feature `cel` brings it; without, all of them compile.

#[cfg(feature = "cel")]
pub(super) use crate::cel::Environment;

/// What an expression may name, of which nothing is known.
#[cfg(not(feature = "cel"))]
#[derive(Clone)]
pub(super) struct Environment;

#[cfg(not(feature = "cel"))]
#[expect(clippy::unused_self, reason = "because it stands for one that knows names")]
#[expect(clippy::unnecessary_wraps, reason = "because it stands for one that refuses")]
impl Environment {
    pub(super) fn admission() -> Self {
        Self
    }

    pub(super) fn device() -> Self {
        Self
    }

    pub(super) fn without(self, _: &str) -> Self {
        self
    }

    pub(super) fn with_own_variables(self) -> Self {
        self
    }

    pub(super) fn define(&mut self, _: &str, _: &str) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn condition(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn device_condition(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn message(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn annotation(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}
