//! Annotations, on resources and on the pods that they make.

use std::collections::BTreeMap;

use gitops_diff::Text;

use super::Transformer;
use super::labels::set_in_all;
use crate::kustomize::config::Config;
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::problem::Result;
use crate::kustomize::resources::Resources;

/// Sets annotations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Annotations {
    pub(crate) annotations: BTreeMap<Text, Text>,
    /// The maps that they are set in.
    pub(crate) fields: Vec<FieldSpec>,
}

impl Annotations {
    /// Those of `commonAnnotations`.
    pub(crate) fn new(annotations: &BTreeMap<Text, Text>, config: &Config) -> Self {
        Self { annotations: annotations.clone(), fields: config.common_annotations.clone() }
    }
}

impl Transformer for Annotations {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        set_in_all(resources, &self.annotations, &self.fields)
    }
}
