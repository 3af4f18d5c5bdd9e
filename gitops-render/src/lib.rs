//! Renderers: from a tree of files to Kubernetes objects that know where they come from.
//!
//! A [`Renderer`] is sync and pure: the same tree and options give the same objects, byte for
//! byte; no disk, network, clock or entropy is touched. What it lacks it asks for by
//! [`RenderError::Missing`]. [`Rendered`] holds the objects, each with its file, line and
//! document, the digests of all that was read, and warnings.
//!
//! ```
//! use gitops_render::{Auto, Input, Renderer};
//! use gitops_source::{Tree, TreePath};
//!
//! let tree = Tree::from_files([
//!     ("apps/shop/web.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
//!     ("apps/shop/config.yaml", "# settings\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n"),
//! ])?;
//! let rendered = Auto::default().render(&Input::new(&tree, TreePath::new("apps/shop")?))?;
//! let found: Vec<String> = rendered
//!     .objects
//!     .iter()
//!     .filter_map(|object| Some(format!("{} from {}", object.id(), object.origin()?)))
//!     .collect();
//! assert_eq!(found, [
//!     "ConfigMap/web from apps/shop/config.yaml:3",
//!     "Service/web from apps/shop/web.yaml:1",
//! ]);
//!
//! // What is wrong is said with its place, all of it at once, and then nothing is rendered.
//! let broken = Tree::from_files([("a.yaml", "kind: Pod\nkind: Job\n"), ("b.yaml", "{{ .Values }}")])?;
//! let error = Auto::default().render(&Input::new(&broken, TreePath::default())).unwrap_err();
//! assert!(error.to_string().starts_with(
//!     "2 problems:\n  a.yaml:2:1: the key `kind` is already set on line 1; remove one of the two\n"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | part | what it does |
//! |---|---|
//! | [`Plain`] | files of YAML and JSON are the objects: many documents, lists, globs, sub-folders |
//! | [`Kustomize`] | overlays, byte for byte as `kustomize build` prints them |
//! | [`Helm`] | charts, byte for byte as `helm template` prints them |
//! | [`Auto`], [`detect`] | finds out what a folder is and renders it as that |
//! | [`yaml`] | YAML as Go's Kubernetes tools read and write it, with positions and limits |
//!
//! Every input is bounded: [`yaml::Limits`] for one text (depth, documents, what aliases stand
//! for), [`PlainLimits`] and a [`yaml::Allowance`] for a render. What is over a limit is an error that names the option.

mod render;

mod auto;
mod detect;
mod helm;
mod kustomize;
mod plain;

pub mod yaml;

mod stop;

mod error;
mod requirement;

pub use crate::auto::Auto;
pub use crate::detect::{Kind, detect};
pub use crate::error::{Position, RenderError};
pub use crate::helm::{
    ChartLimits, Clock, Crds, Entropy, FixedClock, Found, Helm, HelmCompat, HelmLimits,
    HelmOptions, HelmOutput, HelmValues, HookDeletePolicy, HookEvent, HookOutputLogPolicy, Hooks,
    LiveLookup, Lookup, LookupKinds, NoLookup, Operation, PostRender, SchemaCheck, SeededEntropy,
    Snapshot, SystemClock, SystemEntropy, ValuesFile,
};
pub use crate::kustomize::{
    Compat, HelmCharts, HelmFlags, Kustomize, KustomizeLimits, KustomizeOptions, LoadRestrictor,
    Reorder,
};
pub use crate::plain::{Folders, Plain, PlainLimits, PlainOptions};
pub use crate::render::{Hook, Input, Rendered, Renderer, ValueRead, ValueSource, Warning};
pub use crate::requirement::Requirement;
pub use crate::stop::Stop;
