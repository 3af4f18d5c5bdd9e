use super::*;
use crate::kustomize::build::tests::in_folder;
use crate::kustomize::kustomization::IdFields;
use crate::kustomize::node::to_yaml;

const WEB: &str =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n";
const API: &str =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {replicas: 1}\n";

/// What comes out of a step, and what it warns of.
fn outcome(
    resources: &[&str],
    files: &[(&str, &[u8])],
    step: impl Fn(&Folder<'_>, &mut Resources) -> Result<()>,
) -> String {
    in_folder(files, |folder| {
        let mut all = Resources::default();
        for text in resources {
            let found = folder.build.resources(text.as_bytes(), "a.yaml").expect("resources");
            all.append_all(found).expect("names");
        }
        if let Err(problem) = step(folder, &mut all) {
            return format!("error: {}", problem.message);
        }
        all.drop_gone();
        let mut out = String::new();
        for (at, resource) in all.iter().enumerate() {
            if at > 0 {
                out.push_str("---\n");
            }
            to_yaml(resource.node(), &mut out).expect("YAML");
        }
        for warning in folder.build.warnings.borrow().iter() {
            out.extend(["warning: ", &warning.message, "\n"]);
        }
        out
    })
}

fn patched(resources: &[&str], entry: &kustomization::Patch) -> String {
    let files: &[(&str, &[u8])] = &[
        (
            "merge.yaml",
            b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n",
        ),
        ("operations.json", br#"[{"op": "replace", "path": "/spec/replicas", "value": 3}]"#),
        ("nothing.yaml", b"# nothing\n"),
        ("empty.yaml", b""),
    ];
    outcome(resources, files, |folder, all| Patch::new(entry, folder)?.transform(all))
}

fn inline(patch: &str) -> kustomization::Patch {
    kustomization::Patch { inline: patch.into(), ..kustomization::Patch::default() }
}

fn file(path: &str) -> kustomization::Patch {
    kustomization::Patch { path: path.into(), ..kustomization::Patch::default() }
}

fn to(name: &str, entry: kustomization::Patch) -> kustomization::Patch {
    let id = IdFields { name: name.into(), ..IdFields::default() };
    let target = Some(kustomization::Selector { id, ..kustomization::Selector::default() });
    kustomization::Patch { target, ..entry }
}

fn allowing(entry: kustomization::Patch) -> kustomization::Patch {
    let options = PatchOptions { allow_name_change: true, allow_kind_change: true };
    kustomization::Patch { options: Some(options), ..entry }
}

fn replicas(name: &str, count: u8) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {count}\n"
    )
}

#[test]
fn a_patch_is_for_what_it_is_called_or_for_what_a_target_means() {
    let both = |web, api| format!("{}---\n{}", replicas("web", web), replicas("api", api));
    assert_eq!(patched(&[WEB, API], &file("merge.yaml")), both(2, 1));
    assert_eq!(patched(&[WEB, API], &to("api|web", file("merge.yaml"))), both(2, 2));
    assert_eq!(patched(&[WEB, API], &file("nothing.yaml")), both(1, 1));
    assert_eq!(patched(&[WEB, API], &file("empty.yaml")), both(1, 1));
}

#[test]
fn operations_note_what_a_resource_was_called() {
    let found = patched(&[WEB], &to("web", file("operations.json")));
    assert_eq!(
        found,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    \
         internal.config.kubernetes.io/previousKinds: Deployment\n    \
         internal.config.kubernetes.io/previousNames: web\n    \
         internal.config.kubernetes.io/previousNamespaces: default\n  name: web\nspec:\n  \
         replicas: 3\n"
    );
}

#[test]
fn annotations_that_are_a_list_become_pairs() {
    let entry = inline("- {op: add, path: /metadata/annotations, value: [a, 1]}");
    let found = patched(&[WEB], &to("web", entry));
    assert!(found.contains("metadata:\n  annotations:\n    a: \"1\"\n    internal"), "{found}");
}

#[test]
fn names_and_kinds_stay_unless_a_patch_may_change_them() {
    let patch =
        "{apiVersion: apps/v9, kind: StatefulSet, metadata: {name: new, namespace: b}, a: 1}";
    let kept = patched(&[WEB], &to("web", inline(patch)));
    assert_eq!(kept, format!("a: 1\n{}", replicas("web", 1)));
    let changed = patched(&[WEB], &allowing(to("web", inline(patch))));
    assert_eq!(
        changed,
        "a: 1\napiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  annotations:\n    \
         internal.config.kubernetes.io/allowKindChange: enabled\n    \
         internal.config.kubernetes.io/allowNameChange: enabled\n    \
         internal.config.kubernetes.io/previousKinds: Deployment\n    \
         internal.config.kubernetes.io/previousNames: web\n    \
         internal.config.kubernetes.io/previousNamespaces: default\n  name: new\nspec:\n  \
         replicas: 1\n"
    );
    let taken = patched(
        &[WEB, API],
        &allowing(to("web", inline("{kind: Deployment, metadata: {name: api}}"))),
    );
    assert!(
        taken.starts_with("error: may not add resource with an already registered id: "),
        "{taken}"
    );
}

#[test]
fn patches_delete_resources() {
    let patch = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, $patch: delete}";
    assert_eq!(patched(&[WEB, API], &inline(patch)), replicas("api", 1));
    assert_eq!(patched(&[WEB, API], &to(".*", inline(patch))), "");
    let two = format!("{patch}\n---\n{}", patch.replace("web", "api"));
    assert_eq!(patched(&[WEB, API], &inline(&two)), "");
    let replace = patch.replace("delete", "replace");
    assert_eq!(patched(&[WEB], &inline(&replace)), replicas("web", 1));
}

#[test]
fn labels_of_a_patch_with_a_target_become_texts() {
    let web = WEB.replace("name: web", "name: web, labels: {a: x, b: x}");
    let patch =
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {a: null, b: 1}}}";
    let labels =
        |text: &str| replicas("web", 1).replace("  name", &format!("  labels:\n{text}  name"));
    assert_eq!(patched(&[&web], &inline(patch)), labels("    b: 1\n"));
    assert_eq!(
        patched(&[&web], &to("web", inline(patch))),
        labels("    a: \"null\"\n    b: \"1\"\n")
    );
}

#[test]
fn a_target_that_means_nothing_is_warned_of() {
    let warning = "warning: patch [path: \"merge.yaml\"] matches no resource: its target is \
                   [noKind].[noVer].[noGrp]/none.[noNs]:a=:l=\n";
    let found = patched(&[WEB], &to("none", file("merge.yaml")));
    assert_eq!(found, format!("{}{warning}", replicas("web", 1)));
}

#[test]
fn what_is_wrong_with_a_patch_is_said_as_upstream_says_it() {
    let operations = inline("- {op: add, path: /a, value: 1}");
    let merge = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}";
    let cases = [
        (inline(" "), "must specify one of patch and path in\n"),
        (
            kustomization::Patch { path: "x".into(), ..inline("x") },
            "patch and path can't be set at the same time\n",
        ),
        (inline("nothing"), "unable to parse SM or JSON patch from [patch: \"nothing\"]"),
        (operations.clone(), "must specify a target for JSON patch [patch: \"- {op: add"),
        (
            to("web", inline(&format!("{merge}\n---\n{merge}"))),
            "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: [patch: ",
        ),
        (
            inline(&merge.replace("web", "none")),
            "no resource matches strategic merge patch \"Deployment.v1.apps/none.[noNs]\": no matches for Id Deployment.v1.apps/none.[noNs]; failed to find unique target for patch Deployment.v1.apps/none.[noNs]",
        ),
        (
            to("(", file("merge.yaml")),
            "unable to find patch target \"[noKind].[noVer].[noGrp]/(.[noNs]:a=:l=\" in `resources`: error parsing regexp: ",
        ),
        (file("none.yaml"), "failed to get the patch file from path(none.yaml): "),
    ];
    for (entry, expected) in cases {
        let found = patched(&[WEB], &entry);
        assert!(found.starts_with(&format!("error: {expected}")), "{entry:?}: {found}");
    }
}

#[test]
fn old_fields_hold_patches_too() {
    let merge = |paths: &[Text], inline: &str| {
        let files: &[(&str, &[u8])] = &[("merge.yaml", WEB.as_bytes()), ("nothing.yaml", b"# x\n")];
        outcome(&[WEB, API], files, |folder, all| {
            PatchStrategicMerge::new(paths, inline, folder)?.transform(all)
        })
    };
    let patch = WEB.replace("replicas: 1", "replicas: 4");
    let patched = format!("{}---\n{}", replicas("web", 4), replicas("api", 1));
    assert_eq!(merge(&[patch.as_str().into()], ""), patched);
    assert_eq!(merge(&["merge.yaml".into()], &patch), patched);
    assert_eq!(merge(&[], ""), "error: empty file path and empty patch content");
    assert_eq!(
        merge(&["nothing.yaml".into()], ""),
        "error: patch appears to be empty; files=[nothing.yaml], Patch="
    );

    let operate = |entry: &kustomization::Patch| {
        outcome(&[WEB], &[("empty.json", b"")], |folder, all| {
            PatchJson6902::new(entry, folder)?.transform(all)
        })
    };
    let operations = "- {op: add, path: /a, value: 1}";
    assert_eq!(operate(&to("web", inline(operations))), format!("a: 1\n{}", replicas("web", 1)));
    assert_eq!(operate(&inline(operations)), "error: must specify the target name");
    assert_eq!(operate(&to("web", inline(""))), "error: empty file path and empty jsonOp");
    assert_eq!(
        operate(&to("web", file("empty.json"))),
        "error: patch file 'empty.json' empty seems to be empty"
    );
    assert_eq!(
        operate(&to("web", inline("[]"))),
        "error: patch appears to be empty; file=, JsonOp=[]"
    );
}
