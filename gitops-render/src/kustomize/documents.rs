//! From the text of a file to its resources.

use super::build::Build;
use super::node;
use super::problem::{Problem, ProblemKind, Result};
use super::resource::Resource;

/// The resources in a text.
pub(crate) fn resources(build: &Build<'_>, text: &[u8], file: &str) -> Result<Vec<Resource>> {
    let mut allowance = build.allowance.borrow_mut();
    let node = node::read(text, &Build::yaml(), &mut allowance).map_err(|error| Problem {
        message: format!("MalformedYAMLError: {error} in {file}"),
        position: Some(error.mark().in_file(file)),
        kind: ProblemKind::Malformed,
    })?;
    Ok(node.map(|it| Resource::new(it, &build.schema)).into_iter().collect())
}
