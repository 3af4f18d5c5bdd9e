//! `helm template`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gitops_examples::folder;
use gitops_render::{
    Crds, Helm, HelmCompat, HelmOptions, HelmValues, Hooks, Input, Operation, RenderError,
    Requirement, SchemaCheck, SystemClock, SystemEntropy, ValuesFile,
};
use gitops_source::{Tree, TreePath};

/// The flags are those of `helm template`.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the command has flags")]
pub(crate) struct Args {
    /// The chart: a folder or an archive.
    chart: PathBuf,
    /// The name of the release.
    #[arg(long, default_value = "release-name")]
    name: String,
    /// A template that makes the name of the release.
    #[arg(long)]
    name_template: Option<String>,
    /// The namespace of the release.
    #[arg(long, short, default_value = "default")]
    namespace: String,
    /// Files of values; later ones go over earlier ones.
    #[arg(long, short = 'f', value_delimiter = ',')]
    values: Vec<PathBuf>,
    /// Values such as `a.b=1,c={x,y}`.
    #[arg(long)]
    set: Vec<String>,
    /// The same where all values are strings.
    #[arg(long)]
    set_string: Vec<String>,
    /// The same where all values are JSON, or one object.
    #[arg(long)]
    set_json: Vec<String>,
    /// The same where values are what files hold.
    #[arg(long)]
    set_file: Vec<String>,
    /// A value as it is.
    #[arg(long)]
    set_literal: Vec<String>,
    /// The version of Kubernetes that templates see.
    #[arg(long)]
    kube_version: Option<String>,
    /// Versions of APIs that templates see beside those of Kubernetes.
    #[arg(long, short, value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Print the files of `crds/` too.
    #[arg(long)]
    include_crds: bool,
    /// Print no tests.
    #[arg(long)]
    skip_tests: bool,
    /// Print no hooks.
    #[arg(long)]
    no_hooks: bool,
    /// Print what these templates give alone.
    #[arg(long, short)]
    show_only: Vec<String>,
    /// Tell templates that this is an upgrade.
    #[arg(long)]
    is_upgrade: bool,
    /// Do not check values.
    #[arg(long)]
    skip_schema_validation: bool,
    /// The version of Helm to be equal to.
    #[arg(long, default_value_t = HelmCompat::default())]
    helm_compat: HelmCompat,
}

pub(crate) fn template(args: &Args) -> Result<String, Box<dyn Error>> {
    let (tree, path) = chart(&args.chart)?;
    let helm = Helm::new(options(args)?);
    let output =
        helm.output(&Input::new(&tree, path)).map_err(|error| words(error, args.helm_compat))?;
    // The program ends with this render: what the renderer keeps need not be taken apart.
    std::mem::forget(helm);
    for warning in &output.warnings {
        eprintln!("level=WARN msg={:?}", warning.message);
    }
    Ok(output.text)
}

/// The tree that holds the chart, and where.
fn chart(path: &Path) -> Result<(Tree, TreePath), Box<dyn Error>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let inside = if path.is_file() { TreePath::new(&name)? } else { TreePath::default() };
    Ok((folder::tree(path)?, inside))
}

fn options(args: &Args) -> Result<HelmOptions, Box<dyn Error>> {
    Ok(HelmOptions {
        release: args.name.clone(),
        name_template: args.name_template.clone(),
        namespace: args.namespace.clone(),
        values: values(args)?,
        kube_version: args.kube_version.clone(),
        api_versions: args.api_versions.clone(),
        crds: if args.include_crds { Crds::Include } else { Crds::Skip },
        hooks: match (args.no_hooks, args.skip_tests) {
            (true, _) => Hooks::None,
            (_, true) => Hooks::WithoutTests,
            _ => Hooks::All,
        },
        show_only: args.show_only.clone(),
        operation: if args.is_upgrade { Operation::Upgrade } else { Operation::Install },
        schema: if args.skip_schema_validation { SchemaCheck::Skip } else { SchemaCheck::Check },
        compat: args.helm_compat,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        ..HelmOptions::default()
    })
}

fn values(args: &Args) -> Result<HelmValues, Box<dyn Error>> {
    let mut values = HelmValues {
        set: args.set.clone(),
        set_string: args.set_string.clone(),
        set_json: args.set_json.clone(),
        set_file: args.set_file.clone(),
        set_literal: args.set_literal.clone(),
        ..HelmValues::default()
    };
    for path in &args.values {
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|_| not_there(&name))?;
        let text = String::from_utf8(text).map_err(|error| format!("{name}: {error}"))?;
        values.files.push(ValuesFile::Text { name, text });
    }
    for path in args.set_file.iter().flat_map(|setting| setting.split([',', '=', '{', '}'])) {
        if let Ok(content) = std::fs::read(path) {
            values.contents.insert(path.to_owned(), content.into());
        }
    }
    Ok(values)
}

fn not_there(name: &str) -> String {
    format!("open {name}: no such file or directory")
}

/// The error in Helm's words, which say where it is themselves.
fn words(error: RenderError, compat: HelmCompat) -> String {
    match error {
        RenderError::Invalid { message, .. } => message,
        RenderError::Missing(requirements) => {
            let names = requirements.iter().filter_map(|requirement| match requirement {
                Requirement::Chart { name, .. } => Some(name.as_str()),
                _ => None,
            });
            let names: Vec<&str> = names.collect();
            let (start, command) = match compat {
                HelmCompat::V3_21 => ("An", "`helm dependency build`"),
                _ => ("an", "'helm dependency build'"),
            };
            format!(
                "{start} error occurred while checking for chart dependencies. You may need to run \
                 {command} to fetch missing dependencies: found in Chart.yaml, but missing in \
                 charts/ directory: {}",
                names.join(", ")
            )
        }
        other => other.to_string(),
    }
}
