//! What the in-memory cluster answers to dry-runs of applies.

use gitops_diff::server::{Cause, Refusal};
use gitops_diff::{Answer, Change, Value};

use super::applier::{MemoryApplier, answered, declared, path};
use super::metadata::text;
use super::request::{Reply, Request};
use crate::ApplyError;

impl MemoryApplier {
    /// The answer to one dry-run.
    pub(super) fn ask(&self, change: &Change) -> Result<Answer, ApplyError> {
        let resource = self.served(change)?;
        let body = declared(change, &change.preconditions)?;
        let request = Request::apply(path(&resource, &change.id), &self.manager, &body);
        let request = request.param("force", "true").param("dryRun", "All");
        let reply = self.cluster.call(&request);
        Ok(answered(&reply).map_or_else(|| Answer::Refused(refusal(&reply)), Answer::Object))
    }
}

fn refusal(reply: &Reply) -> Refusal {
    let status = reply.to_value().cloned().unwrap_or_default();
    let causes = status.pointer("/details/causes").and_then(Value::as_list).unwrap_or_default();
    let cause =
        |it: &Value| Cause::new(text(it, "/reason"), text(it, "/field"), text(it, "/message"));
    let mut refusal = Refusal::new(reply.code, text(&status, "/reason"), text(&status, "/message"));
    refusal.causes = causes.iter().map(cause).collect();
    refusal
}
