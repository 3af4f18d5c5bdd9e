//! The resources of a build, in order, found by what they are called.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::id::ResId;
use super::problem::{Problem, Result};
use super::resource::Resource;

/// Resources in the order in which they came.
///
/// They are found by their names through an index, which is made at the first question after a
/// change: upstream asks all resources each time, and is quadratic for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources {
    list: Vec<Resource>,
    current: OnceCell<Index>,
    any: OnceCell<Index>,
}

/// Where resources are, by a digest of what they are called.
type Index = HashMap<u64, Vec<usize>>;

impl Resources {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.forget();
        self.list.iter_mut()
    }

    pub(crate) fn get(&self, at: usize) -> &Resource {
        &self.list[at]
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> &mut Resource {
        self.forget();
        &mut self.list[at]
    }

    /// Changes one resource. Unlike after [`get_mut`](Self::get_mut), others are found as before
    /// where it keeps all its names.
    pub(crate) fn edit<T>(&mut self, at: usize, change: impl FnOnce(&mut Resource) -> T) -> T {
        let before: Vec<ResId> = self.list[at].all_ids().cloned().collect();
        let resource = &mut self.list[at];
        let changed = change(resource);
        if resource.is_gone() || !resource.all_ids().eq(&before) {
            self.forget();
        }
        changed
    }

    /// Adds a resource at the end.
    ///
    /// # Errors
    /// Where one of that name is there already.
    pub(crate) fn append(&mut self, resource: Resource) -> Result<()> {
        let id = resource.id();
        if let Some(at) = self.by_current_id(id).first() {
            return Err(registered(id, &self.list[*at], &resource));
        }
        let at = self.list.len();
        let current = self.current.get_mut().expect("because it was just asked");
        note(current, at, digest(id));
        if let Some(any) = self.any.get_mut() {
            resource.all_ids().for_each(|id| note(any, at, digest(id)));
        }
        self.list.push(resource);
        Ok(())
    }

    /// Adds resources at the end.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub(crate) fn append_all(&mut self, others: impl IntoIterator<Item = Resource>) -> Result<()> {
        others.into_iter().try_for_each(|it| self.append(it))
    }

    /// Where the resources are that are called so now, in order.
    pub(crate) fn by_current_id(&self, id: &ResId) -> Vec<usize> {
        let index = self.current.get_or_init(|| {
            index(self.list.iter().enumerate().map(|(at, it)| (at, digest(it.id()))))
        });
        self.found(index, id, |it| it.id().equals(id))
    }

    /// Where the resources are that are or were called so, in order; what is gone is left out.
    pub(crate) fn by_any_id(&self, id: &ResId) -> Vec<usize> {
        let index = self.any.get_or_init(|| {
            let all = |(at, it): (usize, &Resource)| -> Vec<(usize, u64)> {
                it.all_ids().map(|id| (at, digest(id))).collect()
            };
            index(self.list.iter().enumerate().flat_map(all))
        });
        self.found(index, id, |it| !it.is_gone() && it.all_ids().any(|own| own.equals(id)))
    }

    /// Where the resources are for which `matches` holds, in order.
    pub(crate) fn positions(&self, matches: impl Fn(&Resource) -> bool) -> Vec<usize> {
        let found = self.list.iter().enumerate().filter(|(_, it)| matches(it));
        found.map(|(at, _)| at).collect()
    }

    /// Leaves out what is gone, after each step; what stands in several places of a resource and
    /// was set in one of them is set in all.
    pub(crate) fn drop_gone(&mut self) {
        if self.list.iter().any(Resource::is_gone) {
            self.retain(|resource| !resource.is_gone());
        }
        self.list.iter_mut().for_each(Resource::settle);
    }

    /// Leaves out what `keep` does not want.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Resource) -> bool) {
        self.forget();
        self.list.retain(keep);
    }

    /// Puts them in another order.
    pub(crate) fn reorder(&mut self, sort: impl FnOnce(&mut Vec<Resource>)) {
        self.forget();
        sort(&mut self.list);
    }

    /// Takes all of them out.
    pub(crate) fn take(&mut self) -> Vec<Resource> {
        self.forget();
        std::mem::take(&mut self.list)
    }

    fn found(&self, index: &Index, id: &ResId, is: impl Fn(&Resource) -> bool) -> Vec<usize> {
        let near = index.get(&digest(id)).map_or(&[][..], Vec::as_slice);
        near.iter().copied().filter(|at| is(&self.list[*at])).collect()
    }

    fn forget(&mut self) {
        self.current.take();
        self.any.take();
    }
}

fn registered(id: &ResId, first: &Resource, second: &Resource) -> Problem {
    let mut problem =
        Problem::new(format!("may not add resource with an already registered id: {id}"));
    if let Some(origin) = &second.origin {
        problem = problem.at(origin.into());
    }
    match &first.origin {
        Some(origin) => {
            problem.message = format!("{} (the first is at {origin})", problem.message);
            problem
        }
        None => problem,
    }
}

fn index(places: impl Iterator<Item = (usize, u64)>) -> Index {
    let mut index = Index::new();
    places.for_each(|(at, digest)| note(&mut index, at, digest));
    index
}

/// Adds a place to the index, behind all others.
fn note(index: &mut Index, at: usize, digest: u64) {
    let all = index.entry(digest).or_default();
    if all.last() != Some(&at) {
        all.push(at);
    }
}

/// The same for ids that are equal.
fn digest(id: &ResId) -> u64 {
    let mut hasher = DefaultHasher::new();
    let ResId { gvk, name, .. } = id;
    (&*gvk.group, &*gvk.version, &*gvk.kind, &**name, id.effective_namespace()).hash(&mut hasher);
    hasher.finish()
}
