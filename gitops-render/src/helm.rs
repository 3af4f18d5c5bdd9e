//! Charts, byte for byte as `helm template` prints them.
//!
//! | part | what it does | whose rules |
//! |---|---|---|
//! | `go` | values as templates see them: typed numbers, strings of bytes, shared maps | Go's `reflect` |
//! | `gofmt` | `printf` and friends | `fmt`, `strconv` |
//! | `gotemplate` | reads and runs templates | `text/template` |
//! | `sprig` | the functions of every chart | Masterminds/sprig v3.3 |
//! | `functions` | the functions that Helm adds | Helm's `pkg/engine` |
//! | `strvals` | `--set` and its sisters | Helm's `pkg/strvals` |
//! | `chart` | reads charts, merges their values, resolves their dependencies | Helm's `pkg/chart` |
//! | `release` | cuts, checks and sorts what templates print | Helm's `pkg/release` |

#![expect(clippy::unnecessary_wraps, reason = "functions of templates have one signature")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "Helm tells the names of files apart by case"
)]

mod capabilities;
mod chart;
mod compat;
mod context;
mod engine;
mod explain;
mod fetch;
mod functions;
mod go;
mod gofmt;
mod gotemplate;
mod kept;
mod objects;
mod options;
mod origins;
mod pattern;
mod registry;
mod release;
mod renderer;
mod run;
mod runes;
mod sprig;
mod strvals;
#[cfg(test)]
mod tables;
mod values;
mod watch;
mod words;
mod world;

pub use self::chart::ChartLimits;
pub use self::compat::HelmCompat;
pub use self::gotemplate::HelmLimits;
pub use self::options::{
    Crds, HelmOptions, HelmValues, Hooks, Operation, PostRender, SchemaCheck, ValuesFile,
};
pub use self::release::{HookDeletePolicy, HookEvent, HookOutputLogPolicy};
pub use self::renderer::{Helm, HelmOutput};
pub use self::world::{
    Clock, Entropy, FixedClock, Found, LiveLookup, Lookup, LookupKinds, NoLookup, SeededEntropy,
    Snapshot, SystemClock, SystemEntropy,
};
