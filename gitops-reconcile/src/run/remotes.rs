//! What a render needs beside the tree.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_diff::Query;
use gitops_render::{Position, RenderError, Requirement};
use gitops_source::Tree;

use super::{Action, Run, Step};
use crate::lookups::size;
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
        let lookups = wanted.iter().filter(|it| is_lookup(it)).count();
        self.counters.lookups += lookups as u64;
        self.counters.remotes += (wanted.len() - lookups) as u64;
        out.push(Action::Gather { wanted });
    }

    /// Takes in what was fetched. What a render asked for must all be there; what is only asked for
    /// since the last one needed it may be needed no more, and a lookup may be asked for only
    /// because one before it was not answered yet.
    pub(super) fn gathered(
        &mut self,
        gathered: Vec<(Requirement, Result<Remote, ReconcileError>)>,
        out: &mut Vec<Action>,
    ) -> Step {
        let is_asked = self.rounds + self.lookup_rounds > 0;
        for (at, (requirement, remote)) in gathered.into_iter().enumerate() {
            match remote {
                Ok(remote) => {
                    self.remotes.insert(requirement, remote);
                }
                Err(error) if is_asked && (at == 0 || !is_lookup(&requirement)) => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        let bytes: u64 = self.remotes.iter().map(|(it, remote)| size(it, remote)).sum();
        let limit = self.job.options.lookups.bytes;
        if bytes > limit {
            return self.over("what is looked up, in bytes,", limit, "lookups.bytes");
        }
        out.push(Action::Tell(Event::Gathered { remotes: self.remotes.len() }));
        self.render(out)
    }

    /// Has fetched what a render lacks, within the limits.
    pub(super) fn missing(&mut self, wanted: Vec<Requirement>, out: &mut Vec<Action>) -> Step {
        if wanted.is_empty() || wanted.iter().any(|it| self.remotes.contains_key(it)) {
            let again = "the renderer asks again for what was fetched for it";
            return Err(ReconcileError::Invalid(again.into()));
        }
        let options = Arc::clone(&self.job.options);
        let (remotes, lookups) = (&options.remotes, &options.lookups);
        let looked_up = self.remotes.keys().filter(|it| is_lookup(it)).count();
        let more = wanted.iter().filter(|it| is_lookup(it)).count();
        if self.remotes.len() - looked_up + wanted.len() - more > remotes.most {
            return self.over("the number of remote inputs", remotes.most as u64, "remotes.most");
        }
        if looked_up + more > lookups.most {
            return self.over("the number of lookups", lookups.most as u64, "lookups.most");
        }
        let (rounds, limit, what, option) = if more == wanted.len() {
            (&mut self.lookup_rounds, lookups.rounds, "the chain of lookups", "lookups.rounds")
        } else {
            (&mut self.rounds, remotes.rounds, "the chain of remote inputs", "remotes.rounds")
        };
        if *rounds == limit {
            return self.over(what, u64::from(limit), option);
        }
        *rounds += 1;
        self.gather(wanted, out);
        Ok(())
    }

    /// Forgets answers that the render did not ask for, so that nobody follows them.
    pub(super) fn forget_lookups_but(&mut self, asked: &BTreeSet<Query>) {
        self.remotes.retain(|it, _| match it {
            Requirement::Object(query) => asked.contains(query),
            _ => true,
        });
    }

    fn over(&self, what: &str, limit: u64, option: &'static str) -> Step {
        let file = self.job.path.as_str().to_owned();
        let position = Position { file, ..Position::default() };
        Err(RenderError::Limit { position, what: what.to_owned(), limit, option }.into())
    }
}

fn is_lookup(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Object(_))
}
