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
    let found = match applier.look_up(query).await {
        Ok(found) => Ok(found),
        Err(error) if error.class() == ErrorClass::Fix => Err(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    let tree = Requirement::answer(found.as_ref().map(Option::as_ref).map_err(String::as_str));
    let digest = match found {
        Ok(Some(list)) if query.is_list() => digest_of_list(list),
        _ => tree.digest().clone(),
    };
    Ok(Remote::new(Revision::detached(digest), tree))
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

/// Of all that a template sees but the revision of the list, which is that of the whole cluster:
/// it moves with every write of anything.
fn digest_of_list(mut list: Value) -> Digest {
    let metadata = list.as_map_mut().and_then(|list| list.get_mut("metadata"));
    if let Some(metadata) = metadata.and_then(Value::as_map_mut) {
        metadata.remove("resourceVersion");
    }
    Requirement::answer(Ok(Some(&list))).digest().clone()
}
