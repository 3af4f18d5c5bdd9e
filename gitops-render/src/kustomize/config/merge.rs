//! Merging configurations.

use std::collections::HashMap;
use std::sync::Arc;

use gitops_diff::Text;

use super::order::sort_by_kind;
use super::{BackReferences, Config};
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::problem::{Problem, Result};

impl Config {
    /// This configuration with all of `other` that it does not have.
    ///
    /// # Errors
    /// Where both have a field, and only one makes it where it is not there.
    pub(crate) fn merge(self: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>> {
        if other.is_empty() {
            return Ok(Arc::clone(self));
        }
        if !Arc::ptr_eq(other, Self::builtin()) {
            return self.merged(other);
        }
        if self.is_empty() || Arc::ptr_eq(self, other) {
            return Ok(Arc::clone(other));
        }
        self.with_builtin.get_or_init(|| self.merged(other)).clone()
    }

    fn merged(&self, other: &Self) -> Result<Arc<Self>> {
        let mut all = self.clone();
        all.with_builtin.take();
        for (list, (name, more)) in all.lists_mut().into_iter().zip(other.lists()) {
            merge_fields(list, more).map_err(|problem| failed(&problem, name))?;
        }
        merge_references(&mut all.name_reference, &other.name_reference)
            .map_err(|problem| failed(&problem, "NameReference"))?;
        all.sort();
        Ok(Arc::new(all))
    }

    /// Sorts the fields as upstream does after each merge: by kind, and references by the kind
    /// that is referred to.
    pub(super) fn sort(&mut self) {
        for list in self.lists_mut() {
            sort_by_kind(list, |spec| &spec.gvk);
        }
        sort_by_kind(&mut self.name_reference, |it| &it.target);
    }
}

fn failed(problem: &Problem, name: &str) -> Problem {
    problem.clone().within(format!("failed to merge {name} fieldSpec"))
}

/// Adds to `list` what it does not have of `more`.
///
/// It has a field if it has its path for a kind that is one of the field's kinds.
///
/// # Errors
/// Where it has a field, and only one of both makes it where it is not there.
pub(crate) fn merge_fields(list: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<()> {
    let mut by_path: HashMap<Text, Vec<usize>> = HashMap::new();
    for (at, spec) in list.iter().enumerate() {
        by_path.entry(spec.path.clone()).or_default().push(at);
    }
    for spec in more {
        let found = by_path.entry(spec.path.clone()).or_default();
        match found.iter().find(|at| list[**at].gvk.is_selected(&spec.gvk)) {
            Some(at) if list[*at].create != spec.create => {
                return Err(Problem::new("conflicting fieldspecs"));
            }
            Some(_) => {}
            None => {
                found.push(list.len());
                list.push(spec.clone());
            }
        }
    }
    Ok(())
}

pub(super) fn merge_references(
    list: &mut Vec<BackReferences>,
    more: &[BackReferences],
) -> Result<()> {
    for one in more {
        let mut same = list.iter_mut().filter(|it| it.target.equals(&one.target)).peekable();
        if same.peek().is_none() {
            list.push(one.clone());
            continue;
        }
        same.try_for_each(|it| merge_fields(&mut it.referrers, &one.referrers))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::id::Gvk;

    fn spec(kind: &str, path: &str, create: bool) -> FieldSpec {
        FieldSpec { gvk: Gvk::unscoped("", kind), path: path.into(), create }
    }

    fn labels(specs: &[FieldSpec]) -> Arc<Config> {
        Arc::new(Config { labels: specs.to_vec(), ..Config::default() })
    }

    fn check(
        first: &[FieldSpec],
        second: &[FieldSpec],
        expected: std::result::Result<&[FieldSpec], &str>,
    ) {
        let merged = labels(first).merge(&labels(second));
        assert_eq!(
            merged.as_ref().map(|it| it.labels.as_slice()).map_err(|it| it.message.as_str()),
            expected
        );
    }

    #[test]
    fn what_is_there_is_not_added_and_all_is_sorted() {
        let (job, pod) = (|| spec("Job", "a", true), || spec("Pod", "a", true));
        let (namespace, any) = (|| spec("Namespace", "b", false), || spec("", "a", true));
        check(&[pod()], &[job(), pod()], Ok(&[job(), pod()]));
        check(&[pod()], &[namespace()], Ok(&[namespace(), pod()]));
        check(&[pod()], &[any()], Ok(&[pod()]));
        check(&[any()], &[pod()], Ok(&[pod(), any()]));
    }

    #[test]
    fn a_field_of_all_kinds_is_there_if_one_of_a_kind_is() {
        let (pod, any) = (|| spec("Pod", "a", true), || spec("", "a", true));
        check(&[], &[pod(), any()], Ok(&[pod()]));
        check(&[], &[any(), pod()], Ok(&[pod(), any()]));
    }

    #[test]
    fn fields_that_are_made_by_one_only_are_in_conflict() {
        let conflict = Err("failed to merge Labels fieldSpec: conflicting fieldspecs");
        check(&[spec("Pod", "a", true)], &[spec("Pod", "a", false)], conflict);
        check(&[spec("Pod", "a", true)], &[spec("", "a", false)], conflict);
        let both = [spec("Pod", "a", true), spec("", "a", false)];
        check(&[spec("", "a", false)], &[spec("Pod", "a", true)], Ok(&both));
    }

    #[test]
    fn what_has_the_builtin_one_gets_no_more_of_it() {
        let builtin = Config::builtin();
        let more = labels(&[spec("Pod", "a", true)]);
        let both = builtin.merge(&more).expect("no conflict");
        let again = both.merge(builtin).expect("no conflict");
        assert_eq!(again.lists(), both.lists());
        assert!(Arc::ptr_eq(&again, &both.merge(builtin).expect("no conflict")));
    }
}
