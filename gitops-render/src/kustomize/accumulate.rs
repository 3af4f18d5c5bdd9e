//! From a target to its resources: bases first, then what it makes and changes itself.

use super::folder::Folder;
use super::problem::{Problem, ProblemKind, Result};
use super::resources::Resources;
use super::target::Target;

/// The resources so far, with what is needed once all of them are there.
#[derive(Default)]
pub(crate) struct Accumulated {
    pub(crate) resources: Resources,
}

impl Accumulated {
    /// Takes in what a base brings.
    fn merge(&mut self, mut other: Self) -> Result<()> {
        self.resources.append_all(other.resources.take())
    }
}

impl<'a> Target<'a> {
    /// Builds the target on its own.
    pub(crate) fn accumulate(&self) -> Result<Accumulated> {
        self.accumulate_onto(Accumulated::default())
    }

    /// Builds the target on what is there: a component changes what its parent has so far.
    fn accumulate_onto(&self, mut all: Accumulated) -> Result<Accumulated> {
        self.add_resources(&mut all)
            .map_err(|it| it.within("accumulating resources").at(self.position("resources")))?;
        self.add_components(&mut all)
            .map_err(|it| it.within("accumulating components").at(self.position("components")))?;
        Ok(all)
    }

    fn add_resources(&self, all: &mut Accumulated) -> Result<()> {
        self.file.resources.iter().try_for_each(|path| self.add_resource(path, all))
    }

    /// Adds a file, or the folder that has the name if there is no such file.
    pub(crate) fn add_resource(&self, path: &str, all: &mut Accumulated) -> Result<()> {
        let Err(as_file) = self.add_file(path, all) else { return Ok(()) };
        let as_file = as_file.within(format_args!("accumulating resources from '{path}'"));
        let folder = match self.folder.enter(path) {
            Ok(folder) => folder,
            Err(_) if as_file.kind != ProblemKind::Wrong => return Err(as_file),
            Err(problem) => return Err(both(&as_file, problem)),
        };
        let base = self.base(folder, Part::Base).map_err(|it| both(&as_file, it))?;
        let path = base.folder.path.clone();
        let found = base
            .accumulate()
            .map_err(|it| it.within(format_args!("recursed accumulation of path '{path}'")))
            .map_err(|it| both(&as_file, it))?;
        all.merge(found)
            .map_err(|it| it.within(format_args!("recursed merging from path '{path}'")))
            .map_err(|it| both(&as_file, it))
    }

    fn add_file(&self, path: &str, all: &mut Accumulated) -> Result<()> {
        let content = self.folder.load(path)?;
        let file = self.folder.resolve(path).unwrap_or_default();
        let found = self.folder.build.resources(content, &file)?;
        all.resources
            .append_all(found)
            .map_err(|it| it.within(format_args!("merging resources from '{path}'")))
    }

    fn add_components(&self, all: &mut Accumulated) -> Result<()> {
        for path in &self.file.components {
            let folder = self
                .folder
                .enter(path)
                .map_err(|it| Problem { message: format!("loader.New {:?}", it.message), ..it })?;
            self.add_component(folder, all).map_err(|it| Problem {
                message: format!("accumulateDirectory: {:?}", it.message),
                ..it
            })?;
        }
        Ok(())
    }

    fn add_component(&self, folder: Folder<'a>, all: &mut Accumulated) -> Result<()> {
        let component = self.base(folder, Part::Component)?;
        *all = component.accumulate_onto(std::mem::take(all)).map_err(|it| {
            let path = &component.folder.path;
            it.within(format_args!("recursed accumulation of path '{path}'"))
        })?;
        Ok(())
    }

    /// The target in `folder`, which must be what it is used as.
    fn base(&self, folder: Folder<'a>, part: Part) -> Result<Self> {
        let path = folder.path.clone();
        let target = Target::load(folder)
            .map_err(|it| it.within(format_args!("couldn't make target for path '{path}'")))?;
        let kind = &target.file.kind;
        match (part, kind == "Component") {
            (Part::Component, false) => Err(Problem::new(format!(
                "expected kind 'Component' for path '{path}' but got '{kind}'"
            ))),
            (Part::Base, true) => {
                Err(Problem::new(format!("expected kind != 'Component' for path '{path}'")))
            }
            _ => Ok(target),
        }
    }
}

/// What a folder is used as.
#[derive(Clone, Copy)]
enum Part {
    Base,
    Component,
}

/// What is wrong with a path that was tried as a file and as a folder: the cause of the second is
/// the deeper one.
fn both(as_file: &Problem, as_folder: Problem) -> Problem {
    as_folder.within(format_args!("accumulation err='{}'", as_file.message))
}
