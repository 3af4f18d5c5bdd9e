//! What is known of kinds: their scope, and how their lists are merged.
//!
//! Upstream keeps all of this in globals; here every build has its own, so that builds with
//! different schemas can run side by side. The tables of Kubernetes itself never change and are
//! shared.

mod builtin;
mod document;
mod types;
mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gitops_diff::Text;

use self::types::Types;
pub(crate) use self::view::{Spot, View};
use super::id::Gvk;
use super::problem::{Problem, Result};

/// The schema of one build; no two builds share one.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    state: Mutex<State>,
}

/// What was chosen, and what of it was read.
///
/// A schema is read when the first patch or the first unknown kind asks for it. Where a base
/// chooses one only after that, what was read before stays below it, as upstream has it.
#[derive(Debug, Default)]
struct State {
    choice: Option<Choice>,
    /// What was read, where later layers go before earlier ones.
    layers: Vec<Arc<Types>>,
    ready: bool,
    kubernetes: Kubernetes,
    /// What is wrong with the chosen document.
    wrong: Option<Problem>,
}

#[derive(Debug)]
enum Choice {
    Builtin,
    Document(Arc<[u8]>),
}

/// How far the types of Kubernetes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kubernetes {
    #[default]
    Unread,
    /// Something was looked up that they do not have, so that they stand above what is chosen
    /// later.
    Wanted,
    Read,
}

impl Schema {
    /// Takes the `openapi` field of a kustomization, with the document that its `path` names. The
    /// first one that chooses wins; `Precedence::Root` chooses anew.
    ///
    /// # Errors
    /// Where it names both a version and a document, or a version that is not built in.
    pub(crate) fn choose(
        &self,
        openapi: &BTreeMap<Text, Text>,
        document: Option<&[u8]>,
        precedence: Precedence,
    ) -> Result<()> {
        let mut state = self.state();
        if state.choice.is_some() && precedence == Precedence::Base {
            return Ok(());
        }
        let version = openapi.get("version");
        let choice = match (document, version) {
            (Some(_), Some(_)) => {
                return Err(Problem::new(
                    "builtin version and custom schema provided, cannot use both",
                ));
            }
            (Some(document), None) => Choice::Document(document.into()),
            (None, None) => return Ok(()),
            (None, Some(version)) if version.is_empty() => return Ok(()),
            (None, Some(version)) if *version == builtin::VERSION => Choice::Builtin,
            (None, Some(_)) => {
                return Err(Problem::new("the specified OpenAPI version is not built in"));
            }
        };
        state.choice = Some(choice);
        state.ready = false;
        state.wrong = None;
        Ok(())
    }

    /// The kind of these names, with its scope.
    pub(crate) fn gvk(&self, api_version: &str, kind: &str) -> Gvk {
        let cluster_scoped = self.is_cluster_scoped(api_version, kind);
        Gvk { cluster_scoped, ..Gvk::unscoped(api_version, kind) }
    }

    /// Whether objects of the kind certainly belong to no namespace.
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        let namespaced = builtin::is_namespaced(api_version, kind)
            .or_else(|| self.state().is_namespaced(api_version, kind));
        namespaced == Some(false)
    }

    /// What patches are merged by.
    ///
    /// # Errors
    /// Where the chosen document is no schema.
    pub(crate) fn view(&self) -> Result<View> {
        let mut state = self.state();
        state.read()?;
        Ok(View::new(state.layers.clone()))
    }

    /// Whether what was asked of the chosen document could be answered. Lookups of scopes have no
    /// way to say it.
    ///
    /// # Errors
    /// Where the chosen document was asked, and is no schema.
    pub(crate) fn check(&self) -> Result<()> {
        self.state().wrong.clone().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose choice of a schema it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precedence {
    /// The folder that is built: it goes before all others.
    Root,
    /// A base or component: it counts where nobody chose before.
    Base,
}

impl State {
    /// Whether a kind that no table has belongs to a namespace, if the chosen document says it.
    fn is_namespaced(&mut self, api_version: &str, kind: &str) -> Option<bool> {
        if !self.ready {
            match self.choice {
                // What is wrong with the document is said by `check`.
                Some(Choice::Document(_)) => self.read().ok()?,
                _ if self.kubernetes == Kubernetes::Unread => self.kubernetes = Kubernetes::Wanted,
                _ => {}
            }
        }
        self.layers.iter().rev().find_map(|types| types.is_namespaced(api_version, kind))
    }

    fn read(&mut self) -> Result<()> {
        if let Some(problem) = &self.wrong {
            return Err(problem.clone());
        }
        if self.ready {
            return Ok(());
        }
        if let Some(Choice::Document(document)) = &self.choice {
            let read = document::read(document);
            let types = read.map_err(|problem| {
                let problem = problem.within("invalid schema file");
                self.wrong.insert(problem).clone()
            })?;
            self.layers.push(Arc::new(types));
        } else {
            self.read_kubernetes();
        }
        if self.kubernetes == Kubernetes::Wanted {
            self.read_kubernetes();
        }
        self.layers.push(builtin::kustomization());
        self.ready = true;
        Ok(())
    }

    fn read_kubernetes(&mut self) {
        self.layers.push(builtin::kubernetes());
        self.kubernetes = Kubernetes::Read;
    }
}

#[cfg(test)]
mod tests;
