//! From a target to its resources: bases first, then what it makes and changes itself.

use std::sync::Arc;

use super::config::Config;
use super::folder::{Folder, shown};
use super::plugin::{Configured, validate};
use super::problem::{Problem, ProblemKind, Result};
use super::provenance::ORIGIN;
use super::resources::Resources;
use super::schema::Precedence;
use super::target::Target;
use super::vars::Variables;
use crate::yaml::Allowance;

/// The resources so far, with what is needed once all of them are there.
#[derive(Default)]
pub(crate) struct Accumulated {
    pub(crate) resources: Resources,
    /// The fields that are changed, of all folders so far: what a base configures holds for its
    /// overlays.
    pub(crate) config: Arc<Config>,
    pub(crate) variables: Variables,
}

impl Accumulated {
    /// Takes in what a base brings.
    fn merge(&mut self, mut other: Self) -> Result<()> {
        self.resources.append_all(other.resources.take())?;
        self.configure(&other.config)?;
        self.variables.merge(other.variables)
    }

    fn configure(&mut self, config: &Arc<Config>) -> Result<()> {
        self.config = self.config.merge(config)?;
        Ok(())
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
        self.add_configurations(&mut all)?;
        self.generate(&mut all)?;
        self.add_components(&mut all)
            .map_err(|it| it.within("accumulating components").at(self.position("components")))?;
        self.transform(&mut all)?;
        self.validate(&mut all)?;
        let variables = self.file.vars.as_deref().unwrap_or_default();
        all.variables.declare(variables, &mut all.resources).map_err(|it| {
            let names = listed(variables);
            it.within(format_args!("merging vars {names}")).at(self.position("vars"))
        })?;
        Ok(all)
    }

    /// Takes in the fields that the files of `configurations` and `crds` name, above the builtin
    /// ones.
    fn add_configurations(&self, all: &mut Accumulated) -> Result<()> {
        let mut config = Arc::clone(Config::builtin());
        for path in &self.file.configurations {
            let own = self
                .load_config(path, Config::read)
                .map_err(|it| it.at(self.position("configurations")))?;
            config = config.merge(&own)?;
        }
        all.configure(&config).map_err(|it| it.within("merging config"))?;
        for path in &self.file.crds {
            let own = self.load_config(path, Config::from_definitions).map_err(|it| {
                it.within(format_args!("loading CRDs {}", listed(&self.file.crds)))
                    .at(self.position("crds"))
            })?;
            all.configure(&own).map_err(|it| it.within("merging CRDs"))?;
        }
        Ok(())
    }

    fn load_config(
        &self,
        path: &str,
        read: impl Fn(&[u8], &str, &mut Allowance) -> Result<Arc<Config>>,
    ) -> Result<Arc<Config>> {
        let content = self.folder.load(path)?;
        let file = self.folder.resolve(path).unwrap_or_default();
        read(content, &file, &mut self.folder.build.allowance.borrow_mut())
    }

    /// Adds what the generators make, or changes what is there by it.
    fn generate(&self, all: &mut Accumulated) -> Result<()> {
        for Configured { step, provenance } in self.generators()? {
            self.folder.build.go_on()?;
            let made = step.generate(&self.folder)?;
            let made = made.into_iter().map(|mut it| {
                it.note_origin(provenance.as_ref());
                it
            });
            all.resources.absorb(made).map_err(|it| it.within("merging from generator"))?;
        }
        Ok(())
    }

    /// Runs the transformers. All of them are made before the first one runs, so that what is
    /// wrong with the last is said before anything is changed.
    fn transform(&self, all: &mut Accumulated) -> Result<()> {
        for Configured { step, provenance } in self.transformers(&all.config)? {
            self.folder.build.go_on()?;
            step.transform(&mut all.resources)?;
            if let Some(provenance) = provenance {
                for _ in 0..step.count() {
                    all.resources.note_transformation(&provenance)?;
                }
            }
            all.resources.drop_gone();
        }
        Ok(())
    }

    /// Runs the validators, which may change nothing.
    fn validate(&self, all: &mut Accumulated) -> Result<()> {
        self.configured_transformers(&self.file.validators)?
            .iter()
            .try_for_each(|it| validate(&*it.step, &mut all.resources))
            .map_err(|it| it.at(self.position("validators")))
    }

    /// Adds all resources that are there; what has to be fetched is asked for at once.
    fn add_resources(&self, all: &mut Accumulated) -> Result<()> {
        let mut missing = None;
        for path in &self.file.resources {
            match self.add_resource(path, all) {
                Err(problem) if problem.is_missing() => missing = Some(problem),
                other => other?,
            }
        }
        missing.map_or(Ok(()), Err)
    }

    /// Adds a file, or the folder that has the name if there is no such file.
    pub(crate) fn add_resource(&self, path: &str, all: &mut Accumulated) -> Result<()> {
        let Err(as_file) = self.add_file(path, all) else { return Ok(()) };
        if as_file.is_missing() {
            return Err(as_file);
        }
        let as_file = as_file.within(format_args!("accumulating resources from '{path}'"));
        let folder = match self.folder.enter(path) {
            Ok(folder) => folder,
            Err(_) if as_file.kind != ProblemKind::Wrong => return Err(as_file),
            Err(problem) => return Err(both(&as_file, problem)),
        };
        let base = self.base(folder, path, Part::Base).map_err(|it| both(&as_file, it))?;
        let path = shown(&base.folder.path);
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
        let mut found = self.folder.build.resources(content, &file)?;
        if let Some(provenance) = &self.provenance {
            let origin = provenance.join(path).text();
            for resource in &mut found {
                resource.set_annotation(ORIGIN, &origin);
            }
        }
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
            self.add_component(folder, path, all).map_err(|it| Problem {
                message: format!("accumulateDirectory: {:?}", it.message),
                ..it
            })?;
        }
        Ok(())
    }

    fn add_component(&self, folder: Folder<'a>, name: &str, all: &mut Accumulated) -> Result<()> {
        let component = self.base(folder, name, Part::Component)?;
        let path = shown(&component.folder.path);
        let found = component
            .accumulate_onto(std::mem::take(all))
            .map_err(|it| it.within(format_args!("recursed accumulation of path '{path}'")))?;
        // Taken in anew, as upstream does: this is where resources that got one name are noticed.
        all.merge(found)
            .map_err(|it| it.within(format_args!("recursed merging from path '{path}'")))
    }

    /// The target in `folder`, which is called `name` here and must be what it is used as.
    fn base(&self, folder: Folder<'a>, name: &str, part: Part) -> Result<Self> {
        let path = shown(&folder.path);
        let mut target = Target::load(folder)
            .map_err(|it| it.within(format_args!("couldn't make target for path '{path}'")))?;
        target.provenance = self.provenance.as_ref().map(|it| it.join(name));
        let above = if self.file.namespace.is_empty() {
            &self.namespace_above
        } else {
            &self.file.namespace
        };
        target.namespace_above.clone_from(above);
        target.choose_schema(Precedence::Base)?;
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

/// As Go prints a list.
fn listed<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    format!("[{}]", texts.join(" "))
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
