//! The lookups of one render: what is known is answered, the rest is noted.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_diff::{Query, Value};
use gitops_source::Tree;

use super::{Found, Lookup};
use crate::Requirement;

/// Answers `lookup` out of what was fetched for the render. What was not is answered by nothing and
/// noted, so that a render finds as much as it can of what it lacks.
#[derive(Debug)]
pub(crate) struct Lookups<'a> {
    lookup: &'a dyn Lookup,
    fetched: &'a BTreeMap<Requirement, Tree>,
    noted: RefCell<Noted>,
}

/// The object, or none, or why there is no answer.
type Answer = Result<Option<Arc<Value>>, String>;

#[derive(Debug, Default)]
struct Noted {
    /// What was answered, read once.
    answers: BTreeMap<Query, Answer>,
    /// What has to be fetched, in the order in which it was asked.
    missing: Vec<Query>,
}

impl<'a> Lookups<'a> {
    pub(crate) fn new(lookup: &'a dyn Lookup, fetched: &'a BTreeMap<Requirement, Tree>) -> Self {
        Self { lookup, fetched, noted: RefCell::default() }
    }

    /// What `query` finds.
    ///
    /// # Errors
    /// Why it may not be asked, or what the cluster says.
    pub(crate) fn find(&self, query: Query) -> Answer {
        match self.lookup.lookup(&query)? {
            Found::Object(object) => Ok(Some(Arc::new(object))),
            Found::Nothing => Ok(None),
            Found::Elsewhere => self.elsewhere(query),
        }
    }

    fn elsewhere(&self, query: Query) -> Answer {
        let mut noted = self.noted.borrow_mut();
        if let Some(answer) = noted.answers.get(&query) {
            return answer.clone();
        }
        let required = Requirement::Object(query.clone());
        let answer = if let Some(tree) = self.fetched.get(&required) {
            Requirement::answered(tree).map(|found| found.map(Arc::new))
        } else {
            noted.missing.push(query.clone());
            Ok(None)
        };
        noted.answers.insert(query, answer.clone());
        answer
    }

    /// What has to be fetched before the render can be called one. The first was asked for in any
    /// case, the others perhaps only because an answer before them was missing.
    pub(crate) fn missing(&self) -> Vec<Requirement> {
        self.noted.borrow().missing.iter().cloned().map(Requirement::Object).collect()
    }

    /// What was asked of the cluster.
    pub(crate) fn asked(&self) -> BTreeSet<Query> {
        self.noted.borrow().answers.keys().cloned().collect()
    }
}
