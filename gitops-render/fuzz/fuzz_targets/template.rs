//! Any template, with any values and a template that it may include, ends in a text within the
//! limits or in an error that has a message, and the same twice.
#![no_main]

use gitops_render::HelmValues;
use gitops_render_fuzz::{check, helm};
use gitops_source::Tree;
use libfuzzer_sys::fuzz_target;

/// Stands between the values, the template and the one that it may include.
const BETWEEN: &[u8] = b"\n====\n";

fuzz_target!(|data: &[u8]| {
    let (values, templates) = split(data);
    let (template, included) = split(templates);
    let chart = b"{apiVersion: v2, name: c, version: 1.2.3}";
    let tree = Tree::from_files([
        ("Chart.yaml", chart.to_vec()),
        ("values.yaml", values.to_vec()),
        ("templates/_a.tpl", included.to_vec()),
        ("templates/b.yaml", template.to_vec()),
    ]);
    check(&helm(HelmValues::default()), &tree.expect("the paths are plain"), "");
});

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    at.map_or((data, b""), |at| (&data[..at], &data[at + BETWEEN.len()..]))
}
