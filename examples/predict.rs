//! Prints what an API server would answer to a server-side apply, offline.
//!
//! ```sh
//! cargo run --release -p gitops-examples --example predict -- \
//!     --live LIVE --desired DESIRED --manager NAME [--force] [--openapi DIR]
//! ```
//! Both are YAML or JSON files or folders; `LIVE` may be what `kubectl get -o yaml
//! --show-managed-fields` printed, and without it (or without the object in it) the object is made.
//! What is declared without a namespace meets the one live object of its kind and name.
//!
//! `DIR` holds the OpenAPI v3 documents of the cluster (`/openapi/v3/…`, and `/api` and `/apis` as
//! `APIGroupDiscoveryList`); without it the kinds are those that are built into Kubernetes 1.36,
//! and those that definitions among the objects define.
//!
//! Exit codes: 0 with the objects on standard output; 1 where the server would refuse (conflicts,
//! invalid fields), with the causes; 2 where something cannot be read.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use gitops_diff::merge::{Apply, Force};
use gitops_diff::server::Refusal;
use gitops_diff::{Object, Schema, Value, predict};
use gitops_examples::{manifests, schema};
use gitops_render::yaml;

type Error = Box<dyn std::error::Error>;

/// Prints what an API server would answer to a server-side apply, offline.
#[derive(Parser)]
struct Options {
    /// A file or folder with the live objects; without one, everything is made.
    #[arg(long)]
    live: Option<PathBuf>,
    /// A file or folder with the declared objects.
    #[arg(long)]
    desired: PathBuf,
    /// The field manager that applies.
    #[arg(long)]
    manager: String,
    /// Takes fields of others.
    #[arg(long)]
    force: bool,
    /// The subresource through which is applied.
    #[arg(long)]
    subresource: Option<String>,
    /// A folder with the OpenAPI v3 documents of the cluster.
    #[arg(long)]
    openapi: Option<PathBuf>,
    /// The time of the apply, RFC 3339 to the second; without it, now.
    #[arg(long)]
    now: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Output::Yaml)]
    output: Output,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// YAML documents.
    Yaml,
    /// One line of JSON an object.
    Json,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether the server would take every object.
fn run(options: &Options) -> Result<bool, Error> {
    let desired = manifests::read(&options.desired)?;
    let live = options.live.as_deref().map_or_else(|| Ok(Vec::new()), manifests::read)?;
    if desired.is_empty() {
        return Err(format!("`{}` declares nothing", options.desired.display()).into());
    }
    let schema = schema::read(options.openapi.as_deref(), desired.iter().chain(&live))?;
    let now = options.now.clone().unwrap_or_else(now);
    let mut accepted = true;
    for (number, object) in desired.iter().enumerate() {
        match answer(options, &schema, object, counterpart(object, &live), &now) {
            Ok(answer) => print(options.output, number, &answer)?,
            Err(refusal) => {
                accepted = false;
                explain(options.output, object, &refusal)?;
            }
        }
    }
    Ok(accepted)
}

fn answer(
    options: &Options,
    schema: &Schema,
    desired: &Object,
    live: Option<&Object>,
    now: &str,
) -> Result<Value, Refusal> {
    let apply = Apply {
        live: live.map(Object::body),
        desired: desired.body(),
        manager: &options.manager,
        force: if options.force { Force::Yes } else { Force::No },
        subresource: options.subresource.as_deref(),
        now,
    };
    predict(schema, &apply)
}

/// The live object that is meant.
fn counterpart<'l>(desired: &Object, live: &'l [Object]) -> Option<&'l Object> {
    let id = desired.id();
    live.iter().find(|it| it.id() == id).or_else(|| {
        let is_like = |it: &&Object| it.id().with_namespace(None) == *id;
        let mut all = live.iter().filter(is_like);
        all.next().filter(|_| all.next().is_none())
    })
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn print(output: Output, number: usize, answer: &Value) -> Result<(), Error> {
    match output {
        Output::Json => println!("{}", serde_json::to_string(answer)?),
        Output::Yaml if number > 0 => print!("---\n{}", yaml::to_string(answer)),
        Output::Yaml => print!("{}", yaml::to_string(answer)),
    }
    Ok(())
}

/// The causes on standard error for people, or the status of the server on standard output.
fn explain(output: Output, object: &Object, refusal: &Refusal) -> Result<(), Error> {
    if output == Output::Json {
        println!("{}", serde_json::to_string(&status(refusal))?);
        return Ok(());
    }
    let at = object.origin().map(|it| format!("{it}: ")).unwrap_or_default();
    let answer = format!("{} {}", refusal.code, refusal.reason);
    eprintln!("{at}{} is refused ({})", object.id(), answer.trim_end());
    if refusal.causes.is_empty() {
        eprintln!("  {}", refusal.message);
    }
    for cause in &refusal.causes {
        eprintln!("  {}: {}", cause.field, cause.message);
    }
    if refusal.code == 409 && !refusal.causes.is_empty() {
        eprintln!("  (`--force` takes these fields)");
    }
    Ok(())
}

/// A refusal as `Status` of `meta/v1`.
fn status(refusal: &Refusal) -> serde_json::Value {
    let causes = refusal.causes.iter().map(
        |it| serde_json::json!({"reason": &*it.reason, "field": it.field, "message": it.message}),
    );
    serde_json::json!({
        "apiVersion": "v1",
        "kind": "Status",
        "status": "Failure",
        "code": refusal.code,
        "reason": &*refusal.reason,
        "message": refusal.message,
        "details": {"causes": causes.collect::<Vec<_>>()},
    })
}
