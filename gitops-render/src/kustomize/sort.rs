//! The order of the output (`api/internal/builtins/SortOrderTransformer.go`).

use std::cmp::Ordering;
use std::collections::HashSet;

use gitops_diff::Text;

use super::config::Ranks;
use super::id::{Gvk, ResId};
use super::kustomization::SortOptions;
use super::problem::{Problem, Result};
use super::resources::Resources;
use super::transform::Transformer;

/// Sorts the output as `sortOptions` say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) options: SortOptions,
}

impl Sort {
    /// That of a command line whose kustomization says nothing.
    pub(crate) fn legacy() -> Self {
        Self { options: SortOptions { order: "legacy".into(), legacy: None } }
    }
}

impl Transformer for Sort {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let SortOptions { order, legacy } = &self.options;
        match (&**order, legacy) {
            ("fifo", None) => Ok(()),
            ("fifo", Some(_)) => Err(Problem::new(
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is \
                 'fifo', not 'legacy'",
            )),
            ("legacy", None) => sort(resources, &Ranks::builtin()),
            ("legacy", Some(kinds)) => {
                let (first, last) = (&kinds.first, &kinds.last);
                sort(resources, &Ranks::new(first.iter(), last.iter()))
            }
            _ => Err(Problem::new("the field 'sortOptions.order' must be one of [fifo, legacy]")),
        }
    }
}

fn sort(resources: &mut Resources, ranks: &Ranks<'_>) -> Result<()> {
    refuse_doubles(resources)?;
    resources.reorder(|list| {
        list.sort_by_cached_key(|resource| Key::of(resource.id(), ranks));
    });
    Ok(())
}

fn refuse_doubles(resources: &Resources) -> Result<()> {
    let mut seen = HashSet::new();
    let double = resources.iter().map(super::resource::Resource::id).find(|id| {
        let gvk = (&id.gvk.group, &id.gvk.version, &id.gvk.kind);
        !seen.insert((gvk, &id.name, id.effective_namespace()))
    });
    match double {
        None => Ok(()),
        Some(id) => Err(Problem::new(format!(
            "SortOrderTransformer: Failed to append to resources: \
             may not add resource with an already registered id: {id}"
        ))),
    }
}

/// By what a resource is sorted.
#[derive(PartialEq, Eq)]
struct Key {
    rank: i64,
    gvk: Gvk,
    gvk_text: String,
    id_text: String,
}

impl Key {
    fn of(id: &ResId, ranks: &Ranks<'_>) -> Self {
        let or = |text: &Text, none: &'static str| {
            if text.is_empty() { Text::from(none) } else { text.clone() }
        };
        let (namespace, name) = (or(&id.namespace, "~X"), or(&id.name, "~N"));
        Self {
            rank: ranks.of(&id.gvk.kind),
            gvk: id.gvk.clone(),
            gvk_text: id.gvk.sort_text(),
            id_text: format!("{}|{namespace}|{name}", id.gvk),
        }
    }

    /// Kubernetes' own namespaces, which have no group, come before all others.
    fn is_reversed(&self, other: &Self) -> bool {
        let is_namespace = |key: &Self| key.gvk.kind == "Namespace";
        is_namespace(self)
            && is_namespace(other)
            && (self.gvk.group.is_empty() || other.gvk.group.is_empty())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.gvk.equals(&other.gvk) {
            return self.id_text.cmp(&other.id_text);
        }
        let by_rank = self.rank.cmp(&other.rank);
        let by_text = self.gvk_text.cmp(&other.gvk_text);
        by_rank.then(if self.is_reversed(other) { by_text.reverse() } else { by_text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::kustomization::LegacySortOptions;
    use crate::kustomize::transform::tests::resources;

    fn check(options: SortOptions, kinds: &[&str], expected: std::result::Result<&[&str], &str>) {
        let text: Vec<String> = kinds
            .iter()
            .map(|it| {
                let (api_version, kind) = it.rsplit_once('/').expect("a kind");
                format!("{{apiVersion: {api_version:?}, kind: {kind}, metadata: {{name: a}}}}")
            })
            .collect();
        let mut all = resources(&text.join("\n---\n"));
        let sorted = Sort { options }.transform(&mut all).map(|()| {
            let name = |it: &super::super::resource::Resource| {
                format!("{}/{}", it.id().gvk.api_version(), it.kind())
            };
            all.iter().map(name).collect::<Vec<_>>()
        });
        let expected = expected.map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(sorted.map_err(|it| it.message), expected.map_err(str::to_owned));
    }

    fn legacy(first: &[&str], last: &[&str]) -> SortOptions {
        let texts = |kinds: &[&str]| kinds.iter().map(|kind| Text::from(*kind)).collect();
        let legacy = LegacySortOptions { first: texts(first), last: texts(last) };
        SortOptions { order: "legacy".into(), legacy: Some(legacy) }
    }

    #[test]
    fn kinds_come_in_the_order_that_is_asked_for() {
        let kinds = ["v1/Pod", "apps/v1/Deployment", "v1/Namespace", "z/v1/Namespace", "a/v1/Pod"];
        let legacy_order =
            ["v1/Namespace", "z/v1/Namespace", "apps/v1/Deployment", "a/v1/Pod", "v1/Pod"];
        check(Sort::legacy().options, &kinds, Ok(&legacy_order));
        let own = ["a/v1/Pod", "v1/Pod", "apps/v1/Deployment", "v1/Namespace", "z/v1/Namespace"];
        check(legacy(&["Pod"], &["Namespace"]), &kinds, Ok(&own));
        let fifo = SortOptions { order: "fifo".into(), legacy: None };
        check(fifo, &kinds, Ok(&kinds));
    }

    #[test]
    fn options_that_contradict_each_other_are_refused() {
        let fifo = SortOptions { order: "fifo".into(), ..legacy(&[], &[]) };
        let message = "the field 'sortOptions.legacySortOptions' is set but the selected sort \
                       order is 'fifo', not 'legacy'";
        check(fifo, &["v1/Pod"], Err(message));
        let none = SortOptions { order: Text::default(), ..legacy(&[], &[]) };
        let message = "the field 'sortOptions.order' must be one of [fifo, legacy]";
        check(none, &["v1/Pod"], Err(message));
    }
}
