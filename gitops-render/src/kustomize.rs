//! Overlays as `kustomize build` makes them, byte for byte.

mod options;
mod renderer;

mod accumulate;
mod steps;
mod target;

mod build;
mod chart;
mod documents;
mod folder;
mod transform;

mod nameref;
mod sort;
mod vars;

mod generate;
mod plugin;
mod replacement;
mod value_add;

mod iam_policy;
mod provenance;
mod remote;
mod settings;

mod config;
mod fieldspec;

mod decode;
mod kustomization;

mod node;

mod id;
mod resource;
mod resources;
mod schema;
mod selector;

mod json6902;
mod merge;

mod json;

#[cfg(test)]
mod tables;

mod problem;

pub use self::options::{
    Compat, HelmCharts, HelmFlags, KustomizeLimits, KustomizeOptions, LoadRestrictor, Reorder,
};
pub use self::renderer::Kustomize;
