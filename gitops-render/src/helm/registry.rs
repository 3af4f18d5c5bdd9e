//! All functions that templates can call, by their names.

use std::sync::LazyLock;

use foldhash::HashMap;

use super::HelmCompat;
use super::gotemplate::{self, Builtin, Callee, Function};
use super::{functions, sprig};

/// Later families replace functions of earlier ones, as Helm replaces some of sprig's and sprig
/// one of `text/template`'s.
static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let own = [gotemplate::FUNCTIONS];
    let families = own.iter().chain(sprig::FAMILIES).chain(functions::FAMILIES);
    families.flat_map(|family| family.iter()).map(|function| (function.name, function)).collect()
});

/// The function `name`.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).copied()
}

/// How templates of a version of Helm find what they call.
pub(crate) fn callees(compat: HelmCompat) -> fn(&[u8]) -> Option<Callee> {
    match compat {
        HelmCompat::V3_21 => callee_of_3,
        HelmCompat::V4_2_3 | HelmCompat::V4_2_4 => callee,
    }
}

/// Helm 3 has no functions that fail where YAML or TOML cannot be written.
fn callee_of_3(name: &[u8]) -> Option<Callee> {
    const OF_4: [&[u8]; 2] = [b"mustToToml", b"mustToYaml"];
    if OF_4.contains(&name) { None } else { callee(name) }
}

/// What the template of a release's name can call: Helm gives it the functions of sprig.
pub(crate) fn callee_of_names(name: &[u8]) -> Option<Callee> {
    if functions::is_helms_alone(name) { None } else { callee(name) }
}

fn callee(name: &[u8]) -> Option<Callee> {
    if let Some(function) = std::str::from_utf8(name).ok().and_then(function) {
        return Some(Callee::Function(function));
    }
    Builtin::find(name).map(Callee::Builtin)
}

/// The names of all functions that are no builtins.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.keys().copied()
}
