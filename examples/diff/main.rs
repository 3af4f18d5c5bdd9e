//! Compares declared objects with live ones, offline.
//!
//! ```sh
//! cargo run -p gitops-examples --example diff -- DESIRED LIVE
//! ```
//! Both are files or folders; `LIVE` may be what `kubectl get -o yaml` printed. What the API server
//! or somebody else added to a live object is no difference. Without arguments it shows itself
//! on a small shop.
//!
//! - `--rules F` accepts differences by rules: of our own form, or those of an Argo CD
//!   `Application` or `argocd-cm`, of a `Kustomization` or `HelmRelease` of Flux, of a
//!   `fleet.yaml`, of a `Config` of kapp. Also `defaults`, or the name of a catalogue. May be
//!   given several times; of several rules about one field the last decides.
//! - `--explain PATH` says what decides a field (`spec.replicas`,
//!   `Deployment.apps/shop/web:spec.replicas`): declared where, owned by whom, under which rule.
//! - `--suggest` prints the rules that would accept what differs.
//!
//! Exit codes, as of `kubectl diff`: 0 equal, 1 different, 2 error. An explanation is no
//! difference: 0.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

mod explain;
mod rules;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use gitops_diff::policy::suggest_all;
use gitops_diff::{
    Color, Differ, Drift, Inventory, Layout, Live, MarkdownLimits, ObjectSet, Observed, Plan,
    Report,
};
use gitops_examples::{demo, folder, manifests, schema};
use gitops_render::{Auto, Input, Renderer, yaml};
use gitops_source::{Tree, TreePath};

type Error = Box<dyn std::error::Error>;

/// Compares declared objects with live ones, offline.
#[derive(Parser)]
struct Options {
    /// A file or folder with the declared objects.
    #[arg(requires = "live")]
    desired: Option<PathBuf>,
    /// A file or folder with the live objects.
    live: Option<PathBuf>,
    /// Rules for what decides a field: a file, `defaults`, or the name of a catalogue.
    #[arg(long, value_name = "FILE")]
    rules: Vec<String>,
    /// Explains a field instead.
    #[arg(long, value_name = "PATH")]
    explain: Option<String>,
    /// Prints the rules that would accept what differs instead.
    #[arg(long, conflicts_with = "explain")]
    suggest: bool,
    /// The field manager that applies.
    #[arg(long, default_value = "gitops")]
    manager: String,
    /// A folder with the OpenAPI v3 documents of the cluster.
    #[arg(long, value_name = "DIR")]
    openapi: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A diff for people.
    Text,
    /// The plan.
    Json,
    /// A comment for a pull request.
    Markdown,
    /// A JSON Patch (RFC 6902) an object, one a line.
    Patch,
}

/// What is compared.
struct Sides {
    tree: Tree,
    desired: ObjectSet,
    observed: Observed,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        // Shown on its own shop, being different is no news for a caller.
        Ok(is_equal) if is_equal || options.desired.is_none() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing differs.
fn run(options: &Options) -> Result<bool, Error> {
    let Sides { tree, desired, observed } = sides(options)?;
    let drift = Drift {
        manager: options.manager.as_str().into(),
        policy: rules::read(&options.rules)?,
        schema: schema::read(options.openapi.as_deref(), [])?,
        ..Drift::default()
    };
    if let Some(path) = &options.explain {
        let found = explain::explain(&drift, (&desired, &observed), &tree, path)?;
        for explanation in found {
            match options.output {
                Output::Json => println!("{}", serde_json::to_string(&explanation)?),
                _ => println!("{explanation}"),
            }
        }
        return Ok(true);
    }
    let plan = drift.diff(&desired, &observed, &Inventory::new())?;
    if options.suggest {
        suggest(&plan)?;
    } else {
        print(&plan, &observed, options.output)?;
    }
    match &plan.failures[..] {
        [] => Ok(plan.is_empty()),
        failures => {
            for failure in failures {
                eprintln!("error: {}: {}", failure.id, failure.message);
            }
            Err(format!("{} object(s) could not be compared", failures.len()).into())
        }
    }
}

fn sides(options: &Options) -> Result<Sides, Error> {
    let (tree, live) = match (&options.desired, &options.live) {
        (Some(desired), Some(live)) => (folder::tree(desired)?, objects_of(live)?),
        _ => (demo::tree()?, objects(&demo::edited()?)?),
    };
    let desired = objects(&tree)?;
    let observed = observed(&desired, live);
    Ok(Sides { tree, desired, observed })
}

fn objects(tree: &Tree) -> Result<ObjectSet, Error> {
    let rendered = Auto::default().render(&Input::new(tree, TreePath::default()))?;
    Ok(rendered.objects)
}

fn objects_of(path: &Path) -> Result<ObjectSet, Error> {
    Ok(manifests::read(path)?.into_iter().collect())
}

/// The live objects; what is declared and not among them does not live.
fn observed(desired: &ObjectSet, live: ObjectSet) -> Observed {
    let mut observed: Observed = live.into_iter().collect();
    for id in desired.ids() {
        if observed.get(id).is_none() {
            observed.insert(id.clone(), Live::Absent);
        }
    }
    observed
}

/// The rules as a file that `--rules` reads.
fn suggest(plan: &Plan) -> Result<(), Error> {
    let rules = serde_json::to_value(suggest_all(plan))?;
    print!("{}", yaml::to_string(&serde_json::json!({ "rules": rules }).into()));
    Ok(())
}

fn print(plan: &Plan, observed: &Observed, output: Output) -> Result<(), Error> {
    let report = Report::new(plan).beside(observed);
    match output {
        Output::Json => println!("{}", plan.to_json()?),
        Output::Markdown => print!("{}", report.markdown(MarkdownLimits::default())),
        Output::Patch => {
            for change in plan.changes().filter(|it| it.operation.is_apply()) {
                let patch = change.json_patch(observed.object(&change.id))?;
                let line = serde_json::json!({"object": change.id, "patch": patch});
                println!("{line}");
            }
        }
        Output::Text => {
            let terminal = std::io::stdout().is_terminal();
            let color = if terminal { Color::Always } else { Color::Never };
            print!("{}", report.layout(Layout { color, ..Layout::default() }));
        }
    }
    Ok(())
}
