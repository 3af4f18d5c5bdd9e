//! What templates look up in the target.

use gitops_apply::{Applier, ErrorClass};
use gitops_diff::{Query, Value};
use gitops_render::Requirement;
use gitops_source::{Digest, Revision};

use crate::{ReconcileError, Remote};

/// What the target answers to `query`. What it refuses is an answer too: the template fails by it,
/// if it still asks, and its place is known then.
pub(crate) async fn look_up(
    applier: &dyn Applier,
    query: &Query,
) -> Result<Remote, ReconcileError> {
    match applier.look_up(query).await {
        Ok(found) => Ok(Remote::looked_up(query, Ok(found))),
        Err(error) if error.class() == ErrorClass::Fix => {
            Ok(Remote::looked_up(query, Err(&error.to_string())))
        }
        Err(error) => Err(error.into()),
    }
}

impl Remote {
    /// What a target answers to `query`: what it finds, or why it refuses.
    ///
    /// Its revision is a digest of all that a template sees, but for the revision of a list: that
    /// is the one of the whole cluster, and moves with every write of anything.
    pub fn looked_up(query: &Query, found: Result<Option<Value>, &str>) -> Self {
        let tree = Requirement::answer(found.as_ref().map(Option::as_ref).map_err(|it| *it));
        let digest = match found {
            Ok(Some(list)) if query.is_list() => digest_of_list(list),
            _ => tree.digest().clone(),
        };
        Self::new(Revision::detached(digest), tree)
    }
}

/// How many bytes were looked up.
pub(crate) fn size(requirement: &Requirement, remote: &Remote) -> u64 {
    match requirement {
        Requirement::Object(_) => {
            remote.tree.files().map(|(_, file)| file.content.len() as u64).sum()
        }
        _ => 0,
    }
}

fn digest_of_list(mut list: Value) -> Digest {
    let metadata = list.as_map_mut().and_then(|list| list.get_mut("metadata"));
    if let Some(metadata) = metadata.and_then(Value::as_map_mut) {
        metadata.remove("resourceVersion");
    }
    Requirement::answer(Ok(Some(&list))).digest().clone()
}
