//! Fields of other managers become ours, so that an apply can take them away.

use crate::{
    FieldPath, FieldSet, FieldsError, ManagedEntry, ManagedFields, ManagerOperation, Map, Owner,
    Text, Value,
};

/// The `managedFields` of `live` after `manager` has taken over by server-side apply all that
/// `absorbed` own of the object itself, and `fields` with what is below them of everybody.
///
/// What an applier writes before it applies, as `k8s.io/client-go/util/csaupgrade` does for
/// fields of client-side apply: what is then not declared goes.
///
/// ```
/// use gitops_diff::{ManagedFields, Owner, Value, merge};
///
/// let live: Value = serde_json::from_str(r#"{"apiVersion":"v1","metadata":{"managedFields":[{
///     "manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1",
///     "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:k": {}}}
/// }]},"data":{"k":"v"}}"#)?;
/// let kubectl = Owner {
///     manager: "kubectl-client-side-apply".into(),
///     operation: "Update".into(),
///     time: None,
/// };
/// let managed = merge::absorb(&live, "gitops", &[kubectl], &[])?;
/// let owners: Vec<_> = managed.owners(&"data.k".parse()?).map(|it| &*it.manager).collect();
/// assert_eq!(owners, ["gitops"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where the managedFields of `live` cannot be read.
pub fn absorb(
    live: &Value,
    manager: &str,
    absorbed: &[Owner],
    fields: &[FieldPath],
) -> Result<ManagedFields, FieldsError> {
    let all = ManagedFields::read(live)?;
    let mine = all.applied_by(manager).cloned();
    let mut mine = mine.unwrap_or_else(|| nothing(live, manager));
    let is_mine = |it: &ManagedEntry| it.same_manager(&mine);
    let (gone, kept): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|it| !is_mine(it))
        .cloned()
        .partition(|it| absorbed.iter().any(|owner| is_of(it, owner)));
    let taken: FieldSet = fields.iter().cloned().collect();
    let below = fields_below(live, fields);
    mine.fields =
        gone.iter().fold(mine.fields.union(&taken).union(&below), |all, it| all.union(&it.fields));
    let mut next = ManagedFields::new();
    for mut entry in kept {
        if entry.subresource.is_none() {
            entry.fields = entry.fields.without(&taken);
        }
        if !entry.fields.is_empty() {
            next.insert(entry);
        }
    }
    next.insert(mine);
    Ok(next)
}

fn is_of(entry: &ManagedEntry, owner: &Owner) -> bool {
    entry.manager == owner.manager
        && entry.operation.to_string() == *owner.operation
        && entry.subresource.is_none()
}

fn nothing(live: &Value, manager: &str) -> ManagedEntry {
    ManagedEntry {
        manager: manager.into(),
        operation: ManagerOperation::Apply,
        api_version: live
            .get("apiVersion")
            .and_then(Value::as_str)
            .map(Text::from)
            .unwrap_or_default(),
        time: None,
        subresource: None,
        fields: FieldSet::new(),
    }
}

/// The fields of maps below these: who owns a map owns its members one by one.
fn fields_below(live: &Value, fields: &[FieldPath]) -> FieldSet {
    let mut all = FieldSet::new();
    for path in fields {
        if let Some(value) = path.lookup(live) {
            let mut path = path.clone();
            members(value, &mut path, &mut all);
        }
    }
    all
}

fn members(value: &Value, path: &mut FieldPath, all: &mut FieldSet) {
    const DEPTH: usize = 200;
    for (name, value) in value.as_map().into_iter().flat_map(Map::iter) {
        path.push(crate::PathElement::field(name.clone()));
        all.insert(path.elements());
        if path.elements().len() < DEPTH {
            members(value, path, all);
        }
        path.pop();
    }
}
