//! Which fields of which kinds transformers change, and where names of resources are referred to.

mod builtin;
mod crds;
mod merge;
mod order;
mod read;
mod references;

use std::sync::{Arc, OnceLock};

pub(crate) use self::merge::merge_fields;
pub(crate) use self::order::Ranks;

use super::decode::decode_struct;
use super::id::Gvk;
use super::kustomization::FieldSpec;
use super::problem::Result;

/// The fields that transformers change: the builtin ones, and what files add to them.
///
/// Configurations are shared: each folder starts with the same builtin one, and hands what it
/// adds up to the folders that use it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) volume_claim_template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) name_reference: Vec<BackReferences>,
    pub(crate) var_reference: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
    /// What comes out when the builtin configuration is merged into it, as each folder does.
    with_builtin: OnceLock<Result<Arc<Config>>>,
}

/// A kind, and the fields of other kinds that hold the name of one of its resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BackReferences {
    pub(crate) target: Gvk,
    pub(crate) referrers: Vec<FieldSpec>,
}

decode_struct!(BackReferences { referrers: "fieldSpecs" } inline { target });

impl Config {
    fn is_empty(&self) -> bool {
        self.lists().iter().all(|(_, specs)| specs.is_empty()) && self.name_reference.is_empty()
    }

    /// All lists of fields but that of references, with the names that upstream gives them in
    /// errors.
    fn lists(&self) -> [(&'static str, &Vec<FieldSpec>); 11] {
        [
            ("NamePrefix", &self.name_prefix),
            ("NameSuffix", &self.name_suffix),
            ("NameSpace", &self.namespace),
            ("CommonAnnotations", &self.common_annotations),
            ("CommonLabels", &self.common_labels),
            ("Labels", &self.labels),
            ("TemplateLabels", &self.template_labels),
            ("VolumeClaimTemplateLabels", &self.volume_claim_template_labels),
            ("VarReference", &self.var_reference),
            ("Images", &self.images),
            ("Replicas", &self.replicas),
        ]
    }

    fn lists_mut(&mut self) -> [&mut Vec<FieldSpec>; 11] {
        [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_annotations,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.volume_claim_template_labels,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ]
    }
}
