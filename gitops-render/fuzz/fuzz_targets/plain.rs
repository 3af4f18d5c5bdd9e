//! Any two files end in objects with origins, or in an error that has a message.
#![no_main]

use gitops_render::{Input, Plain, Renderer};
use gitops_source::{Tree, TreePath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (&[u8], &[u8])| {
    let (yaml, json) = data;
    let files = [("a/b.yaml", yaml.to_vec()), ("c.json", json.to_vec())];
    let tree = Tree::from_files(files).expect("the paths are plain");
    match Plain::default().render(&Input::new(&tree, TreePath::default())) {
        Ok(rendered) => assert!(rendered.objects.iter().all(|it| it.origin().is_some())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
