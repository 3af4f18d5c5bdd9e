//! Fields that belong to clients who no longer write.

use crate::{ManagedEntry, ManagedFields, ManagerOperation, Object, Owner};

/// Who wrote before server-side apply: `kubectl apply` on the client's side, and whoever wrote
/// before fields had owners (`pkg/util/managedfields`, `client-go/util/csaupgrade`).
const FORMER: [&str; 2] = ["kubectl-client-side-apply", "before-first-apply"];

/// The owners of `live` that `manager` may replace: nobody writes by these names any more.
pub(super) fn of(live: &Object, manager: &str) -> Vec<Owner> {
    let all = ManagedFields::read(live.body()).unwrap_or_default();
    all.iter().filter(|it| is_left(it, manager)).map(Owner::from).collect()
}

fn is_left(entry: &ManagedEntry, manager: &str) -> bool {
    let is_former = FORMER.contains(&&*entry.manager) || entry.manager == *manager;
    is_former && entry.operation == ManagerOperation::Update && entry.subresource.is_none()
}
