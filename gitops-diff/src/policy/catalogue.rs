//! Rules that are shipped: what clusters and well-known controllers own.
//!
//! Which fields clusters own was gathered by kapp (Carvel) in its default configuration
//! (`pkg/kapp/config/default.go`, Apache-2.0) and by Fleet (replicas of scaled workloads); the
//! rules here are written anew from these facts, from the Kubernetes API reference, and from the
//! documentation of cert-manager, KEDA and `OpenShift`.

use std::fmt;
use std::str::FromStr;

use super::{Policy, Rule};

/// Rules that belong together, to be picked.
///
/// ```
/// use gitops_diff::policy::{Catalogue, Policy};
///
/// let rules = [Catalogue::ClusterOwned, Catalogue::AggregatedRoles].map(Catalogue::rules);
/// let policy = Policy::new(rules.concat())?;
/// assert!(policy.rules().any(|it| it.id() == "service-cluster-ip"));
/// # Ok::<(), gitops_diff::policy::PolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Catalogue {
    /// What the API server and its controllers allocate and fill in: addresses and ports of
    /// Services, volumes of claims, tokens of service accounts, ….
    ClusterOwned,
    /// CA bundles of webhooks, conversions and API services: what is declared, else what lives;
    /// where cert-manager or service-ca is asked for one, what lives.
    CaBundles,
    /// The rules of cluster roles that aggregate others.
    AggregatedRoles,
    /// The replicas of what a declared or living autoscaler scales; needs [`Policy::among`].
    ScaledReplicas,
    /// What `OpenShift` adds to namespaces and service accounts.
    OpenShift,
}

impl Catalogue {
    /// Every catalogue.
    pub const ALL: [Self; 5] = [
        Self::ClusterOwned,
        Self::CaBundles,
        Self::AggregatedRoles,
        Self::ScaledReplicas,
        Self::OpenShift,
    ];

    /// Its name: `cluster-owned`.
    pub fn name(self) -> &'static str {
        self.source().0
    }

    /// Its rules.
    pub fn rules(self) -> Vec<Rule> {
        let (name, json) = self.source();
        // Never the default: a test reads every catalogue.
        Rule::from_json(json, &format!("catalogue/{name}.json")).unwrap_or_default()
    }

    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::ClusterOwned => ("cluster-owned", include_str!("catalogue/cluster-owned.json")),
            Self::CaBundles => ("ca-bundles", include_str!("catalogue/ca-bundles.json")),
            Self::AggregatedRoles => {
                ("aggregated-roles", include_str!("catalogue/aggregated-roles.json"))
            }
            Self::ScaledReplicas => {
                ("scaled-replicas", include_str!("catalogue/scaled-replicas.json"))
            }
            Self::OpenShift => ("openshift", include_str!("catalogue/openshift.json")),
        }
    }
}

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Catalogue {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|it| it.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("`{name}` is no catalogue; there are {known}")
        })
    }
}

impl Policy {
    /// The rules of every [`Catalogue`].
    pub fn defaults() -> Self {
        // Never the default: a test compiles every catalogue.
        Self::new(Catalogue::ALL.map(Catalogue::rules).concat()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_catalogue_is_read_and_says_where_each_rule_stands() {
        for catalogue in Catalogue::ALL {
            let (name, json) = catalogue.source();
            assert_eq!(name.parse(), Ok(catalogue));
            for rule in catalogue.rules() {
                let origin = rule.origin.clone().unwrap();
                let line = json.lines().nth(origin.line as usize - 1).unwrap();
                assert!(line.contains(&format!("\"id\": \"{}\"", rule.id())), "{line}");
                assert!(rule.because.is_some(), "{line}");
            }
        }
        let total: usize = Catalogue::ALL.map(|it| it.rules().len()).iter().sum();
        assert_eq!(Policy::defaults().rules().len(), total);
    }
}
