//! Any tree of kustomizations ends in a build or in an error that has a message, and the same twice.
#![no_main]

use gitops_render::{Compat, Input, Kustomize, KustomizeLimits, KustomizeOptions};
use gitops_source::{Tree, TreePath};
use libfuzzer_sys::fuzz_target;

/// Stands before each file; its path is the rest of the line. Before the first one stands the
/// folder that is built, with `!` in front where the bugs of upstream are to be fixed.
const FILE: &str = "\n==== ";

fuzz_target!(|text: &str| {
    let mut parts = text.split(FILE);
    let root = parts.next().unwrap_or_default();
    let (root, fixed) = root.strip_prefix('!').map_or((root, false), |rest| (rest, true));
    let files = parts.map(|part| part.split_once('\n').unwrap_or((part, "")));
    let files = files.map(|(path, text)| (path, text.to_owned()));
    let (Ok(tree), Ok(root)) = (Tree::from_files(files), TreePath::new(root)) else { return };
    let kustomize = Kustomize::new(KustomizeOptions {
        compat: if fixed { Compat::Fixed } else { Compat::Exact },
        limits: KustomizeLimits { folders: 100, total_nodes: 100_000, ..Default::default() },
        ..KustomizeOptions::default()
    });
    let build = || kustomize.build(&Input::new(&tree, root.clone()));
    let once = build().map_err(|error| error.to_string());
    assert!(!matches!(&once, Err(message) if message.is_empty()));
    assert_eq!(once, build().map_err(|error| error.to_string()));
});
