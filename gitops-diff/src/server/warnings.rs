//! What the server takes, but says something about: the `Warning` headers of an answer.

mod addresses;
mod core;
mod definitions;
mod labels;
mod others;
mod pods;
mod ports;
mod volumes;

use self::addresses::warn_of_address;
use super::Write;
use super::validate::field::{Field, Report, same};
use crate::Value;

impl Write<'_> {
    /// What the server warns of when it takes a prepared object, in its order: deprecated kinds
    /// and fields, and what will not work as it looks (`WarningsOnCreate`, `WarningsOnUpdate` of
    /// `pkg/registry`).
    ///
    /// What is unknown in a body is said where the body is read, what a policy of the cluster
    /// has to say is not known here.
    ///
    /// ```
    /// use gitops_diff::server::Write;
    /// use gitops_diff::{GroupKind, Schema, Value};
    ///
    /// let (schema, kind) = (Schema::builtin(), GroupKind::new("", "Endpoints"));
    /// let write =
    ///     Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live: None };
    /// let endpoints: Value = serde_json::from_str(r#"{"metadata":{"name":"a"}}"#)?;
    /// assert_eq!(
    ///     write.warnings(&endpoints),
    ///     ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"],
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn warnings(&self, object: &Value) -> Vec<String> {
        let mut warnings = Warnings::default();
        if self.schema.is_builtin(self.kind) {
            let report = Report::default();
            let root = Field::root(object, &report);
            match &*self.kind.group {
                "" | "apps" | "batch" => core::warn(self, &root, &mut warnings),
                "apiextensions.k8s.io" => definitions::warn(self, object, &mut warnings),
                _ => others::warn(self, &root, &mut warnings),
            }
        }
        warnings.0
    }

    /// Whether the object was changed so that its generation is another one.
    fn is_new_generation(&self, object: &Value) -> bool {
        const GENERATION: &str = "/metadata/generation";
        self.live.is_none_or(|it| it.pointer(GENERATION) != object.pointer(GENERATION))
    }
}

/// What there is to say of an object.
#[derive(Default)]
struct Warnings(Vec<String>);

impl Warnings {
    fn say(&mut self, warning: impl Into<String>) {
        self.0.push(warning.into());
    }

    /// Something about a field.
    fn of(&mut self, field: &Field<'_>, warning: &str) {
        self.0.push(format!("{field}: {warning}"));
    }
}
