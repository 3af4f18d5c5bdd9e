//! Numbers of replicas.

use std::collections::HashMap;

use gitops_diff::Text;

use super::Transformer;
use crate::kustomize::config::Config;
use crate::kustomize::fieldspec::{Field, Make};
use crate::kustomize::kustomization::{self, FieldSpec};
use crate::kustomize::node::{Node, Tag};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::Resource;
use crate::kustomize::resources::Resources;

/// Sets numbers of replicas by the names that resources have or had.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replicas {
    pub(crate) counts: Vec<kustomization::Replicas>,
    /// The numbers.
    pub(crate) fields: Vec<FieldSpec>,
}

/// Where the resources are that have or had a name.
type Places = HashMap<Text, Vec<usize>>;

impl Replicas {
    /// Those of `replicas`.
    pub(crate) fn new(counts: &[kustomization::Replicas], config: &Config) -> Self {
        Self { counts: counts.to_vec(), fields: config.replicas.clone() }
    }
}

impl Transformer for Replicas {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let (fields, places) = (Field::all(&self.fields), by_name(resources));
        for count in &self.counts {
            let found = places.get(&count.name).map_or(&[][..], Vec::as_slice);
            let mut is_set = false;
            for field in &fields {
                for at in found {
                    is_set |= set(resources.get_mut(*at), count, field)?;
                }
            }
            if !is_set {
                return Err(self.no_match(&count.name));
            }
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.counts.len()
    }
}

impl Replicas {
    fn no_match(&self, name: &str) -> Problem {
        let kinds: Vec<String> = self.fields.iter().map(|field| field.gvk.to_string()).collect();
        let kinds = kinds.join(" ");
        Problem::new(format!(
            "resource with name {name} does not match a config with the following GVK [{kinds}]"
        ))
    }
}

fn by_name(resources: &Resources) -> Places {
    let mut places = Places::new();
    for (at, resource) in resources.iter().enumerate().filter(|(_, it)| !it.is_gone()) {
        for id in resource.all_ids() {
            let all = places.entry(id.name.clone()).or_default();
            if all.last() != Some(&at) {
                all.push(at);
            }
        }
    }
    places
}

/// Whether the resource has the field, under the name that is meant.
fn set(resource: &mut Resource, count: &kustomization::Replicas, field: &Field) -> Result<bool> {
    let is_meant = |id: &crate::kustomize::id::ResId| {
        id.name == count.name && id.gvk.is_selected(field.kinds())
    };
    if !resource.all_ids().any(is_meant) {
        return Ok(false);
    }
    if resource.id().gvk.is_selected(field.kinds()) {
        let mut set = |node: &mut Node| node.set_text(count.count.to_string(), Tag::Int);
        field.visit(resource.node_mut(), &Make::Scalar(Tag::Int), &mut set)?;
    }
    Ok(true)
}
