//! Files that configure something, as `sigs.k8s.io/yaml` reads them.

use gitops_diff::Value;

use super::folder::Folder;
use super::problem::{Problem, Result};
use crate::yaml::{Documents, Duplicates, Options};

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
            .map_err(|error| Problem::unreadable(error, &self.resolve(path).unwrap_or_default()))
            .map_err(|problem| problem.within("error converting YAML to JSON"))?;
        Ok(document.map_or(Value::Null, |document| document.value))
    }
}
