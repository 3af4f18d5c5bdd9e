//! What a kustomization file can say.

use std::collections::BTreeMap;

use gitops_diff::{Map, Text};

use super::decode::{Inline, decode_struct};
use super::id::Gvk;
use super::problem::Result;

/// A kustomization or a component, as its file says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kustomization {
    pub(crate) api_version: Text,
    pub(crate) kind: Text,
    pub(crate) metadata: Option<Map>,
    pub(crate) openapi: BTreeMap<Text, Text>,
    pub(crate) name_prefix: Text,
    pub(crate) name_suffix: Text,
    pub(crate) namespace: Text,
    pub(crate) common_labels: Option<BTreeMap<Text, Text>>,
    pub(crate) labels: Vec<Labels>,
    pub(crate) common_annotations: BTreeMap<Text, Text>,
    pub(crate) patches_strategic_merge: Option<Vec<Text>>,
    pub(crate) patches_json6902: Option<Vec<Patch>>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) image_tags: Option<Vec<Image>>,
    pub(crate) replacements: Vec<ReplacementField>,
    pub(crate) replicas: Vec<Replicas>,
    pub(crate) vars: Option<Vec<Variable>>,
    pub(crate) sort_options: Option<SortOptions>,
    pub(crate) resources: Vec<Text>,
    pub(crate) components: Vec<Text>,
    pub(crate) crds: Vec<Text>,
    pub(crate) bases: Option<Vec<Text>>,
    pub(crate) config_map_generator: Vec<GeneratorArgs>,
    pub(crate) secret_generator: Vec<SecretArgs>,
    pub(crate) helm_globals: Option<Map>,
    pub(crate) helm_charts: Vec<Map>,
    pub(crate) helm_chart_inflation_generator: Vec<Map>,
    pub(crate) generator_options: Option<GeneratorOptions>,
    pub(crate) configurations: Vec<Text>,
    pub(crate) generators: Vec<Text>,
    pub(crate) transformers: Vec<Text>,
    pub(crate) validators: Vec<Text>,
    pub(crate) build_metadata: Vec<Text>,
}

decode_struct!(Kustomization {
    api_version: "apiVersion",
    kind: "kind",
    metadata: "metadata",
    openapi: "openapi",
    name_prefix: "namePrefix",
    name_suffix: "nameSuffix",
    namespace: "namespace",
    common_labels: "commonLabels",
    labels: "labels",
    common_annotations: "commonAnnotations",
    patches_strategic_merge: "patchesStrategicMerge",
    patches_json6902: "patchesJson6902",
    patches: "patches",
    images: "images",
    image_tags: "imageTags",
    replacements: "replacements",
    replicas: "replicas",
    vars: "vars",
    sort_options: "sortOptions",
    resources: "resources",
    components: "components",
    crds: "crds",
    bases: "bases",
    config_map_generator: "configMapGenerator",
    secret_generator: "secretGenerator",
    helm_globals: "helmGlobals",
    helm_charts: "helmCharts",
    helm_chart_inflation_generator: "helmChartInflationGenerator",
    generator_options: "generatorOptions",
    configurations: "configurations",
    generators: "generators",
    transformers: "transformers",
    validators: "validators",
    build_metadata: "buildMetadata",
});

/// Labels, and where they go.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Labels {
    pub(crate) pairs: BTreeMap<Text, Text>,
    pub(crate) include_selectors: bool,
    pub(crate) include_templates: bool,
    pub(crate) include_volume_claim_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
}

decode_struct!(Labels {
    pairs: "pairs",
    include_selectors: "includeSelectors",
    include_templates: "includeTemplates",
    include_volume_claim_templates: "includeVolumeClaimTemplates",
    fields: "fields",
});

/// A patch, and what it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Patch {
    pub(crate) path: Text,
    pub(crate) inline: Text,
    pub(crate) target: Option<Selector>,
    pub(crate) options: Option<PatchOptions>,
}

decode_struct!(Patch { path: "path", inline: "patch", target: "target", options: "options" });

/// What a patch may change beside its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PatchOptions {
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
}

decode_struct!(PatchOptions {
    allow_name_change: "allowNameChange",
    allow_kind_change: "allowKindChange",
});

/// A change of images by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Image {
    pub(crate) name: Text,
    pub(crate) new_name: Text,
    pub(crate) tag_suffix: Text,
    pub(crate) new_tag: Text,
    pub(crate) digest: Text,
}

decode_struct!(Image {
    name: "name",
    new_name: "newName",
    tag_suffix: "tagSuffix",
    new_tag: "newTag",
    digest: "digest",
});

/// A replacement, or the file that holds some.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReplacementField {
    pub(crate) path: Text,
    pub(crate) replacement: Replacement,
}

decode_struct!(ReplacementField { path: "path" } inline { replacement });

/// A value that is taken from one place and put to others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replacement {
    pub(crate) source: Option<SourceSelector>,
    pub(crate) targets: Option<Vec<TargetSelector>>,
    pub(crate) source_value: Option<Text>,
}

decode_struct!(Replacement { source: "source", targets: "targets", source_value: "sourceValue" });

/// Where the value of a replacement comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SourceSelector {
    pub(crate) id: IdFields,
    pub(crate) field_path: Text,
    pub(crate) options: Option<FieldOptions>,
}

decode_struct!(SourceSelector { field_path: "fieldPath", options: "options" } inline { id });

/// Where the value of a replacement goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TargetSelector {
    pub(crate) select: Option<Selector>,
    pub(crate) reject: Vec<Selector>,
    pub(crate) field_paths: Vec<Text>,
    pub(crate) options: Option<FieldOptions>,
}

decode_struct!(TargetSelector {
    select: "select",
    reject: "reject",
    field_paths: "fieldPaths",
    options: "options",
});

/// Which part of a text is meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: Text,
    pub(crate) index: i64,
    pub(crate) encoding: Text,
    pub(crate) create: bool,
}

decode_struct!(FieldOptions {
    delimiter: "delimiter",
    index: "index",
    encoding: "encoding",
    create: "create",
});

/// Resources by kind, name and namespace, each a regular expression, and by labels and
/// annotations.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selector {
    pub(crate) id: IdFields,
    pub(crate) annotations: Text,
    pub(crate) labels: Text,
}

decode_struct!(Selector {
    annotations: "annotationSelector",
    labels: "labelSelector",
} inline { id });

/// The fields that name a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdFields {
    pub(crate) group: Text,
    pub(crate) version: Text,
    pub(crate) kind: Text,
    pub(crate) name: Text,
    pub(crate) namespace: Text,
}

decode_struct!(IdFields {
    group: "group",
    version: "version",
    kind: "kind",
    name: "name",
    namespace: "namespace",
});

/// A number of replicas.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replicas {
    pub(crate) name: Text,
    pub(crate) count: i64,
}

decode_struct!(Replicas { name: "name", count: "count" });

/// A variable, and where its value stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Variable {
    pub(crate) name: Text,
    pub(crate) object: VariableTarget,
    pub(crate) field: FieldSelector,
}

decode_struct!(Variable { name: "name", object: "objref", field: "fieldref" });

/// The resource that holds the value of a variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VariableTarget {
    pub(crate) api_version: Text,
    pub(crate) id: IdFields,
}

decode_struct!(VariableTarget { api_version: "apiVersion" } inline { id });

/// A field by its path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldSelector {
    pub(crate) field_path: Text,
}

decode_struct!(FieldSelector { field_path: "fieldPath" });

/// How the output is sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SortOptions {
    pub(crate) order: Text,
    pub(crate) legacy: Option<LegacySortOptions>,
}

decode_struct!(SortOptions { order: "order", legacy: "legacySortOptions" });

/// Kinds that come first and last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LegacySortOptions {
    pub(crate) first: Vec<Text>,
    pub(crate) last: Vec<Text>,
}

decode_struct!(LegacySortOptions { first: "orderFirst", last: "orderLast" });

/// What a generated `ConfigMap` or `Secret` is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GeneratorArgs {
    pub(crate) namespace: Text,
    pub(crate) name: Text,
    pub(crate) behavior: Text,
    pub(crate) literals: Vec<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    pub(crate) env: Text,
    pub(crate) options: Option<GeneratorOptions>,
}

decode_struct!(GeneratorArgs {
    namespace: "namespace",
    name: "name",
    behavior: "behavior",
    literals: "literals",
    files: "files",
    envs: "envs",
    env: "env",
    options: "options",
});

/// What a generated Secret is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SecretArgs {
    pub(crate) args: GeneratorArgs,
    pub(crate) secret_type: Text,
}

decode_struct!(SecretArgs { secret_type: "type" } inline { args });

/// What all generated resources have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Option<BTreeMap<Text, Text>>,
    pub(crate) annotations: Option<BTreeMap<Text, Text>>,
    pub(crate) disable_name_suffix_hash: bool,
    pub(crate) immutable: bool,
}

decode_struct!(GeneratorOptions {
    labels: "labels",
    annotations: "annotations",
    disable_name_suffix_hash: "disableNameSuffixHash",
    immutable: "immutable",
});

/// A field of some kinds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldSpec {
    /// The kinds; empty parts mean any.
    pub(crate) gvk: Gvk,
    pub(crate) path: Text,
    /// Whether the field is made where it is not there.
    pub(crate) create: bool,
}

decode_struct!(FieldSpec { path: "path", create: "create" } inline { gvk });

impl Inline for Gvk {
    fn inline(fields: &mut super::decode::Fields<'_>) -> Result<Self> {
        Ok(Self {
            group: fields.take("group")?,
            version: fields.take("version")?,
            kind: fields.take("kind")?,
            cluster_scoped: false,
        })
    }
}
