//! Trees of kustomizations, grown from a seed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Numbers that only depend on a seed (`SplitMix64`).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % limit as u64).unwrap_or_default()
    }

    /// One of `all`.
    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

type Files = BTreeMap<String, String>;

const NAMES: [&str; 6] = ["web", "api", "cache", "worker", "svc10", "svc2"];
const TEXTS: [&str; 12] = [
    "v",
    "'true'",
    "\"1\"",
    "'0644'",
    "1e3",
    "''",
    "' padded '",
    "'a: b'",
    "x y z",
    "'~'",
    "日本",
    "\"two\\nlines\\n\"",
];
const IMAGES: [&str; 5] = [
    "nginx",
    "nginx:1.25",
    "redis:7.2-alpine",
    "quay.io/org/app:v1.2.3",
    "registry.example.com:5000/team/api@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
];

/// The files of one tree; `overlay` is the folder to build.
pub(crate) fn tree(seed: u64) -> Files {
    let mut dice = Dice::new(seed);
    let mut files = Files::new();
    base(&mut dice, &mut files);
    if dice.chance(40) {
        component(&mut dice, &mut files);
    }
    overlay(&mut dice, &mut files);
    files
}

fn base(dice: &mut Dice, files: &mut Files) {
    let mut kustomization = String::from("resources:\n");
    for name in NAMES {
        if dice.chance(60) {
            let _ = writeln!(kustomization, "- {name}.yaml");
            files.insert(format!("base/{name}.yaml"), resources(dice, name));
        }
    }
    files.insert("base/all.yaml".to_owned(), resources(dice, "always"));
    kustomization.push_str("- all.yaml\n");
    if dice.chance(50) {
        generator(dice, &mut kustomization, "configMapGenerator", "config");
    }
    if dice.chance(30) {
        generator(dice, &mut kustomization, "secretGenerator", "secret");
    }
    settings(dice, &mut kustomization);
    files.insert("base/kustomization.yaml".to_owned(), kustomization);
}

fn component(dice: &mut Dice, files: &mut Files) {
    let mut text = String::from("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
    settings(dice, &mut text);
    text.push_str(
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: \
         /metadata/annotations\n      value: {patched: \"yes\"}\n",
    );
    files.insert("component/kustomization.yaml".to_owned(), text);
}

fn overlay(dice: &mut Dice, files: &mut Files) {
    let mut text = String::from("resources:\n- ../base\n");
    if dice.chance(40) {
        files.insert("overlay/extra.yaml".to_owned(), resources(dice, "extra"));
        text.push_str("- extra.yaml\n");
    }
    if files.contains_key("component/kustomization.yaml") {
        text.push_str("components:\n- ../component\n");
    }
    settings(dice, &mut text);
    patches(dice, &mut text);
    if dice.chance(30) {
        text.push_str("sortOptions: {order: fifo}\n");
    }
    if dice.chance(25) {
        replacements(dice, &mut text);
    }
    files.insert("overlay/kustomization.yaml".to_owned(), text);
}

/// Fields that change what is there.
fn settings(dice: &mut Dice, text: &mut String) {
    let name = dice.pick(&NAMES);
    let value = dice.pick(&TEXTS);
    let all = [
        "namespace: prod\n".to_owned(),
        "namePrefix: pre-\n".to_owned(),
        "nameSuffix: -post\n".to_owned(),
        format!("commonAnnotations:\n  note: {}\n", quoted(value)),
        "labels:\n- pairs: {tier: front}\n  includeSelectors: true\n".to_owned(),
        "labels:\n- pairs: {team: a}\n  includeTemplates: true\n".to_owned(),
        "images:\n- name: nginx\n  newTag: \"2\"\n- name: redis\n  newName: valkey\n".to_owned(),
        format!("images:\n- name: quay.io/org/app\n  newName: {name}\n  digest: sha256:abc\n"),
        "replicas:\n- name: always\n  count: 3\n".to_owned(),
        "generatorOptions:\n  disableNameSuffixHash: true\n  labels: {made: here}\n".to_owned(),
        "buildMetadata: [originAnnotations]\n".to_owned(),
    ];
    let mut seen = Vec::new();
    for _ in 0..dice.below(4) {
        let field = &all[dice.below(all.len())];
        let key = field.split(':').next().unwrap_or_default();
        if !seen.contains(&key) {
            seen.push(key);
            text.push_str(field);
        }
    }
}

/// The text in quotes, if it has none.
fn quoted(text: &str) -> String {
    if text.starts_with(['\'', '"']) { text.to_owned() } else { format!("{text:?}") }
}

fn patches(dice: &mut Dice, text: &mut String) {
    text.push_str("patches:\n");
    let value = quoted(dice.pick(&TEXTS));
    let all = [
        format!(
            "- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: \
             always\n    spec:\n      template:\n        spec:\n          containers:\n          - \
             name: side\n            image: busybox\n          - name: main\n            env:\n\
             \x20           - name: ADDED\n              value: {value}\n"
        ),
        "- target: {kind: Deployment, name: a.*}\n  patch: |-\n    - op: replace\n      path: \
         /spec/replicas\n      value: 5\n"
            .to_owned(),
        "- target: {kind: Service}\n  patch: |-\n    - op: add\n      path: /spec/ports/-\n      \
         value: {port: 99, name: more}\n"
            .to_owned(),
        "- target: {labelSelector: app=always, kind: Service}\n  patch: |-\n    $patch: delete\n    \
         apiVersion: v1\n    kind: Service\n    metadata: {name: x}\n"
            .to_owned(),
        "- target: {kind: Deployment}\n  patch: |-\n    kind: Deployment\n    apiVersion: apps/v1\n\
         \x20   metadata: {name: x}\n    spec: {template: {spec: {containers: [{name: main, ports: \
         [{containerPort: 80, name: web}]}], nodeSelector: null}}}\n"
            .to_owned(),
    ];
    for _ in 0..=dice.below(3) {
        text.push_str(&all[dice.below(all.len())]);
    }
}

fn replacements(dice: &mut Dice, text: &mut String) {
    let target = dice.pick(&["metadata.annotations.from", "spec.template.metadata.labels.from"]);
    let _ = write!(
        text,
        "replacements:\n- source: {{kind: Deployment, name: always, fieldPath: \
         'spec.template.spec.containers.[name=main].image', options: {{delimiter: ':', index: 0}}}}\n\
         \x20 targets:\n  - select: {{kind: Deployment}}\n    fieldPaths: [{target}]\n    options: \
         {{create: true}}\n"
    );
}

fn generator(dice: &mut Dice, text: &mut String, field: &str, name: &str) {
    let _ = write!(text, "{field}:\n- name: {name}\n  literals:\n");
    for key in 0..=dice.below(3) {
        let value = dice.pick(&["v", "a=b", "\\\"q\\\"", "", "1", "日本"]);
        let _ = writeln!(text, "  - \"k{key}={value}\"");
    }
}

/// A workload with what belongs to it.
fn resources(dice: &mut Dice, name: &str) -> String {
    let image = dice.pick(&IMAGES);
    let value = quoted(dice.pick(&TEXTS));
    let label = dice.pick(&["front", "back"]);
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels: {{app: {name}, \
         tier: {label}}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: {name}}}}}\n  \
         template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n      - \
         name: main\n        image: {image}\n        env:\n        - {{name: E, value: {value}}}\n\
         \x20       - name: FROM\n          valueFrom: {{configMapKeyRef: {{name: config, key: k0}}}}\n"
    );
    if dice.chance(50) {
        text.push_str("        ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]\n");
    }
    let _ = write!(
        text,
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\nspec:\n\
         \x20 selector: {{app: {name}}}\n  ports:\n  - {{port: 80, targetPort: http}}\n"
    );
    if dice.chance(40) {
        let _ = write!(
            text,
            "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: \
             {name}}}\nspec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: \
             {name}}}, maxReplicas: 0x10}}\n"
        );
    }
    if dice.chance(30) {
        let _ = write!(
            text,
            "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n---\napiVersion: \
             rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: \
             {name}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: \
             {name}}}\nsubjects:\n- {{kind: ServiceAccount, name: {name}, namespace: default}}\n"
        );
    }
    text
}
