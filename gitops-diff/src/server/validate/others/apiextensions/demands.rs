//! What is asked of a definition: of a new one everything, of a known one nothing that it did not
//! live up to before.

use super::openapi::any_schema;
use super::{at, openapi, schema};
use crate::Value;

/// One rule that came after definitions which do not obey it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Each version has a schema.
    Schemas,
    /// Types are those of `OpenAPI`.
    Types,
    /// Items of sets are atomic.
    AtomicSets,
    /// Keys of lists are required or have a default, and are not null.
    ListKeys,
    /// A webhook speaks a version that the server knows.
    ReviewVersions,
    /// What fields are unknown is no question.
    Pruning,
    /// Not more selectable fields than the server indexes.
    FewFields,
}

/// The demands that are not made.
pub(super) struct Demands(Vec<Demand>);

impl Demands {
    pub(super) fn all() -> Self {
        Self(Vec::new())
    }

    /// What is asked of an update.
    pub(super) fn of_update(live: &Value) -> Self {
        let versions = at(live, "/spec/versions").as_list().unwrap_or_default();
        let schemas = || versions.iter().map(|it| at(it, "/schema/openAPIV3Schema"));
        let any = |wrong: fn(&Value) -> bool| schemas().any(|it| any_schema(it, wrong));
        let reviewed = at(live, "/spec/conversion/webhook/conversionReviewVersions");
        let reviewed = reviewed.as_list().unwrap_or_default();
        let known = |it: &Value| matches!(it.as_str(), Some("v1" | "v1beta1"));
        let fields = |it: &Value| at(it, "/selectableFields").as_list().map_or(0, <[_]>::len);
        let broken = [
            (Demand::Schemas, schemas().any(Value::is_null)),
            (Demand::Types, any(openapi::has_unknown_type)),
            (Demand::AtomicSets, any(openapi::has_set_of_composites)),
            (Demand::ListKeys, any(openapi::has_loose_keys)),
            (Demand::ReviewVersions, !reviewed.is_empty() && !reviewed.iter().any(known)),
            (Demand::Pruning, at(live, "/spec/preserveUnknownFields") == &Value::Bool(true)),
            (Demand::FewFields, versions.iter().any(|it| fields(it) > schema::MAX_SELECTABLE)),
        ];
        Self(broken.into_iter().filter(|(_, broken)| *broken).map(|(demand, _)| demand).collect())
    }

    pub(super) fn makes(&self, demand: Demand) -> bool {
        !self.0.contains(&demand)
    }
}
