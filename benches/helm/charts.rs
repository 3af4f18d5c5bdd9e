//! The charts that are timed.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A chart and what to call it.
pub(crate) struct Chart {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
}

const REAL: [(&str, &str); 3] = [
    ("kube-prometheus-stack", "kube-prometheus-stack-"),
    ("argo-cd", "argo-cd-"),
    ("datadog", "datadog-"),
];

/// Published charts, and two that are made below `scratch`.
pub(crate) fn all(archives: &Path, scratch: &Path) -> Result<Vec<Chart>, Box<dyn Error>> {
    let mut charts = Vec::new();
    for (name, prefix) in REAL {
        let found = std::fs::read_dir(archives)?.filter_map(Result::ok).map(|it| it.path());
        let is_it = |path: &PathBuf| {
            path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(prefix))
        };
        let path = found.into_iter().find(is_it).ok_or_else(|| format!("no chart {name}"))?;
        charts.push(Chart { name, path });
    }
    charts.push(Chart { name: "tpl-heavy", path: heavy(scratch)? });
    charts.push(Chart { name: "small", path: small(scratch)? });
    Ok(charts)
}

/// 1,000 calls of `tpl` with texts of their own, beside 500 templates with names.
fn heavy(scratch: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut partials = String::new();
    for number in 0..500 {
        writeln!(partials, "{{{{- define \"heavy.part{number}\" -}}}}part {number}{{{{- end }}}}")?;
    }
    let template = "{{- range $i := until 1000 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  \
                    name: c{{ $i }}\ndata:\n  a: {{ tpl (printf \"{{ .Values.text }} %d\" $i) $ }}\n{{- end }}\n";
    let files = [("values.yaml", "text: a text\n"), ("templates/all.yaml", template)];
    write(scratch, "heavy", &[&files[..], &[("templates/_parts.tpl", &*partials)]].concat())
}

/// A Deployment and a Service, as `helm create` makes them.
fn small(scratch: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let helpers = "{{- define \"small.labels\" -}}\napp.kubernetes.io/name: {{ .Chart.Name }}\n\
                   app.kubernetes.io/instance: {{ .Release.Name }}\n{{- end }}\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n  \
                      labels: {{- include \"small.labels\" . | nindent 4 }}\nspec:\n  replicas: \
                      {{ .Values.replicas }}\n  selector:\n    matchLabels: {{- include \"small.labels\" . | \
                      nindent 6 }}\n  template:\n    metadata:\n      labels: {{- include \"small.labels\" . | \
                      nindent 8 }}\n    spec:\n      containers:\n      - name: web\n        image: \
                      {{ .Values.image | quote }}\n        resources: {{- toYaml .Values.resources | nindent 10 \
                      }}\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  ports:\n  \
                   - port: {{ .Values.port }}\n  selector: {{- include \"small.labels\" . | nindent 4 }}\n";
    let values =
        "replicas: 2\nport: 80\nimage: nginx:1.29\nresources:\n  limits: {cpu: 1, memory: 64Mi}\n";
    let files = [
        ("values.yaml", values),
        ("templates/_helpers.tpl", helpers),
        ("templates/deployment.yaml", deployment),
        ("templates/service.yaml", service),
    ];
    write(scratch, "small", &files)
}

fn write(scratch: &Path, name: &str, files: &[(&str, &str)]) -> Result<PathBuf, Box<dyn Error>> {
    let chart = scratch.join(name);
    std::fs::create_dir_all(chart.join("templates"))?;
    std::fs::write(
        chart.join("Chart.yaml"),
        format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
    )?;
    for (path, text) in files {
        std::fs::write(chart.join(path), text)?;
    }
    Ok(chart)
}
