//! What a name can refer to: resources that were called so.

use std::collections::{HashMap, HashSet};

use gitops_diff::Text;

use crate::kustomize::id::{Gvk, NOT_A_NAMESPACE, ResId};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;

/// Resources by what they were called before.
pub(super) struct Candidates {
    all: Vec<Candidate>,
    /// Their places by one of their earlier names.
    by_name: HashMap<Text, Vec<usize>>,
    /// Their places by one of their earlier names and the namespace they are in now.
    by_namespace: HashMap<(Text, Text), Vec<usize>>,
    /// What is in each namespace, by that which it was in at first.
    origins: HashMap<Text, HashSet<Home>>,
}

/// A resource that can be referred to.
pub(super) struct Candidate {
    pub(super) id: ResId,
    kinds: Vec<Gvk>,
    /// The namespace that it was in at first.
    origin: Text,
    affixes: Affixes,
}

/// The prefixes and suffixes that a name got.
#[derive(Default)]
pub(super) struct Affixes {
    prefixes: Vec<Text>,
    suffixes: Vec<Text>,
}

/// Where a resource is now.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Home {
    /// As it counts.
    effective: Text,
    /// As it is written.
    written: Text,
}

/// A resource that refers to others.
pub(super) struct Referrer {
    pub(super) id: ResId,
    affixes: Affixes,
    /// The namespaces of the service accounts that a role binding names.
    accounts: HashSet<Text>,
    /// What `roleRef` says of the role.
    role: Option<Gvk>,
}

/// What is looked for.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    /// The namespace, where the reference has one.
    pub(super) namespace: Option<&'a str>,
    pub(super) target: &'a Gvk,
    /// Whether the reference is to a role, whose kind it names.
    pub(super) is_role: bool,
}

impl Candidates {
    pub(super) fn of(resources: &Resources) -> Self {
        let all: Vec<Candidate> = resources.iter().map(Candidate::of).collect();
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_namespace: HashMap<_, Vec<usize>> = HashMap::new();
        let mut origins: HashMap<_, HashSet<Home>> = HashMap::new();
        for (at, (candidate, resource)) in all.iter().zip(resources.iter()).enumerate() {
            let home = candidate.home();
            let names: HashSet<&Text> = resource.previous_ids().iter().map(|id| &id.name).collect();
            for name in names {
                by_name.entry(name.clone()).or_default().push(at);
                let key = (name.clone(), home.effective.clone());
                by_namespace.entry(key).or_default().push(at);
            }
            origins.entry(candidate.origin.clone()).or_default().insert(home);
        }
        Self { all, by_name, by_namespace, origins }
    }

    pub(super) fn get(&self, at: usize) -> &Candidate {
        &self.all[at]
    }

    /// The places of those that `referrer` can mean, in order: one is meant, of several the
    /// caller must see whether it matters.
    pub(super) fn select(&self, referrer: &Referrer, wanted: &Wanted<'_>) -> Vec<usize> {
        let in_origin = wanted.namespace.is_some_and(|it| self.has_origin(referrer, it));
        let mut found = self.near(referrer, wanted.name);
        found.retain(|at| {
            let it = &self.all[*at];
            it.is_in(wanted.namespace, in_origin)
                && it.was(wanted.target)
                && (!wanted.is_role || referrer.role.as_ref().is_none_or(|role| it.was(role)))
                && referrer.may_mean(it)
        });
        if found.len() == 1 {
            return found;
        }
        found.retain(|at| self.all[*at].affixes.fit(&referrer.affixes));
        if found.len() > 1 {
            found.retain(|at| self.all[*at].affixes.equal(&referrer.affixes));
        }
        found
    }

    /// Those of the name that a referrer can reach, in order.
    fn near(&self, referrer: &Referrer, name: &str) -> Vec<usize> {
        if referrer.id.gvk.cluster_scoped {
            return self.by_name.get(name).cloned().unwrap_or_default();
        }
        if !self.by_name.contains_key(name) {
            return Vec::new();
        }
        let accounts = referrer.accounts.iter().map(|it| effective(it));
        let namespaces = accounts.chain([referrer.id.effective_namespace(), NOT_A_NAMESPACE]);
        let key = |namespace: &str| (Text::from(name), Text::from(namespace));
        let mut found: Vec<usize> = namespaces
            .filter_map(|namespace| self.by_namespace.get(&key(namespace)))
            .flatten()
            .copied()
            .filter(|at| referrer.reaches(&self.all[*at].home()))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether anything that the referrer can reach was in the namespace at first.
    fn has_origin(&self, referrer: &Referrer, namespace: &str) -> bool {
        namespace != NOT_A_NAMESPACE
            && self
                .origins
                .get(namespace)
                .is_some_and(|homes| homes.iter().any(|home| referrer.reaches(home)))
    }
}

/// The namespace that counts where `written` is written.
fn effective(written: &str) -> &str {
    if written.is_empty() { "default" } else { written }
}

impl Candidate {
    fn of(resource: &Resource) -> Self {
        Self {
            id: resource.id().clone(),
            kinds: resource.previous_ids().iter().map(|id| id.gvk.clone()).collect(),
            origin: resource.original_id().effective_namespace().into(),
            affixes: Affixes::of(resource),
        }
    }

    fn home(&self) -> Home {
        let effective = self.id.effective_namespace().into();
        Home { effective, written: self.id.namespace.clone() }
    }

    /// Whether it was of the kind once.
    fn was(&self, gvk: &Gvk) -> bool {
        self.kinds.iter().any(|it| it.is_selected(gvk))
    }

    /// Whether it is in the namespace, if one is wanted: now, or at first.
    fn is_in(&self, namespace: Option<&str>, in_origin: bool) -> bool {
        let Some(namespace) = namespace else { return true };
        if in_origin {
            return self.origin == namespace;
        }
        !self.id.gvk.cluster_scoped && self.id.effective_namespace() == namespace
    }
}

impl Affixes {
    fn of(resource: &Resource) -> Self {
        let list = |key| resource.list(key).into_iter().map(Text::from).collect();
        Self { prefixes: list(internal::PREFIXES), suffixes: list(internal::SUFFIXES) }
    }

    /// Whether both end alike, or one has none.
    fn fit(&self, other: &Self) -> bool {
        let fit = |a: &[Text], b: &[Text]| a.is_empty() || b.is_empty() || end_alike(a, b);
        fit(&self.prefixes, &other.prefixes) && fit(&self.suffixes, &other.suffixes)
    }

    /// Whether both end alike.
    fn equal(&self, other: &Self) -> bool {
        end_alike(&self.prefixes, &other.prefixes) && end_alike(&self.suffixes, &other.suffixes)
    }
}

/// Whether one list is the end of the other; an empty one is that of an empty one only.
fn end_alike(a: &[Text], b: &[Text]) -> bool {
    (a.is_empty() == b.is_empty()) && (a.ends_with(b) || b.ends_with(a))
}

impl Referrer {
    /// # Errors
    /// Where a role binding names a service account whose namespace is no text.
    pub(super) fn of(resource: &Resource) -> crate::kustomize::problem::Result<Self> {
        Ok(Self {
            id: resource.id().clone(),
            affixes: Affixes::of(resource),
            accounts: super::subjects::namespaces(resource)?,
            role: super::subjects::role(resource.node()),
        })
    }

    /// Whether something can be referred to from here.
    fn reaches(&self, home: &Home) -> bool {
        self.id.gvk.cluster_scoped
            || home.effective == NOT_A_NAMESPACE
            || home.effective == self.id.effective_namespace()
            || self.accounts.contains(&home.written)
    }

    /// Whether it can refer to `candidate`, which it reaches: service accounts can be meant from
    /// other namespaces.
    fn may_mean(&self, candidate: &Candidate) -> bool {
        self.id.gvk.cluster_scoped
            || candidate.id.gvk.cluster_scoped
            || candidate.id.gvk.kind == "ServiceAccount"
            || candidate.id.effective_namespace() == self.id.effective_namespace()
    }
}
