//! What becomes of what the templates print: cut into documents, checked, told apart from hooks,
//! sorted, and printed. The rules are those of Helm's `pkg/release/v1/util` and `pkg/action`.

mod head;
mod hook;
mod manifests;
mod order;
mod outline;
mod print;
mod split;

pub(super) use self::hook::Terms;
pub use self::hook::{HookDeletePolicy, HookEvent, HookOutputLogPolicy};
pub(super) use self::manifests::{Manifest, PrintedFile, Sorted, Text, sort};
pub(super) use self::print::{Crd, Printed, print};
