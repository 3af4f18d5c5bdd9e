//! Labels, on resources and wherever their pods are selected and made.

use std::collections::BTreeMap;

use gitops_diff::Text;

use super::Transformer;
use crate::kustomize::config::{Config, merge_fields};
use crate::kustomize::fieldspec::{Field, Make};
use crate::kustomize::kustomization::{self, FieldSpec};
use crate::kustomize::node::{Node, Scalar, Tag};
use crate::kustomize::problem::Result;
use crate::kustomize::resource::Resource;
use crate::kustomize::resources::Resources;

/// Sets labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labels {
    pub(crate) labels: BTreeMap<Text, Text>,
    /// The maps that they are set in.
    pub(crate) fields: Vec<FieldSpec>,
}

impl Labels {
    /// Those of an entry of `labels`.
    ///
    /// # Errors
    /// Where its fields contradict those of the configuration.
    pub(crate) fn new(entry: &kustomization::Labels, config: &Config) -> Result<Self> {
        let mut fields = entry.fields.clone();
        let mut add = |more: &[FieldSpec], context: &str| {
            merge_fields(&mut fields, more).map_err(|problem| problem.within(context))
        };
        add(&config.labels, "failed to merge labels")?;
        if entry.include_selectors {
            add(&config.common_labels, "failed to merge labels")?;
            return Ok(Self { labels: entry.pairs.clone(), fields });
        }
        if entry.include_templates {
            add(&config.template_labels, "failed to merge template fieldSpec")?;
        }
        if entry.include_volume_claim_templates {
            let context = "failed to merge volumeClaimTemplate fieldSpec";
            add(&config.volume_claim_template_labels, context)?;
        }
        let own =
            FieldSpec { path: "metadata/labels".into(), create: true, ..FieldSpec::default() };
        add(&[own], "failed to merge labels")?;
        Ok(Self { labels: entry.pairs.clone(), fields })
    }

    /// Those of `commonLabels`, which go into selectors too.
    pub(crate) fn common(labels: &BTreeMap<Text, Text>, config: &Config) -> Self {
        Self { labels: labels.clone(), fields: config.common_labels.clone() }
    }
}

impl Transformer for Labels {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        set_in_all(resources, &self.labels, &self.fields)
    }
}

/// Sets texts in maps: labels or annotations.
pub(super) fn set_in_all(
    resources: &mut Resources,
    texts: &BTreeMap<Text, Text>,
    specs: &[FieldSpec],
) -> Result<()> {
    let fields = Field::all(specs);
    for resource in resources.iter_mut().filter(|it| !texts.is_empty() && !it.is_gone()) {
        let gvk = resource.id().gvk.clone();
        let own: Vec<&Field> = Field::of_kind(&fields, &gvk).collect();
        texts.iter().try_for_each(|(key, text)| set(resource, key, text, &own))?;
    }
    Ok(())
}

fn set(resource: &mut Resource, key: &str, text: &Text, fields: &[&Field]) -> Result<()> {
    let mut value = Scalar::string(text.clone());
    let number = resource.new_shared(value.clone());
    value.set_shared(number);
    let root = resource.node_mut();
    let mut change = |map: &mut Node| match key {
        "" => map.set_text(text.clone(), Tag::Str),
        key => map.set_field(key, Node::Scalar(value.clone())),
    };
    fields.iter().try_for_each(|field| field.visit(root, &Make::Map, &mut change))
}
