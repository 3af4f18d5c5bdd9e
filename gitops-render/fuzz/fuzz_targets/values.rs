//! Any values and settings, over those of a chart with another one inside, end in values that are
//! printed or in an error that has a message, and the same twice.
#![no_main]

use gitops_render::{HelmValues, ValuesFile};
use gitops_render_fuzz::{check, helm};
use gitops_source::Tree;
use libfuzzer_sys::fuzz_target;

const CHART: &str = "\
{apiVersion: v2, name: c, version: 1.2.3, dependencies: [
  {name: d, version: 1.x, condition: 'd.on,global.on', tags: [t], import-values: [
    data, {child: some, parent: other}]},
  {name: d, version: ^1, alias: e}]}
";

const INNER: &str = "{apiVersion: v2, name: d, version: 1.0.0}";

const TEMPLATE: &str = "\
{{ toYaml .Values }}
{{ range $name, $chart := .Subcharts }}{{ $name }}: {{ toJson $chart.Values }}{{ end }}
{{ .Values }}
";

/// Stands between the values of the chart, those of the chart inside, a file of values, and the
/// settings of each kind.
const BETWEEN: &str = "\n====\n";

fuzz_target!(|text: &str| {
    let mut parts = text.split(BETWEEN).map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let tree = Tree::from_files([
        ("Chart.yaml", CHART.to_owned()),
        ("values.yaml", part()),
        ("charts/d/Chart.yaml", INNER.to_owned()),
        ("charts/d/values.yaml", part()),
        ("charts/d/templates/a.yaml", "{{ toYaml .Values }}".to_owned()),
        ("templates/b.yaml", TEMPLATE.to_owned()),
    ]);
    let files = vec![ValuesFile::Text { name: "over.yaml".to_owned(), text: part() }];
    let mut settings = || Some(part()).filter(|it| !it.is_empty()).into_iter().collect();
    let values = HelmValues {
        files,
        set: settings(),
        set_json: settings(),
        set_string: settings(),
        set_literal: settings(),
        set_file: settings(),
        ..HelmValues::default()
    };
    check(&helm(values), &tree.expect("the paths are plain"), "");
});
