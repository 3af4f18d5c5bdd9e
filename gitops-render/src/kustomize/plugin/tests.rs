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
