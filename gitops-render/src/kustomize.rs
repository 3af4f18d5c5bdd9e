//! Overlays as `kustomize build` makes them, byte for byte.

mod decode;
mod kustomization;

mod node;

mod id;
mod resource;
mod resources;
mod schema;

mod problem;
