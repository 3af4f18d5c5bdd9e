//! Files that configure something, as `sigs.k8s.io/yaml` reads them.

use gitops_diff::Value;

use super::folder::Folder;
use super::problem::{Problem, ProblemKind, Result};
use crate::yaml::{Documents, Duplicates, Error, Options};

impl Folder<'_> {
    /// What the first document of a file says; `null` where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read, or is not YAML.
    pub(crate) fn settings(&self, path: &str) -> Result<Value> {
        let text = self.load(path)?;
        let options = Options { duplicates: Duplicates::LastWins, ..Options::default() };
        let mut allowance = self.build.allowance.borrow_mut();
        let document = Documents::sharing(text, &options, &mut allowance)
            .and_then(|mut documents| documents.next().transpose())
            .map_err(|error| unreadable(error, &self.resolve(path).unwrap_or_default()))?;
        Ok(document.map_or(Value::Null, |document| document.value))
    }
}

fn unreadable(error: Error, file: &str) -> Problem {
    Problem {
        message: format!("error converting YAML to JSON: {}", error.as_go()),
        position: Some(error.mark().in_file(file)),
        kind: match error {
            Error::Limit { .. } => ProblemKind::Limit(Box::new(error.in_file(file))),
            _ => ProblemKind::Wrong,
        },
    }
}
