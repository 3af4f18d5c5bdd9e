//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use gitops_diff::GroupKind;
use gitops_render::LookupKinds;
use gitops_source::{RefSelector, TreePath};

/// Follows a Git repository and keeps a cluster equal to it.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are bools")]
pub(crate) struct Options {
    /// The repository; without one, the agent shows itself on a small shop, once.
    #[arg(long, value_name = "URL")]
    pub repo: Option<String>,

    /// What to follow: a branch, `tag:NAME`, `semver:RANGE`, a full ref name or a commit.
    #[arg(long = "ref", value_name = "REF", default_value = "main", value_parser = selector)]
    pub reference: RefSelector,

    /// The folder of the repository to apply.
    #[arg(long, value_name = "PATH", default_value = "", value_parser = tree_path)]
    pub path: TreePath,

    /// The time between two runs, such as `60s` or `5m`.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = interval)]
    pub interval: Duration,

    /// The cluster to keep: the current context of this file. Needs a name, so that two agents
    /// never take each other's ledger for their own.
    #[arg(long, value_name = "FILE", conflicts_with = "embedded", requires = "name")]
    pub kubeconfig: Option<PathBuf>,

    /// Keep a cluster in memory, which is the default.
    #[arg(long)]
    pub embedded: bool,

    /// Report differences and change nothing.
    #[arg(long)]
    pub report_only: bool,

    /// Run once and exit.
    #[arg(long)]
    pub once: bool,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,

    /// How to render the folder.
    #[arg(long, value_enum, default_value_t = Rendering::Auto)]
    pub renderer: Rendering,

    /// Files of the repository whose values go over those of a chart, later ones over earlier ones.
    #[arg(long, value_name = "PATH", value_parser = tree_path)]
    pub values: Vec<TreePath>,

    /// The name of the release of a chart; the one of the agent by default.
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,

    /// What charts may look up in the cluster, with the rights of the agent: `all`,
    /// `all-but-secrets`, or kinds such as `Secret,Deployment.apps`; by default nothing is found.
    #[arg(long, value_name = "KINDS", value_parser = lookup_kinds)]
    pub lookup: Option<LookupKinds>,

    /// The name of this agent, one for each folder it keeps: its ledger and its field manager are
    /// called so.
    #[arg(long, value_name = "NAME", default_value = "gitops")]
    pub name: String,

    /// The namespace of the ledger; made if it is missing.
    #[arg(long, value_name = "NAMESPACE", default_value = "gitops-system")]
    pub ledger_namespace: String,

    /// Where to keep the mirror of the repository; by default it lives as long as the agent.
    #[arg(long, value_name = "DIR")]
    pub mirror: Option<PathBuf>,

    /// The user for the repository; the password or token is taken from `GITOPS_TOKEN`.
    #[arg(long, value_name = "NAME", default_value = "git")]
    pub username: String,

    /// Show the traces of the libraries.
    #[arg(long, short)]
    pub verbose: bool,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Lines for people.
    Text,
    /// One JSON object a line: each event, and the report of each run.
    Json,
}

/// How a folder is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rendering {
    /// By what the folder holds.
    Auto,
    /// As plain YAML and JSON, whatever else the folder holds.
    Plain,
}

fn selector(text: &str) -> Result<RefSelector, String> {
    text.parse().map_err(said)
}

fn tree_path(text: &str) -> Result<TreePath, String> {
    TreePath::new(text).map_err(said)
}

fn lookup_kinds(text: &str) -> Result<LookupKinds, String> {
    let kind = |text: &str| match text.split_once('.') {
        _ if text.is_empty() => Err("expected kinds such as `Secret,Deployment.apps`".to_owned()),
        Some((kind, group)) => Ok(GroupKind::new(group, kind)),
        None => Ok(GroupKind::new("", text)),
    };
    match text {
        "all" => Ok(LookupKinds::All),
        "all-but-secrets" => Ok(LookupKinds::AllButSecrets),
        kinds => Ok(LookupKinds::Only(kinds.split(',').map(kind).collect::<Result<_, _>>()?)),
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(said)?;
    match Duration::try_from(span) {
        Ok(time) if time >= Duration::from_secs(1) => Ok(time),
        _ => Err("expected a time of at least one second, such as `60s`".into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn said(error: impl ToString) -> String {
    error.to_string()
}
