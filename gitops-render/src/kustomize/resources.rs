//! The resources of a build, in order, found by what they are called.

use super::id::ResId;
use super::problem::{Problem, Result};
use super::resource::Resource;

/// Resources in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources {
    list: Vec<Resource>,
}

impl Resources {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.list.iter_mut()
    }

    /// Adds a resource at the end.
    ///
    /// # Errors
    /// Where one of that name is there already.
    pub(crate) fn append(&mut self, resource: Resource) -> Result<()> {
        if self.by_current_id(resource.id()).next().is_some() {
            let id = resource.id();
            return Err(Problem::new(format!(
                "may not add resource with an already registered id: {id}"
            )));
        }
        self.list.push(resource);
        Ok(())
    }

    /// Where the resources are that are called so now.
    pub(crate) fn by_current_id(&self, id: &ResId) -> impl Iterator<Item = usize> {
        self.positions(move |it| it.id().equals(id))
    }

    /// Where the resources are that are or were called so; what is gone is left out.
    pub(crate) fn by_any_id(&self, id: &ResId) -> impl Iterator<Item = usize> {
        self.positions(move |it| !it.is_gone() && it.all_ids().any(|own| own.equals(id)))
    }

    pub(crate) fn positions(
        &self,
        matches: impl Fn(&Resource) -> bool,
    ) -> impl Iterator<Item = usize> {
        self.list.iter().enumerate().filter(move |(_, it)| matches(it)).map(|(at, _)| at)
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> &mut Resource {
        &mut self.list[at]
    }

    pub(crate) fn get(&self, at: usize) -> &Resource {
        &self.list[at]
    }

    /// Leaves out what is gone.
    pub(crate) fn drop_gone(&mut self) {
        self.list.retain(|resource| !resource.is_gone());
    }
}
