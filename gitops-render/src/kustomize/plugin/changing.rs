//! From the fields of a configuration to the transformer that they configure.

use std::collections::BTreeMap;

use gitops_diff::Text;

use super::Metadata;
use crate::kustomize::decode::Fields;
use crate::kustomize::folder::Folder;
use crate::kustomize::generate::HashTransformer;
use crate::kustomize::kustomization::{self, FieldSpec, Image, ReplacementField, Replicas};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::replacement::ReplacementTransformer;
use crate::kustomize::resources::Resources;
use crate::kustomize::steps::Step;
use crate::kustomize::transform::namespace::{Namespace, Overwrite, Subjects};
use crate::kustomize::transform::patch::{Patch, PatchJson6902, PatchStrategicMerge};
use crate::kustomize::transform::prefix::{Affix, End};
use crate::kustomize::transform::{Transformer, annotations, images, labels, replicas};
use crate::kustomize::value_add::{ValueAddArgs, ValueAddTransformer};

/// The transformer of the kind; none where the kind is not known.
///
/// # Errors
/// Where a field says what it cannot.
pub(super) fn transformer<'a>(
    kind: &str,
    fields: &mut Fields<'_>,
    folder: &Folder<'a>,
) -> Result<Option<Step<'a>>> {
    Ok(Some(match kind {
        "HashTransformer" => Box::new(HashTransformer),
        "ReplacementTransformer" => {
            let replacements: Vec<ReplacementField> = fields.take("replacements")?;
            Box::new(ReplacementTransformer::new(&replacements, folder)?)
        }
        "ValueAddTransformer" => {
            Box::new(ValueAddTransformer::new(ValueAddArgs::take(fields)?, folder)?)
        }
        "PatchTransformer" => Box::new(Patch::new(&kustomization::Patch::take(fields)?, folder)?),
        "PatchJson6902Transformer" => {
            let patch = fields.take("jsonOp")?;
            let entry =
                kustomization::Patch { inline: patch, ..kustomization::Patch::take(fields)? };
            Box::new(PatchJson6902::new(&entry, folder)?)
        }
        "PatchStrategicMergeTransformer" => {
            let (paths, patches): (Vec<Text>, Text) =
                (fields.take("paths")?, fields.take("patches")?);
            Box::new(PatchStrategicMerge::new(&paths, &patches, folder)?)
        }
        kind => return by_field_specs(kind, fields),
    }))
}

/// The transformer of a kind whose configuration names the fields that it changes.
fn by_field_specs<'a>(kind: &str, fields: &mut Fields<'_>) -> Result<Option<Step<'a>>> {
    let specs: Option<Vec<FieldSpec>> = fields.take_if_set("fieldSpecs")?;
    let needed = || {
        let problem = || Problem::new("fieldSpecs is not expected to be nil");
        specs.clone().ok_or_else(problem)
    };
    let given = specs.clone().unwrap_or_default();
    Ok(Some(match kind {
        "AnnotationsTransformer" => {
            let annotations: BTreeMap<Text, Text> = fields.take("annotations")?;
            Box::new(annotations::Annotations { annotations, fields: given })
        }
        "LabelTransformer" => {
            Box::new(labels::Labels { labels: fields.take("labels")?, fields: given })
        }
        "ImageTagTransformer" => {
            let image: Image = fields.take("imageTag")?;
            Box::new(images::Images { images: vec![image], fields: given })
        }
        "ReplicaCountTransformer" => {
            let count: Replicas = fields.take("replica")?;
            Box::new(replicas::Replicas { counts: vec![count], fields: given })
        }
        "NamespaceTransformer" => Box::new(namespace(fields, given)?),
        "PrefixTransformer" => Box::new(prefix(fields, needed()?)?),
        "SuffixTransformer" => Box::new(suffix(fields, needed()?)?),
        "PrefixSuffixTransformer" => {
            Box::new(Both(prefix(fields, needed()?)?, suffix(fields, needed()?)?))
        }
        _ => return Ok(None),
    }))
}

fn namespace(fields: &mut Fields<'_>, specs: Vec<FieldSpec>) -> Result<Namespace> {
    let Metadata { namespace, .. } = fields.take("metadata")?;
    let unset_only: bool = fields.take("unsetOnly")?;
    let subjects: Text = fields.take("setRoleBindingSubjects")?;
    Ok(Namespace {
        name: namespace,
        fields: specs,
        overwrite: if unset_only { Overwrite::Unset } else { Overwrite::All },
        subjects: Subjects::parse(&subjects)?,
    })
}

fn prefix(fields: &mut Fields<'_>, specs: Vec<FieldSpec>) -> Result<Affix> {
    Ok(Affix { text: fields.take("prefix")?, end: End::Front, fields: specs })
}

fn suffix(fields: &mut Fields<'_>, specs: Vec<FieldSpec>) -> Result<Affix> {
    Ok(Affix { text: fields.take("suffix")?, end: End::Back, fields: specs })
}

/// A prefix and then a suffix.
#[derive(Debug)]
struct Both(Affix, Affix);

impl Transformer for Both {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        self.0.transform(resources)?;
        self.1.transform(resources)
    }
}
