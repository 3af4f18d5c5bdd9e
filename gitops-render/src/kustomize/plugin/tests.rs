use super::*;
use crate::kustomize::build::tests::in_folder;
use crate::kustomize::resources::Resources;

/// What the generators and transformers of a kustomization make of nothing.
fn built(kustomization: &str) -> String {
    let files = [("kustomization.yaml", kustomization.as_bytes())];
    in_folder(&files, |folder| {
        let target = Target::load(folder.clone())?;
        let mut resources = Resources::default();
        for generator in target.configured_generators()? {
            resources.absorb(generator.step.generate(folder)?)?;
        }
        for transformer in target.configured_transformers(&target.file.transformers)? {
            transformer.step.transform(&mut resources)?;
        }
        resources.iter().map(|it| it.node().yaml()).collect::<Result<String>>()
    })
    .unwrap_or_else(|problem: Problem| problem.message)
}

#[test]
fn a_generator_takes_its_name_from_its_metadata() {
    insta::assert_snapshot!(
        built(
            "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata:\n    \
             name: web\n    namespace: shop\n  literals: [a=1]\n  env: ignored.env\n  unknown: 1\n\
             transformers:\n- |-\n  apiVersion: builtin\n  kind: HashTransformer\n  metadata:\n    \
             name: hash\n"
        ),
        @r#"
    apiVersion: v1
    data:
      a: "1"
    kind: ConfigMap
    metadata:
      annotations:
        internal.config.kubernetes.io/generatorBehavior: unspecified
        internal.config.kubernetes.io/needsHashSuffix: enabled
        internal.config.kubernetes.io/previousKinds: ConfigMap
        internal.config.kubernetes.io/previousNames: web
        internal.config.kubernetes.io/previousNamespaces: shop
      name: web-h29d89cmmt
      namespace: shop
    "#
    );
}

#[test]
fn transformers_change_the_fields_that_their_configuration_names() {
    let generator = "generators:\n- '{apiVersion: builtin, kind: SecretGenerator, metadata: {name: a}, \
                     options: {disableNameSuffixHash: true}}'\n";
    let check = |kind: &str, more: &str, expected: &str| {
        let found = built(&format!(
            "{generator}transformers:\n- '{{apiVersion: builtin, kind: {kind}, metadata: {{name: x, \
             namespace: shop}}, {more}}}'\n"
        ));
        assert!(found.contains(expected), "{kind}: {found}");
    };
    let name = "fieldSpecs: [{path: metadata/name}]";
    check("PrefixTransformer", &format!("prefix: p-, {name}"), "  name: p-a\n");
    check("SuffixTransformer", &format!("suffix: -s, {name}"), "  name: a-s\n");
    check("PrefixSuffixTransformer", &format!("prefix: p-, suffix: -s, {name}"), "  name: p-a-s\n");
    check("PrefixTransformer", "prefix: p-", "fieldSpecs is not expected to be nil");
    check("NamespaceTransformer", "", "  namespace: shop\n");
    check("NamespaceTransformer", "setRoleBindingSubjects: x", "invalid value \"x\"");
    let labels = "fieldSpecs: [{path: metadata/labels, create: true}]";
    check("LabelTransformer", &format!("labels: {{l: 1}}, {labels}"), "    l: \"1\"\n");
    let annotations = "fieldSpecs: [{path: x, create: true}]";
    check(
        "AnnotationsTransformer",
        &format!("annotations: {{a: b}}, {annotations}"),
        "x:\n  a: b\n",
    );
    let image = "fieldSpecs: [{path: type}], imageTag: {name: Opaque, newTag: v1}";
    check("ImageTagTransformer", image, "type: Opaque:v1\n");
    let value = "value: v, targets: [{fieldPath: a/b}]";
    check("ValueAddTransformer", value, "a:\n  b: v\n");
    let namespace = "value: v, targets: [{fieldPath: metadata/namespace}]";
    check("ValueAddTransformer", namespace, "  namespace: v\n");
    check(
        "PatchTransformer",
        "target: {kind: Secret}, patch: \"{kind: Secret, metadata: {name: n}, type: x}\"",
        "type: x\n",
    );
    check(
        "PatchStrategicMergeTransformer",
        "patches: \"{apiVersion: v1, kind: Secret, metadata: {name: a}, type: w}\"",
        "type: w\n",
    );
    check(
        "PatchJson6902Transformer",
        "target: {kind: Secret, version: v1, name: a}, jsonOp: \"- {op: replace, path: /type, value: \
         z}\"",
        "type: z\n",
    );
    let replacements =
        "replacements: [{sourceValue: 7, targets: [{select: {}, fieldPaths: [type]}]}]";
    check("ReplacementTransformer", replacements, "type: \"7\"\n");
}

#[test]
fn what_cannot_be_loaded_says_why() {
    let check = |list: &str, kind: &str, more: &str, expected: &str| {
        let found =
            built(&format!("{list}:\n- '{{apiVersion: {kind}, metadata: {{name: x}}{more}}}'\n"));
        assert!(found.contains(expected), "{kind}: {found}");
    };
    check("generators", "builtin, kind: Foo", "", "unable to load builtin Foo.builtin.[noGrp]");
    check(
        "generators",
        "builtin, kind: HashTransformer",
        "",
        "failed to load generator: plugin HashTransformer.builtin.[noGrp]/x.[noNs] not a generator",
    );
    check(
        "transformers",
        "builtin, kind: IAMPolicyGenerator",
        "",
        "plugin IAMPolicyGenerator.builtin.[noGrp]/x.[noNs] not a transformer",
    );
    check(
        "transformers",
        "example.com/v1, kind: Sed",
        "",
        "external plugins disabled; unable to load external plugin 'Sed'",
    );
    check(
        "generators",
        "builtin, kind: HelmChartInflationGenerator",
        "",
        "must specify --enable-helm",
    );
    check(
        "transformers",
        "builtin, kind: ValueAddTransformer",
        "",
        "plugin ValueAddTransformer.builtin.[noGrp]/x.[noNs] fails configuration: must specify at \
         least one target",
    );
}
