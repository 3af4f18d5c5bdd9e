//! Containers: those that run, those that run before, and those that debug.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use super::env::{check_env, check_env_from};
use super::mounts::{Volumes, check_devices, check_mounts};
use super::probes::{check_lifecycle, check_probes};
use super::resources::{check_container_name, check_requirements};
use super::rules::PodRules;
use super::security::check_container_context;
use super::volumes::check_pull_policy;

/// What the containers of a pod have in common.
pub(super) struct Pod<'a> {
    /// The volumes that nothing is wrong with.
    pub(super) volumes: Volumes<'a>,
    /// The names of its claims to devices.
    pub(super) claims: BTreeSet<&'a str>,
    /// How many seconds it has to stop.
    pub(super) grace: Option<i64>,
    /// When its containers are restarted.
    pub(super) restart: &'a str,
    /// Whether its users are those of the host.
    pub(super) host_users: bool,
    /// What it may have because it has it already.
    pub(super) rules: PodRules<'a>,
}

impl Pod<'_> {
    pub(super) fn check_containers(&self, containers: &Field<'_>) {
        if containers.list().is_empty() {
            return containers.required("");
        }
        let mut names = BTreeSet::new();
        for container in containers.items() {
            self.check_common(&container);
            if !names.insert(container.text("name")) {
                container.field("name").duplicate();
            }
            check_lifecycle(&container.field("lifecycle"), self.grace);
            check_probes(&container);
            check_restart_rules(&container);
        }
        check_host_ports(containers);
    }

    pub(super) fn check_init_containers(&self, containers: &Field<'_>, regular: &Field<'_>) {
        let regular = regular.list().iter().filter_map(|it| it.get("name")?.as_str());
        let mut names: BTreeSet<String> = regular.map(Into::into).collect();
        for container in containers.items() {
            let name = container.text("name");
            self.check_common(&container);
            check_restart_rules(&container);
            if names.contains(name) {
                container.field("name").duplicate();
            } else if !name.is_empty() {
                names.insert(name.into());
            }
            check_ports_of_one(containers, &container);
            if container.text("restartPolicy") == "Always" {
                check_lifecycle(&container.field("lifecycle"), self.grace);
                check_probes(&container);
            } else {
                self.check_once(&container);
            }
        }
    }

    /// A container that ends before the others start.
    fn check_once(&self, container: &Field<'_>) {
        for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if container.has(name) {
                let detail = "may not be set for init containers without restartPolicy=Always";
                container.field(name).forbidden(detail);
            }
        }
        for policy in container.field("resizePolicy").items() {
            let restart = policy.field("restartPolicy");
            let refused = restart.str() == "RestartContainer";
            if refused && !self.rules.allows_restart_of_init_containers() {
                restart.invalid(
                    "must not be set to 'RestartContainer' for non-sidecar initContainers",
                );
            }
        }
    }

    pub(super) fn check_ephemeral_containers(&self, spec: &Field<'_>) {
        const REFUSED: [&str; 9] = [
            "ports",
            "resources",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle",
            "resizePolicy",
            "restartPolicy",
            "restartPolicyRules",
        ];
        let lists = ["containers", "initContainers"].map(|it| spec.field(it).list());
        let others = lists.into_iter().flatten().filter_map(|it| it.get("name")?.as_str());
        let others: BTreeSet<&str> = others.collect();
        let mut names: BTreeSet<String> = others.iter().map(|it| (*it).into()).collect();
        for container in spec.field("ephemeralContainers").items() {
            self.check_common(&container);
            check_image_of_pod(&container);
            if !names.insert(container.text("name").into()) {
                container.field("name").duplicate();
            }
            let target = container.field("targetContainerName");
            if !target.is_empty() && !others.contains(target.str()) {
                target.not_found();
            }
            for name in REFUSED.into_iter().filter(|it| is_given(&container.field(it))) {
                container.field(name).forbidden("cannot be set for an Ephemeral Container");
            }
            for mount in container.field("volumeMounts").items() {
                for name in ["subPath", "subPathExpr"] {
                    if !mount.text(name).is_empty() {
                        mount.field(name).forbidden("cannot be set for an Ephemeral Container");
                    }
                }
            }
        }
    }

    fn check_common(&self, container: &Field<'_>) {
        let name = container.field("name");
        if name.is_empty() {
            name.required("");
        } else {
            name.check(names::dns_label);
        }
        container.field("image").require();
        let message = container.field("terminationMessagePolicy");
        if message.is_empty() {
            message.required("");
        } else {
            message.one_of(&["File", "FallbackToLogsOnError"]);
        }
        check_ports(&container.field("ports"));
        check_env(&container.field("env"));
        check_env_from(&container.field("envFrom"));
        check_mounts(container, &self.volumes);
        check_devices(container, &self.volumes);
        check_pull_policy(&container.field("imagePullPolicy"));
        let resources = container.field("resources");
        check_requirements(&resources, check_container_name, &self.claims, &self.rules);
        check_resize(&container.field("resizePolicy"), self.restart);
        check_container_context(&container.field("securityContext"), self.host_users);
    }
}

/// Whether a field was given: an empty list was, an empty struct may not have been.
fn is_given(field: &Field<'_>) -> bool {
    field.is_set() && (field.map().is_none() || !field.is_empty())
}

/// An image without blanks around it; templates do not ask for that.
pub(super) fn check_image_of_pod(container: &Field<'_>) {
    let image = container.field("image");
    if image.str().trim() != image.str() {
        image.invalid("must not have leading or trailing whitespace");
    }
}

fn check_ports(ports: &Field<'_>) {
    let mut names = BTreeSet::new();
    for port in ports.items() {
        let name = port.field("name");
        if !name.is_empty() {
            let faults = names::port_name(name.str());
            if faults.is_empty() && !names.insert(port.text("name")) {
                name.duplicate();
            }
            name.faults(faults);
        }
        let (number, host) = (port.field("containerPort"), port.field("hostPort"));
        match number.int().unwrap_or_default() {
            0 => number.required(""),
            it => number.faults(names::port_number(it)),
        }
        if let Some(it) = host.int().filter(|it| *it != 0) {
            host.faults(names::port_number(it));
        }
        check_protocol(&port.field("protocol"));
    }
}

pub(super) fn check_protocol(protocol: &Field<'_>) {
    if protocol.is_empty() {
        protocol.required("");
    } else {
        protocol.one_of(&["SCTP", "TCP", "UDP"]);
    }
}

/// Each port of the host is used once.
fn check_host_ports(containers: &Field<'_>) {
    let mut used = BTreeSet::new();
    for container in containers.items() {
        insert_host_ports(&container, &mut used);
    }
}

fn insert_host_ports(container: &Field<'_>, used: &mut BTreeSet<String>) {
    for port in container.field("ports").items() {
        let host = port.field("hostPort");
        if let Some(number) = host.int().filter(|it| *it != 0) {
            let key = format!("{}/{}/{number}", port.text("protocol"), port.text("hostIP"));
            if !used.insert(key.clone()) {
                host.duplicate_value(key);
            }
        }
    }
}

/// Init containers run one after the other; the server tells of each as if it were the first.
fn check_ports_of_one(containers: &Field<'_>, container: &Field<'_>) {
    let first = containers.item(0);
    insert_host_ports(&first.with(container.value), &mut BTreeSet::new());
}

fn check_resize(policies: &Field<'_>, pod_restart: &str) {
    let mut seen = BTreeSet::new();
    for policy in policies.items() {
        let (resource, restart) = (policy.field("resourceName"), policy.field("restartPolicy"));
        if !seen.insert(policy.text("resourceName")) {
            policy.duplicate_value(resource.str());
        }
        for (field, known) in
            [(&resource, ["cpu", "memory"]), (&restart, ["NotRequired", "RestartContainer"])]
        {
            if field.is_empty() {
                policies.required("");
            } else if !known.contains(&field.str()) {
                policies.with(field.value).not_supported(&known);
            }
        }
        if pod_restart == "Never" && restart.str() != "NotRequired" {
            let detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
            policies.with(restart.value).invalid(detail);
        }
    }
}

/// When a container is restarted on its own.
fn check_restart_rules(container: &Field<'_>) {
    let (policy, rules) = (container.field("restartPolicy"), container.field("restartPolicyRules"));
    if policy.is_set() {
        policy.one_of(&["Always", "Never", "OnFailure"]);
    } else if !rules.list().is_empty() {
        policy.required("must specify restartPolicy when restart rules are used");
    }
    if rules.list().len() > 20 {
        rules.too_many(20);
    }
    for rule in rules.items() {
        rule.field("action").one_of(&["Restart", "RestartAllContainers"]);
        let codes = rule.field("exitCodes");
        if !codes.is_set() {
            codes.required("must be specified");
            continue;
        }
        codes.field("operator").one_of(&["In", "NotIn"]);
        if codes.field("values").list().len() > 255 {
            codes.field("values").too_many(255);
        }
    }
}
