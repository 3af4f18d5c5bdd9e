//! Prefixes and suffixes of names.

use gitops_diff::Text;

use super::Transformer;
use crate::kustomize::config::Config;
use crate::kustomize::fieldspec::{Field, Make};
use crate::kustomize::id::Gvk;
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::node::{Node, Tag};
use crate::kustomize::problem::Result;
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;

/// Puts a prefix before names, or a suffix behind them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Affix {
    pub(crate) text: Text,
    pub(crate) end: End,
    /// The names.
    pub(crate) fields: Vec<FieldSpec>,
}

/// The end of a name that something is put to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Front,
    Back,
}

impl Affix {
    /// That of `namePrefix`.
    pub(crate) fn prefix(text: &Text, config: &Config) -> Self {
        Self { text: text.clone(), end: End::Front, fields: config.name_prefix.clone() }
    }

    /// That of `nameSuffix`.
    pub(crate) fn suffix(text: &Text, config: &Config) -> Self {
        Self { text: text.clone(), end: End::Back, fields: config.name_suffix.clone() }
    }

    fn change(&self, resource: &mut Resource, field: &Field) -> Result<()> {
        if field.path() == "metadata/name" {
            resource.append(self.annotation(), &self.text);
            if !self.text.is_empty() {
                resource.store_previous_id();
            }
        }
        if !resource.id().gvk.is_selected(field.kinds()) {
            return Ok(());
        }
        let mut set = |node: &mut Node| {
            let name = node.as_text().map(Text::as_str).unwrap_or_default();
            let name = self.joined(name);
            node.set_text(name, Tag::Unknown)
        };
        field.visit(resource.node_mut(), &Make::Scalar(Tag::Str), &mut set)
    }

    fn joined(&self, name: &str) -> String {
        match self.end {
            End::Front => format!("{}{name}", self.text),
            End::Back => format!("{name}{}", self.text),
        }
    }

    fn annotation(&self) -> &'static str {
        match self.end {
            End::Front => internal::PREFIXES,
            End::Back => internal::SUFFIXES,
        }
    }
}

impl Transformer for Affix {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let fields = Field::all(&self.fields);
        for resource in resources.iter_mut().filter(|it| !it.is_gone()) {
            let original = resource.original_id().gvk.clone();
            if keeps_its_name(&original) {
                continue;
            }
            Field::of_kind(&fields, &original)
                .try_for_each(|field| self.change(resource, field))?;
        }
        Ok(())
    }
}

/// Kinds whose names mean something by themselves.
fn keeps_its_name(gvk: &Gvk) -> bool {
    match &*gvk.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}
