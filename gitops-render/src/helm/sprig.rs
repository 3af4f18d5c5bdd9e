//! The functions of Masterminds/sprig v3.3, by families.

pub(super) mod args;
mod case;
mod cast;
mod codecs;
mod copy;
mod crypto;
pub(super) mod date;
mod decimal;
mod dicts;
mod digests;
mod equal;
mod flow;
mod lists;
mod merge;
mod network;
mod numbers;
mod paths;
mod random;
mod regex;
mod semver;
mod strings;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod url;
mod words;

use super::gotemplate::Function;

/// How deep values may nest that a function walks down to their ends. In Go it is its stack that
/// ends, and the process with it.
pub(super) const NESTING: usize = 200;

/// All families. A file of a family lists its functions in `FUNCTIONS`.
pub(crate) const FAMILIES: &[&[Function]] = &[
    strings::FUNCTIONS,
    case::FUNCTIONS,
    words::FUNCTIONS,
    text::FUNCTIONS,
    codecs::FUNCTIONS,
    digests::FUNCTIONS,
    cast::FUNCTIONS,
    numbers::FUNCTIONS,
    decimal::FUNCTIONS,
    flow::FUNCTIONS,
    types::FUNCTIONS,
    lists::FUNCTIONS,
    dicts::FUNCTIONS,
    merge::FUNCTIONS,
    copy::FUNCTIONS,
    crypto::FUNCTIONS,
    paths::FUNCTIONS,
    url::FUNCTIONS,
    date::FUNCTIONS,
    network::FUNCTIONS,
    random::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
];
