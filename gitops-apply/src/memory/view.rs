//! How objects are shown: in the version that was asked for, whole or only their metadata.

use gitops_diff::{Map, Value};

use super::conversion::converted;
use super::resource::Resource;

/// What the client accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    #[default]
    Whole,
    Metadata,
}

impl View {
    /// From `Accept`: `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`.
    pub(super) fn of(accept: &str) -> Self {
        let first = accept.split(',').next().unwrap_or_default();
        if first.contains("as=PartialObjectMetadata") { Self::Metadata } else { Self::Whole }
    }

    /// The object as the client sees it.
    pub(super) fn show(self, resource: &Resource, object: &Value) -> Value {
        match self {
            Self::Whole => converted(resource, object),
            Self::Metadata => {
                let metadata = object.get("metadata").cloned().unwrap_or_default();
                let members = [
                    ("apiVersion", "meta.k8s.io/v1".into()),
                    ("kind", "PartialObjectMetadata".into()),
                    ("metadata", metadata),
                ];
                members.into_iter().collect::<Map>().into()
            }
        }
    }

    /// Version and kind of a list of such objects.
    pub(super) fn list_type(self, resource: &Resource) -> (String, String) {
        match self {
            Self::Whole => (resource.api_version(), resource.list_kind.to_string()),
            Self::Metadata => ("meta.k8s.io/v1".into(), "PartialObjectMetadataList".into()),
        }
    }
}
