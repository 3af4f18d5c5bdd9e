//! `kustomize build`.

use std::error::Error;
use std::path::PathBuf;

use clap::ValueEnum;
use gitops_examples::kustomization;
use gitops_render::{Input, Kustomize, KustomizeOptions, LoadRestrictor, Reorder};

#[derive(clap::Args)]
pub(crate) struct Args {
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

pub(crate) fn build(args: &Args) -> Result<String, Box<dyn Error>> {
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
