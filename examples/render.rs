//! Prints what a folder renders to.
//!
//! ```sh
//! cargo run -p gitops-examples --example render -- DIR
//! cargo run -p gitops-examples --example render -- kustomize DIR
//! ```
//! Without a folder it renders a small shop. `kustomize` prints the bytes of `kustomize build`.
//! Exits with 1 where the folder cannot be rendered.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use gitops_examples::{demo, folder, kustomization};
use gitops_render::{
    Auto, Input, Kustomize, KustomizeOptions, LoadRestrictor, Renderer, Reorder, yaml,
};
use gitops_source::TreePath;

/// Prints the objects that a folder renders to, as YAML.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    renderer: Option<With>,
    /// The folder to render; without one, a small shop.
    dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum With {
    /// Prints what `kustomize build` prints.
    Kustomize(KustomizeArgs),
}

#[derive(Args)]
struct KustomizeArgs {
    /// The folder with the kustomization.
    dir: PathBuf,
    /// Whether files may lie outside of the folder that names them.
    #[arg(long, value_enum, default_value_t = Restrictor::RootOnly)]
    load_restrictor: Restrictor,
    /// How objects are sorted where the kustomization does not say.
    #[arg(long, value_enum, default_value_t = Order::Legacy)]
    reorder: Order,
}

#[derive(Clone, Copy, ValueEnum)]
enum Restrictor {
    #[value(name = "LoadRestrictionsRootOnly")]
    RootOnly,
    #[value(name = "LoadRestrictionsNone")]
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    Legacy,
    None,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let rendered = match &options.renderer {
        Some(With::Kustomize(args)) => kustomize(args),
        None => render(options.dir.as_deref()),
    };
    match rendered.and_then(|text| Ok(std::io::stdout().write_all(text.as_bytes())?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn render(dir: Option<&Path>) -> Result<String, Box<dyn Error>> {
    let tree = dir.map_or_else(demo::tree, folder::tree)?;
    let rendered = Auto::default().render(&Input::new(&tree, TreePath::default()))?;
    for warning in &rendered.warnings {
        eprintln!("warning: {}", warning.message);
    }
    let documents = rendered.objects.iter().map(|object| yaml::to_string(object.body()));
    Ok(documents.collect::<Vec<_>>().join("---\n"))
}

fn kustomize(args: &KustomizeArgs) -> Result<String, Box<dyn Error>> {
    let (tree, path) = kustomization::tree(&args.dir)?;
    let options = KustomizeOptions {
        load_restrictor: match args.load_restrictor {
            Restrictor::RootOnly => LoadRestrictor::RootOnly,
            Restrictor::None => LoadRestrictor::None,
        },
        reorder: match args.reorder {
            Order::Legacy => Reorder::Legacy,
            Order::None => Reorder::None,
        },
        ..KustomizeOptions::default()
    };
    Ok(Kustomize::new(options).build(&Input::new(&tree, path))?)
}
