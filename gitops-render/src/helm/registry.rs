//! All functions that templates can call, by their names.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::gotemplate::Function;
use super::{functions, sprig};

/// Later families replace functions of earlier ones, as Helm replaces some of sprig's and sprig
/// one of `text/template`'s.
static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families = sprig::FAMILIES.iter().chain(functions::FAMILIES);
    families.flat_map(|family| family.iter()).map(|function| (function.name, function)).collect()
});

/// The function `name`.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).copied()
}
