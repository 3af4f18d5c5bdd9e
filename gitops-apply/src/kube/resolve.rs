//! Desired objects as the cluster identifies them.

use std::collections::{BTreeSet, HashMap};

use gitops_diff::{Duplicate, GroupKind, Object, ObjectSet, Value};

use super::KubeApplier;
use super::discovery::GroupVersion;
use super::path::Scope;
use crate::ApplyError;

impl KubeApplier {
    /// Gives namespaced objects without a namespace the default one, and takes the namespace from
    /// cluster-scoped ones. Kinds that nobody knows stay as they are.
    pub(super) async fn resolve_all(&self, desired: ObjectSet) -> Result<ObjectSet, ApplyError> {
        let versions: BTreeSet<_> =
            desired.iter().map(|it| (it.id().group().into(), it.version().into())).collect();
        let mut failed = self.discovery.learn(&self.wire, versions).await;
        let defined = definitions(&desired);
        let mut resolved = ObjectSet::new();
        for object in desired {
            let kind = object.id().group_kind();
            let known = self.discovery.scope(kind).or_else(|| defined.get(kind).copied());
            let scope = match known {
                None => self.scope_of(&object, &mut failed).await?,
                known => known,
            };
            let placed = self.placed(object, scope);
            resolved.insert(placed).map_err(|both| became_one(&both))?;
        }
        Ok(resolved)
    }

    /// The scope of a kind never seen. Where its group cannot be looked at, that is an error: any
    /// guess could make another object of it.
    async fn scope_of(
        &self,
        object: &Object,
        failed: &mut HashMap<GroupVersion, ApplyError>,
    ) -> Result<Option<Scope>, ApplyError> {
        let id = object.id();
        let version = (id.group().into(), object.version().into());
        if let Some(error) = failed.remove(&version) {
            return Err(error);
        }
        let found = self.discovery.find(&self.wire, &version, id.kind()).await?;
        Ok(found.map(|resource| resource.scope))
    }

    fn placed(&self, object: Object, scope: Option<Scope>) -> Object {
        match (scope, object.id().namespace()) {
            (Some(Scope::Namespaced), None) => {
                object.with_namespace(Some(&self.options.default_namespace))
            }
            (Some(Scope::Cluster), Some(_)) => object.with_namespace(None),
            _ => object,
        }
    }
}

/// The scopes of the kinds that definitions among the objects define.
fn definitions(desired: &ObjectSet) -> HashMap<GroupKind, Scope> {
    desired.iter().filter_map(definition).collect()
}

fn definition(object: &Object) -> Option<(GroupKind, Scope)> {
    if !is_definition(object.id().group_kind()) {
        return None;
    }
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
    let scope = match text("/spec/scope")? {
        "Namespaced" => Scope::Namespaced,
        "Cluster" => Scope::Cluster,
        _ => return None,
    };
    Some((GroupKind::new(text("/spec/group")?, text("/spec/names/kind")?), scope))
}

/// Whether objects of this kind define kinds.
pub(super) fn is_definition(kind: &GroupKind) -> bool {
    kind.is("apiextensions.k8s.io", "CustomResourceDefinition")
}

fn became_one(both: &Duplicate) -> ApplyError {
    let place = |object: &Object| {
        object.origin().map_or_else(|| "an unknown place".into(), ToString::to_string)
    };
    ApplyError::Invalid(format!(
        "{}: declared twice, in {} and in {}; the cluster takes both for one object",
        both.first.id(),
        place(&both.first),
        place(&both.second)
    ))
}
