//! Fixtures that the benchmarks share: objects as they are declared, and as a server holds them.

mod cases;
mod fleet;
mod measure;
mod naive;
mod objects;
mod served;

pub use crate::cases::{Case, cases};
pub use crate::fleet::{Fleet, Herd, State, fleet};
pub use crate::measure::{nanos, once, processor_nanos};
pub use crate::naive::{parse, subset};
pub use crate::objects::{config_map, custom_resource, definition, deployment, secret, service};
pub use crate::served::{applied, served};
use gitops_diff::Object;

/// One object as it is declared and as it lives.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What it is, in the tables of results.
    pub name: &'static str,
    /// As declared.
    pub desired: Object,
    /// As it lives, unchanged.
    pub live: Object,
}

/// The single objects that are measured.
pub fn pairs() -> Vec<Pair> {
    let pair = |name, desired: Object| Pair { name, live: served(&desired), desired };
    vec![
        pair("small Deployment", deployment("small", 1)),
        pair("large Deployment", deployment("large", 3)),
        pair("Service", service("front")),
        pair("Secret", secret("access")),
        pair("ConfigMap", config_map("settings", 1)),
        pair("custom resource", custom_resource("entry")),
        pair("large CRD", definition("measures")),
        pair("600 kB ConfigMap", config_map("dashboards", 600)),
    ]
}
