//! Which refusals say that a field cannot be changed while the object lives, so that only a new
//! object can have what is declared.

use super::Cause;

/// What the server says of such fields, kind by kind.
const SIGNS: [&str; 19] = [
    // `ValidateImmutableField`; `Secret` and `ConfigMap` whose `immutable` is set.
    "is immutable",
    // The addresses and the class of a load balancer of `Service`.
    "may not change once set",
    "primary value can not be unset",
    // `RoleBinding`, `ClusterRoleBinding`.
    "cannot change roleRef",
    "cannot be changed",
    // `StatefulSet`.
    "updates to statefulset spec for fields other than",
    // `Pod`.
    "pod updates may not change fields other than",
    "pod updates may not add or remove containers",
    "existing toleration can not be modified",
    "must be less than or equal to previous value",
    "must not update from a positive integer to nil value",
    "only deletion is allowed, but found new scheduling gate",
    // `PersistentVolumeClaim` and `PersistentVolume`.
    "field can not be less than",
    "update from non-nil value to nil is forbidden",
    // `Node`.
    "node updates may not change",
    "may not be updated",
    // `VolumeAttributesClass`, `PriorityClass`.
    "updates to parameters are forbidden",
    "updates to driverName are forbidden",
    "may not be changed in an update",
];

/// Of whose change a new object is no cure: it would be another one.
const IDENTITY: [&str; 5] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.creationTimestamp",
    "metadata.deletionTimestamp",
];

pub(super) fn is_told(cause: &Cause) -> bool {
    let identity = IDENTITY.contains(&cause.field.as_str());
    !identity && SIGNS.iter().any(|it| cause.message.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    #[test]
    fn what_cannot_be_changed_is_told_from_what_is_wrong() {
        let invalid = |field, detail| Cause::invalid(field, &Value::Null, detail);
        let cases = [
            (invalid("spec.selector", "field is immutable"), true),
            (invalid("spec.template", "field is immutable"), true),
            (invalid("spec.clusterIPs[0]", "may not change once set"), true),
            (invalid("roleRef", "cannot change roleRef"), true),
            (
                Cause::forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and \
                     volumeAttributesClassName for bound claims",
                ),
                true,
            ),
            (
                Cause::forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', \
                     'template', 'updateStrategy', 'revisionHistoryLimit', \
                     'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                ),
                true,
            ),
            (Cause::forbidden("data", "field is immutable when `immutable` is set"), true),
            (Cause::forbidden("parameters", "updates to parameters are forbidden."), true),
            (invalid("metadata.uid", "field is immutable"), false),
            (invalid("spec.replicas", "must be greater than or equal to 0"), false),
            (Cause::required("spec.selector", ""), false),
            (
                Cause::forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted",
                ),
                false,
            ),
            (invalid("spec.grow", "can only grow"), false),
            (invalid("spec.grow", "can only grow").unchangeable(), true),
        ];
        for (cause, expected) in cases {
            assert_eq!(cause.is_immutable(), expected, "{}: {}", cause.field, cause.message);
        }
    }
}
