//! What a render needs beside the tree.

use gitops_render::{Position, RenderError, Requirement};
use gitops_source::Tree;

use super::{Action, Run, Step};
use crate::{Event, ReconcileError, Remote};

impl Run {
    /// What the last render needed, if all else that decides it is as it was. Whether that moved
    /// has to be seen before the render can be called the same.
    pub(super) fn remembered(&self, tree: &Tree) -> Vec<Requirement> {
        let Some(cached) = &self.state.rendered else { return Vec::new() };
        let mut key = self.key(tree);
        key.remotes.clone_from(cached.remotes());
        if cached.is_good(&key, tree) { key.remotes.into_keys().collect() } else { Vec::new() }
    }

    pub(super) fn gather(&mut self, wanted: Vec<Requirement>, out: &mut Vec<Action>) {
        self.counters.remotes += wanted.len() as u64;
        out.push(Action::Gather { wanted });
    }

    /// Takes in what was fetched. What a render asked for must all be there; what is only asked for
    /// since the last one needed it may be needed no more.
    pub(super) fn gathered(
        &mut self,
        gathered: Vec<(Requirement, Result<Remote, ReconcileError>)>,
        out: &mut Vec<Action>,
    ) -> Step {
        for (requirement, remote) in gathered {
            match remote {
                Ok(remote) => {
                    self.remotes.insert(requirement, remote);
                }
                Err(error) if self.rounds > 0 => return Err(error),
                Err(_) => {}
            }
        }
        out.push(Action::Tell(Event::Gathered { remotes: self.remotes.len() }));
        self.render(out)
    }

    /// Has fetched what a render lacks, within the limits.
    pub(super) fn missing(&mut self, wanted: Vec<Requirement>, out: &mut Vec<Action>) -> Step {
        let limits = self.job.options.remotes;
        let all = self.remotes.len() + wanted.len();
        let over = |what: &str, limit: u64, option| {
            let file = self.job.path.as_str().to_owned();
            let position = Position { file, ..Position::default() };
            Err(RenderError::Limit { position, what: what.to_owned(), limit, option }.into())
        };
        if wanted.is_empty() || wanted.iter().any(|it| self.remotes.contains_key(it)) {
            let again = "the renderer asks again for what was fetched for it";
            return Err(ReconcileError::Invalid(again.into()));
        }
        if all > limits.most {
            return over("the number of remote inputs", limits.most as u64, "remotes.most");
        }
        if self.rounds == limits.rounds {
            let limit = u64::from(limits.rounds);
            return over("the chain of remote inputs", limit, "remotes.rounds");
        }
        self.rounds += 1;
        self.gather(wanted, out);
        Ok(())
    }
}
