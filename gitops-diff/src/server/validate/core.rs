//! Pods, services, volumes, workloads: the groups core, apps and batch
//! (`pkg/apis/{core,apps,batch}/validation`).

mod annotations;
mod claim;
mod config;
mod containers;
mod cron;
mod endpoints;
mod env;
mod events;
mod job_policy;
mod job_status;
mod jobs;
mod mounts;
mod nodes;
mod persistent_volume;
mod pod_claims;
mod pod_spec;
mod pod_status;
mod pods;
mod probes;
mod projected;
mod quota;
mod resources;
mod rules;
mod scheduling;
mod security;
mod service;
mod service_addresses;
mod stateful;
mod template;
mod volume_sources;
mod volumes;
mod windows;
mod workloads;

#[cfg(test)]
mod tests;

pub(super) use self::persistent_volume::{Place, check_spec as check_volume};
pub(super) use self::scheduling::{check_node_selector, check_topology_term};
use super::field::{Field, Report};
use crate::Value;
use crate::server::{Cause, Write};

/// What a runtime of containers costs beside them.
pub(super) fn check_overhead(overhead: &Field<'_>) {
    pod_spec::check_overhead(overhead, &rules::PodRules::template(None));
}

/// Which taints are tolerated, outside of a pod.
pub(super) fn check_tolerations(tolerations: &Field<'_>) {
    scheduling::check_tolerations(tolerations, &rules::PodRules::template(None));
}

/// The name of a resource that a container can ask for.
pub(super) fn check_container_resource(name: &Field<'_>) {
    resources::check_container_name(name, name.str());
}

pub(super) fn check(write: &Write<'_>, object: &Value, causes: &mut Vec<Cause>) {
    let report = Report::default();
    let root = Field::root(object, &report);
    match (write.subresource, write.live) {
        (Some("status"), Some(live)) => check_status(&write.kind.kind, &root, live),
        (Some("finalize"), _) => nodes::check_namespace_finalizers(&root),
        (Some("ephemeralcontainers" | "resize"), live) => {
            pods::check_whole(&root, &rules::PodRules::pod(live));
        }
        (_, live) => check_main(&write.kind.kind, &root, live),
    }
    let found = causes.len() + report.len();
    causes.extend(report.into_causes());
    if found == 0 && write.kind.is("", "Namespace") && write.subresource.is_none() {
        let report = Report::default();
        nodes::check_pod_security(&Field::root(object, &report), write.live);
        causes.extend(report.into_causes());
    }
}

fn check_main(kind: &str, root: &Field<'_>, live: Option<&Value>) {
    match kind {
        "ConfigMap" => config::check_config_map(root, live),
        "ControllerRevision" => workloads::check_controller_revision(root, live),
        "CronJob" => jobs::check_cron_job(root, live),
        "DaemonSet" => workloads::check_daemon_set(root, live),
        "Deployment" => workloads::check_deployment(root, live),
        "Endpoints" => endpoints::check(root, live),
        "Event" => events::check(root),
        "Job" => jobs::check(root, live),
        "LimitRange" => quota::check_limit_range(root),
        "Namespace" => nodes::check_namespace(root),
        "Node" => nodes::check_node(root, live),
        "PersistentVolume" => persistent_volume::check(root, live),
        "PersistentVolumeClaim" => claim::check(root, live),
        "Pod" => pods::check(root, live),
        "PodTemplate" => template::check_pod_template(root, live),
        "ReplicaSet" => workloads::check_replica_set(root, live),
        "ReplicationController" => workloads::check_replication_controller(root, live),
        "ResourceQuota" => quota::check_quota(root, live),
        "Secret" => config::check_secret(root, live),
        "Service" => service::check(root, live),
        "StatefulSet" => stateful::check(root, live),
        _ => {}
    }
}

fn check_status(kind: &str, root: &Field<'_>, live: &Value) {
    match kind {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" => {
            workloads::check_status(kind, root, Some(live));
        }
        "Job" => job_status::check(root, live),
        "Namespace" => nodes::check_namespace_status(root),
        "Node" => nodes::check_node(root, Some(live)),
        "PersistentVolumeClaim" => claim::check_status(root),
        "Pod" => pod_status::check(root, live),
        "ResourceQuota" => quota::check_quota_status(root),
        "Service" => service::check_status(root, Some(live)),
        _ => {}
    }
}

/// What the server refuses before it looks at the whole object; it tells of nothing else then.
pub(super) fn check_early(write: &Write<'_>, object: &Value) -> Vec<Cause> {
    let report = Report::default();
    if write.kind.is("", "Service") && write.subresource.is_none() {
        let root = Field::root(object, &report);
        let was = write.live.and_then(|it| it.get("spec"));
        service_addresses::check_allocation(&root.field("spec"), was);
    }
    report.into_causes()
}
