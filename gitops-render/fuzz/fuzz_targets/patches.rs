//! Any resource and any patch end in a build or in an error that has a message, and the same twice.
#![no_main]

use gitops_render::{Compat, Input, Kustomize, KustomizeOptions};
use gitops_source::{Tree, TreePath};
use libfuzzer_sys::fuzz_target;

const KUSTOMIZATION: &str = "\
resources: [resource.yaml]
patches:
- path: patch.yaml
- path: patch.yaml
  target: {kind: .*}
  options: {allowNameChange: true}
";

/// Stands between the resource and the patch; behind it the bugs of upstream are fixed or kept.
const BETWEEN: &str = "\n====\n";

fuzz_target!(|text: &str| {
    let Some((resource, patch)) = text.split_once(BETWEEN) else { return };
    let (patch, fixed) = patch.strip_prefix('!').map_or((patch, false), |rest| (rest, true));
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    let is_whole = patch.starts_with(['[', '-']);
    let files = [
        ("kustomization.yaml", KUSTOMIZATION.to_owned()),
        ("resource.yaml", format!("{head}{resource}")),
        ("patch.yaml", if is_whole { patch.to_owned() } else { format!("{head}{patch}") }),
    ];
    let tree = Tree::from_files(files.map(|(path, text)| (path, text.into_bytes())))
        .expect("the paths are plain");
    let compat = if fixed { Compat::Fixed } else { Compat::Exact };
    let kustomize = Kustomize::new(KustomizeOptions { compat, ..KustomizeOptions::default() });
    let build = || kustomize.build(&Input::new(&tree, TreePath::default()));
    let once = build().map_err(|error| error.to_string());
    assert!(!matches!(&once, Err(message) if message.is_empty()));
    assert_eq!(once, build().map_err(|error| error.to_string()));
});
