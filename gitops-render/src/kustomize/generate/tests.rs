use proptest::prelude::*;

use super::*;
use crate::kustomize::build::tests::in_folder;
use crate::kustomize::node::tests::tree;
use crate::kustomize::resources::Resources;
use crate::kustomize::transform::Transformer;

const FILES: [(&str, &[u8]); 4] = [
    ("app.env", "\u{feff}# settings\nUSER=admin\r\n  PASSWORD = a=b \nEMPTY\n".as_bytes()),
    ("conf/app.ini", b"FOO=bar\nBAR=baz\n"),
    ("app.bin", b"\xff\xfd"),
    ("bad.env", b"A=\xff\n"),
];

fn args(name: &str) -> GeneratorArgs {
    GeneratorArgs { name: name.into(), ..GeneratorArgs::default() }
}

fn texts(texts: &[&str]) -> Vec<Text> {
    texts.iter().map(|it| Text::from(*it)).collect()
}

/// What is made, without what the build remembers of it; or what is wrong.
fn made(generator: &Generator) -> String {
    in_folder(&FILES, |folder| match generator.generate(folder) {
        Ok(mut resource) => {
            let annotations = annotations(&resource);
            resource.set_texts("annotations", &annotations);
            resource.node().yaml().expect("YAML")
        }
        Err(problem) => problem.message,
    })
}

fn annotations(resource: &Resource) -> std::collections::BTreeMap<Text, Text> {
    let mut annotations = resource.texts("annotations");
    annotations.retain(|key, _| !internal::ALL.contains(&key.as_str()));
    annotations
}

#[test]
fn a_config_map_holds_the_pairs_of_all_its_sources() {
    let args = GeneratorArgs {
        envs: texts(&["app.env"]),
        literals: texts(&["a=x", "b=y", "c=\"Hello World\"", "d='true'"]),
        files: texts(&["conf/app.ini", "raw=app.bin"]),
        namespace: "shop".into(),
        ..args("web")
    };
    insta::assert_snapshot!(made(&Generator::ConfigMap(args)), @r#"
    apiVersion: v1
    binaryData:
      raw: //0=
    data:
      EMPTY: ""
      'PASSWORD ': ' a=b '
      USER: admin
      a: x
      app.ini: |
        FOO=bar
        BAR=baz
      b: "y"
      c: Hello World
      d: "true"
    kind: ConfigMap
    metadata:
      name: web
      namespace: shop
    "#);
}

#[test]
fn a_secret_holds_its_pairs_as_base64_and_always_has_data() {
    let options = GeneratorOptions {
        labels: Some([("b".into(), "1".into()), ("a".into(), "yes".into())].into()),
        annotations: Some([("note".into(), "x".into())].into()),
        immutable: true,
        ..GeneratorOptions::default()
    };
    let args = GeneratorArgs {
        literals: texts(&["a=x"]),
        files: texts(&["app.bin"]),
        options: Some(options),
        ..args("key")
    };
    let tls = SecretArgs { args, secret_type: "kubernetes.io/tls".into() };
    insta::assert_snapshot!(made(&Generator::Secret(tls)), @r#"
    apiVersion: v1
    data:
      a: eA==
      app.bin: //0=
    immutable: true
    kind: Secret
    metadata:
      annotations:
        note: x
      labels:
        a: "yes"
        b: "1"
      name: key
    type: kubernetes.io/tls
    "#);
    let empty = SecretArgs { args: self::args("empty"), secret_type: Text::default() };
    insta::assert_snapshot!(made(&Generator::Secret(empty)), @r"
    apiVersion: v1
    data: {}
    kind: Secret
    metadata:
      name: empty
    type: Opaque
    ");
}

#[test]
fn what_is_wrong_with_a_source_is_said_with_all_of_its_kind() {
    let check = |args: GeneratorArgs, expected: &str| {
        assert_eq!(made(&Generator::ConfigMap(args)), expected);
    };
    check(args(""), "a configmap must have a name");
    check(
        GeneratorArgs { literals: texts(&["a=1", "b"]), ..args("x") },
        "loading KV pairs: literal sources [a=1 b]: invalid literal source b, expected key=value",
    );
    check(
        GeneratorArgs { literals: texts(&["a=1"]), files: texts(&["a=app.bin"]), ..args("x") },
        "configmap x illegally repeats the key `a`",
    );
    check(
        GeneratorArgs { envs: texts(&["bad.env"]), ..args("x") },
        "loading KV pairs: env source files: [bad.env]: line [65 61 255] has invalid utf8 bytes : \
         A=\u{fffd}",
    );
    check(
        GeneratorArgs { files: texts(&["a=b=c"]), ..args("x") },
        "loading KV pairs: file sources: [a=b=c]: source \"a=b=c\" key name or file path contains '='",
    );
}

#[test]
fn a_line_of_64_kilobytes_ends_an_env_file() {
    for (length, keys) in [(65_535, 3), (65_536, 1)] {
        let long = format!("A=1\nB={}\nC=1\n", "x".repeat(length - 2));
        let args = GeneratorArgs { envs: texts(&["long.env"]), ..args("x") };
        let found = in_folder(&[("long.env", long.as_bytes())], |folder| {
            pairs::unique(&args, folder).expect("pairs").len()
        });
        assert_eq!(found, keys, "{length}");
    }
}

#[test]
fn options_of_a_generator_go_before_those_of_all() {
    let options = |pairs: &[(&str, &str)]| GeneratorOptions {
        labels: Some(pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()),
        ..GeneratorOptions::default()
    };
    let global = GeneratorOptions { immutable: true, ..options(&[("a", "all"), ("b", "all")]) };
    let merged = GeneratorOptions::merged(Some(options(&[("a", "own")])), Some(&global));
    let expected = GeneratorOptions { immutable: true, ..options(&[("a", "own"), ("b", "all")]) };
    assert_eq!(merged, Some(expected));
    assert_eq!(GeneratorOptions::merged(None, None), None);
    assert_eq!(GeneratorOptions::merged(None, Some(&global)), Some(global));
}

/// The resources after `generated` joined `there`, or what is wrong.
fn absorbed(there: &[&str], generated: &str) -> String {
    let resource = |text: &str| Resource::new(tree(text), &std::sync::Arc::default());
    let mut resources = Resources::default();
    resources.append_all(there.iter().map(|it| resource(it))).expect("different names");
    match resources.absorb([resource(generated)]) {
        Ok(()) => resources.iter().map(|it| it.node().yaml().expect("YAML")).collect(),
        Err(problem) => problem.message,
    }
}

const OLD: &str = "{apiVersion: v1, kind: ConfigMap, data: {a: 1, b: ~}, metadata: {name: p-x, labels: \
    {l: old, o: old}, annotations: {n: 1, internal.config.kubernetes.io/prefixes: p-, \
    internal.config.kubernetes.io/previousNames: x, \
    internal.config.kubernetes.io/previousNamespaces: default, \
    internal.config.kubernetes.io/previousKinds: ConfigMap}}}";

fn generated(behavior: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: ConfigMap, data: {{a: 'on', c: 3}}, metadata: {{name: x, labels: \
         {{l: new}}, annotations: {{internal.config.kubernetes.io/generatorBehavior: {behavior}, \
         internal.config.kubernetes.io/needsHashSuffix: enabled}}}}}}"
    )
}

#[test]
fn what_is_merged_keeps_its_name_and_gets_new_data() {
    insta::assert_snapshot!(absorbed(&[OLD], &generated("merge")), @r#"
    apiVersion: v1
    data:
      a: "on"
      b: ""
      c: "3"
    kind: ConfigMap
    metadata:
      annotations:
        internal.config.kubernetes.io/prefixes: p-
        internal.config.kubernetes.io/previousKinds: ConfigMap
        internal.config.kubernetes.io/previousNames: x
        internal.config.kubernetes.io/previousNamespaces: default
        "n": "1"
      labels:
        l: new
        o: old
      name: p-x
    "#);
}

#[test]
fn what_is_replaced_loses_its_data() {
    let replaced = absorbed(&[OLD], &generated("replace"));
    assert!(replaced.contains("data:\n  a: \"on\"\n  c: 3\nkind"), "{replaced}");
}

#[test]
fn what_is_there_is_not_made_and_what_is_not_there_is_not_changed() {
    insta::assert_snapshot!(absorbed(&[OLD], &generated("create")), @r#"id resid.ResId{Gvk:resid.Gvk{Group:"", Version:"v1", Kind:"ConfigMap", isClusterScoped:false}, Name:"x", Namespace:""} exists; can not use behavior: 'create', behavior must be merge or replace"#);
    insta::assert_snapshot!(absorbed(&[], &generated("merge")), @r#"id resid.ResId{Gvk:resid.Gvk{Group:"", Version:"v1", Kind:"ConfigMap", isClusterScoped:false}, Name:"x", Namespace:""} does not exist; cannot merge or replace"#);
    let other = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";
    let problem = absorbed(&[OLD, other], &generated("merge"));
    assert!(problem.starts_with("found multiple objects [{\"apiVersion\":\"v1\""), "{problem}");
    assert!(
        problem.ends_with("] that could accept merge of ConfigMap.v1.[noGrp]/x.[noNs]"),
        "{problem}"
    );
}

#[test]
fn what_was_just_added_is_found_by_its_earlier_names() {
    let resource = |text: &str| Resource::new(tree(text), &std::sync::Arc::default());
    let mut resources = Resources::default();
    let create = |name: &str| {
        resource(&format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}"))
    };
    resources.absorb([create("a")]).expect("new");
    resources.absorb([resource(OLD)]).expect("new");
    resources.absorb([resource(&generated("merge")), create("b")]).expect("there");
    let names: Vec<&str> = resources.iter().map(Resource::name).collect();
    assert_eq!(names, ["a", "p-x", "b"]);
    let problem = resources.absorb([resource(&generated("create"))]).expect_err("there");
    assert!(problem.message.contains("exists"), "{problem}");
}

#[test]
fn a_name_gets_a_hash_where_one_is_wanted() {
    let args = GeneratorArgs { literals: texts(&["x=<1>"]), ..args("web") };
    let named = |disable_name_suffix_hash| {
        let options = GeneratorOptions { disable_name_suffix_hash, ..GeneratorOptions::default() };
        let generator =
            Generator::ConfigMap(GeneratorArgs { options: Some(options), ..args.clone() });
        in_folder(&[], |folder| {
            let mut resources = Resources::default();
            resources.append(generator.generate(folder).expect("made")).expect("alone");
            HashTransformer.transform(&mut resources).expect("a hash");
            let resource = resources.get(0);
            (resource.name().to_owned(), resource.original_id().name.to_string())
        })
    };
    assert_eq!(named(false), ("web-c56db82h85".to_owned(), "web".to_owned()));
    assert_eq!(named(true), ("web".to_owned(), "web".to_owned()));
}

proptest! {
    #[test]
    fn a_hash_has_ten_characters_and_does_not_depend_on_the_order(
        pairs in proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,8}", 0..8),
    ) {
        let node = |pairs: &mut dyn Iterator<Item = (&String, &String)>| {
            let mut data = Members::default();
            pairs.for_each(|(key, value)| data.set_field(key, Node::string(value.as_str())));
            let mut node = Members::default();
            node.set("kind", Node::string("ConfigMap"));
            node.set("data", Node::Map(data));
            Node::Map(node)
        };
        let hash = hash::hash(&node(&mut pairs.iter()));
        prop_assert_eq!(&hash, &hash::hash(&node(&mut pairs.iter().rev())));
        if let Ok(hash) = hash {
            prop_assert_eq!(hash.len(), 10);
            prop_assert!(hash.bytes().all(|it| b"gh2k456789mbcdtf".contains(&it)));
        }
    }

    #[test]
    fn the_order_of_literals_changes_nothing(
        pairs in proptest::collection::btree_map("[a-z]{1,4}", "[ -~]{0,8}", 0..8),
    ) {
        let literals: Vec<Text> = pairs.iter().map(|(k, v)| format!("{k}={v}").into()).collect();
        let reversed = literals.iter().rev().cloned().collect();
        let make = |literals| made(&Generator::ConfigMap(GeneratorArgs { literals, ..args("x") }));
        prop_assert_eq!(make(literals), make(reversed));
    }
}
