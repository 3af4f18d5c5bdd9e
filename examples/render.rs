//! Prints what a folder renders to.
//!
//! ```sh
//! cargo run -p gitops-examples --example render -- DIR
//! ```
//! Without a folder it renders a small shop. Exits with 1 where the folder cannot be rendered.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use gitops_examples::{demo, folder};
use gitops_render::{Auto, Input, Renderer, yaml};
use gitops_source::TreePath;

/// Prints the objects that a folder renders to, as YAML.
#[derive(Parser)]
struct Options {
    /// The folder to render; without one, a small shop.
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match render(&Options::parse()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn render(options: &Options) -> Result<String, Box<dyn std::error::Error>> {
    let tree = options.dir.as_deref().map_or_else(demo::tree, folder::tree)?;
    let rendered = Auto::default().render(&Input::new(&tree, TreePath::default()))?;
    for warning in &rendered.warnings {
        eprintln!("warning: {}", warning.message);
    }
    let documents = rendered.objects.iter().map(|object| yaml::to_string(object.body()));
    Ok(documents.collect::<Vec<_>>().join("---\n"))
}
