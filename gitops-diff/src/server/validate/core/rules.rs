//! What a pod may have because the live one has it already: rules became stricter over time, and
//! an update must not be refused for what it does not touch (`pkg/api/pod`,
//! `GetValidationOptionsFromPodSpecAndMeta`).

use super::super::field::{Field, Report};
use super::super::names;
use super::super::selectors::{SelectorValues, values_of};
use super::{resources, scheduling, security};
use crate::{Map, Value};

/// The rules for one pod or pod template.
#[derive(Clone, Copy, Debug)]
pub(super) struct PodRules<'a> {
    /// Whether it is a pod itself, no template of one.
    pub(super) is_pod: bool,
    /// The live pod or template: its metadata and spec.
    live: Option<&'a Value>,
}

impl<'a> PodRules<'a> {
    /// The rules for a template.
    pub(super) fn template(live: Option<&'a Value>) -> Self {
        Self { is_pod: false, live }
    }

    /// The rules for a pod.
    pub(super) fn pod(live: Option<&'a Value>) -> Self {
        Self { is_pod: true, live }
    }

    fn live_at(&self, pointer: &str) -> Option<&'a Value> {
        self.live?.pointer(pointer)
    }

    fn live_items(&self, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.live_at(pointer).and_then(Value::as_list).unwrap_or_default().iter()
    }

    fn live_containers(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.live_items("/spec/containers").chain(self.live_items("/spec/initContainers"))
    }

    /// Which values selectors of other pods may have.
    pub(super) fn affinity_values(&self) -> SelectorValues {
        const TERMS: [(&str, &str); 4] = [
            ("/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution", ""),
            (
                "/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution",
                "/podAffinityTerm",
            ),
            (
                "/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution",
                "/podAffinityTerm",
            ),
        ];
        let of_term = |term: &Value| {
            ["labelSelector", "namespaceSelector"]
                .into_iter()
                .any(|it| values_of(term.get(it)) == SelectorValues::Any)
        };
        let any = TERMS.iter().any(|(list, below)| {
            self.live_items(list).filter_map(|it| it.pointer(below)).any(of_term)
        });
        if any { SelectorValues::Any } else { SelectorValues::Strict }
    }

    /// Which values the selectors of nodes may have.
    pub(super) fn node_values(&self) -> SelectorValues {
        const TERMS: &str = "/spec/affinity/nodeAffinity/\
            requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
        let any = self.live_items(TERMS).any(|it| values_of(Some(it)) == SelectorValues::Any);
        if any { SelectorValues::Any } else { SelectorValues::Strict }
    }

    /// Whether the live pod already breaks a rule that holds for each of its spread constraints.
    fn breaks(&self, rule: fn(&Field<'_>)) -> bool {
        self.live_items("/spec/topologySpreadConstraints").any(|it| {
            let report = Report::default();
            rule(&Field::root(it, &report));
            report.len() > 0
        })
    }

    /// Whether selectors of spread constraints are not looked at.
    pub(super) fn allows_any_spread_selector(&self) -> bool {
        self.breaks(scheduling::check_spread_selector)
    }

    /// Whether keys of spread constraints are judged as before they were merged into selectors.
    pub(super) fn has_unmerged_keys(&self) -> bool {
        self.breaks(scheduling::check_merged_keys)
    }

    /// Whether parts of huge pages can be asked for.
    pub(super) fn allows_any_huge_pages(&self) -> bool {
        self.live_containers().any(|container| {
            ["/resources/limits", "/resources/requests"].into_iter().any(|it| {
                let amounts = container.pointer(it).and_then(Value::as_map);
                amounts.into_iter().flat_map(Map::iter).any(|(name, amount)| {
                    resources::is_huge_page(name) && !resources::is_divisible(name, amount)
                })
            })
        })
    }

    /// Whether the tokens of service accounts can lie anywhere.
    pub(super) fn allows_any_token_path(&self) -> bool {
        let sources =
            self.live_items("/spec/volumes").filter_map(|it| it.pointer("/projected/sources"));
        sources.flat_map(|it| it.as_list().unwrap_or_default()).any(|source| {
            let path = source.pointer("/serviceAccountToken/path").and_then(Value::as_str);
            path.is_some_and(|it| it.starts_with('/') || it.split('/').any(|it| it == ".."))
        })
    }

    /// Whether a pod can change the kernel of its host.
    pub(super) fn allows_host_sysctls(&self) -> bool {
        let Some(spec) = self.live_at("/spec") else { return false };
        let mut names =
            self.live_items("/spec/securityContext/sysctls").filter_map(|it| it.get("name"));
        names.any(|it| security::is_host_sysctl(it.as_str().unwrap_or_default(), spec))
    }

    /// Whether the cost of deletion may be no number.
    pub(super) fn allows_any_deletion_cost(&self) -> bool {
        let cost = self.live_at("/metadata/annotations");
        let cost = cost.and_then(|it| it.get("controller.kubernetes.io/pod-deletion-cost"));
        cost.and_then(Value::as_str).is_some_and(|it| !is_deletion_cost(it))
    }

    /// Whether init containers may be restarted to be resized.
    pub(super) fn allows_restart_of_init_containers(&self) -> bool {
        self.live_items("/spec/initContainers").any(|it| {
            let once = it.get("restartPolicy").and_then(Value::as_str) != Some("Always");
            let policies = it.get("resizePolicy").and_then(Value::as_list).unwrap_or_default();
            let restart = |it: &Value| it.get("restartPolicy") == Some(&"RestartContainer".into());
            once && policies.iter().any(restart)
        })
    }

    /// Whether a pod with users of its own may use devices.
    pub(super) fn allows_devices_of_own_users(&self) -> bool {
        let own = self.live_at("/spec/hostUsers") == Some(&Value::Bool(false));
        let devices = |it: &Value| it.get("volumeDevices").is_some_and(|it| !it.is_null());
        own && self.live_containers().any(devices)
    }

    /// Whether a pod with users of its own may use the network of its host.
    pub(super) fn allows_host_network_of_own_users(&self) -> bool {
        self.live_at("/spec/hostUsers") == Some(&Value::Bool(false))
            && self.live_at("/spec/hostNetwork") == Some(&Value::Bool(true))
    }

    /// Whether tolerations compare numbers.
    pub(super) fn allows_comparing_tolerations(&self) -> bool {
        let mut operators =
            self.live_items("/spec/tolerations").filter_map(|it| it.get("operator"));
        operators.any(|it| matches!(it.as_str(), Some("Lt" | "Gt")))
    }
}

/// Whether a text is what `strconv.ParseInt` reads as 32 bits, without a plus or leading zeros.
pub(super) fn is_deletion_cost(text: &str) -> bool {
    let first = text == "0" || text.starts_with(|it: char| it == '-' || ('1'..='9').contains(&it));
    first
        && text.parse::<i32>().is_ok()
        && names::label_value(text.trim_start_matches('-')).is_empty()
}
