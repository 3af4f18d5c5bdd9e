//! Generators and transformers that objects configure: those in the lists `generators`,
//! `transformers` and `validators` (`api/internal/plugins/loader`).

mod changing;
mod config;
mod validate;

use gitops_diff::Text;

pub(crate) use self::config::no_helm;
pub(crate) use self::validate::validate;
use super::accumulate::Accumulated;
use super::chart::ChartArgs;
use super::decode::{Fields, Manner};
use super::folder::Folder;
use super::generate::Generator;
use super::iam_policy::IamPolicyArgs;
use super::problem::{Problem, ProblemKind, Result};
use super::provenance::Provenance;
use super::resource::Resource;
use super::steps::Step;
use super::target::Target;

/// Something that an object configures, and where that object comes from.
pub(crate) struct Configured<T> {
    pub(crate) step: T,
    pub(crate) provenance: Option<Provenance>,
}

/// What makes resources.
#[derive(Debug)]
pub(crate) enum Making {
    /// A config map or a secret.
    Data(Generator),
    /// A service account.
    IamPolicy(IamPolicyArgs),
    /// What a chart prints.
    Chart(Box<ChartArgs>),
}

impl Making {
    /// The resources that it makes.
    ///
    /// # Errors
    /// As its kind has it.
    pub(crate) fn generate(&self, folder: &Folder<'_>) -> Result<Vec<Resource>> {
        match self {
            Self::Data(generator) => generator.generate(folder).map(|it| vec![it]),
            Self::IamPolicy(args) => {
                let resource = |node| Resource::new(node, &folder.build.schema);
                Ok(args.generate()?.map(resource).into_iter().collect())
            }
            Self::Chart(args) => args.generate(folder),
        }
    }
}

/// Either of what an object can configure.
enum Either<'a> {
    Making(Box<Making>),
    Changing(Step<'a>),
}

impl<'a> Target<'a> {
    /// What the list `generators` configures.
    ///
    /// # Errors
    /// Where an entry is neither an object nor names some, or one configures nothing we know.
    pub(crate) fn configured_generators(&self) -> Result<Vec<Configured<Making>>> {
        let found = self.configurations(&self.file.generators, "configuring external generator")?;
        let load = |resource: &Resource| match step(resource, &self.folder)? {
            Either::Making(making) => Ok(*making),
            Either::Changing(_) => {
                Err(Problem::new(format!("plugin {} not a generator", resource.original_id())))
            }
        };
        let load = |it: &Resource| load(it).map_err(|it| it.within("failed to load generator"));
        found.resources.iter().map(|it| configured(it, load)).collect()
    }

    /// What a list of transformers or validators configures.
    ///
    /// # Errors
    /// As [`configured_generators`](Self::configured_generators).
    pub(crate) fn configured_transformers(
        &self,
        entries: &[Text],
    ) -> Result<Vec<Configured<Step<'a>>>> {
        let found = self.configurations(entries, "configuring external transformer")?;
        let load = |resource: &Resource| match step(resource, &self.folder)? {
            Either::Changing(transformer) => Ok(transformer),
            Either::Making(_) => {
                Err(Problem::new(format!("plugin {} not a transformer", resource.original_id())))
            }
        };
        found.resources.iter().map(|it| configured(it, load)).collect()
    }

    /// The objects of a list: those that stand in it, then those in the files and folders that it
    /// names.
    fn configurations(&self, entries: &[Text], context: &str) -> Result<Accumulated> {
        let mut all = Accumulated::default();
        let mut paths = Vec::new();
        let file = self.folder.resolve(self.file_name).unwrap_or_default();
        for entry in entries {
            match self.folder.build.resources(entry.as_bytes(), &file) {
                Ok(resources) => all
                    .resources
                    .append_all(resources.into_iter().map(|it| self.inline(it)))
                    .map_err(|it| it.within(context))?,
                Err(_) => paths.push(entry),
            }
        }
        paths.into_iter().try_for_each(|path| self.add_resource(path, &mut all))?;
        Ok(all)
    }

    /// An object that stands in the kustomization file itself.
    fn inline(&self, mut resource: Resource) -> Resource {
        if let Some(provenance) = &self.provenance {
            resource.set_provenance(&provenance.join(self.file_name));
        }
        resource
    }
}

fn configured<T>(
    resource: &Resource,
    load: impl Fn(&Resource) -> Result<T>,
) -> Result<Configured<T>> {
    let at = |problem: Problem| match &resource.origin {
        Some(origin) => problem.at(origin.into()),
        None => problem,
    };
    let step = load(resource).map_err(at)?;
    Ok(Configured { step, provenance: Provenance::configured_by(resource).map_err(at)? })
}

/// What the object configures.
fn step<'a>(resource: &Resource, folder: &Folder<'a>) -> Result<Either<'a>> {
    let gvk = &resource.id().gvk;
    if !gvk.group.is_empty() || gvk.version != "builtin" {
        return Err(external(resource.original_id().gvk.kind.as_str()));
    }
    let id = resource.original_id();
    let value = resource
        .node()
        .value()
        .map_err(|problem| problem.within(format_args!("marshalling yaml from res {id}")))?;
    let mut fields = Fields::with(&value, &gvk.kind, Manner::Lenient)?;
    config::step(&gvk.kind, &mut fields, folder)
        .map_err(|problem| problem.within(format_args!("plugin {id} fails configuration")))?
        .ok_or_else(|| Problem::new(format!("unable to load builtin {gvk}")))
}

/// Containers, executables and Go plugins are not run here, as upstream does not without flags.
fn external(kind: &str) -> Problem {
    Problem {
        kind: ProblemKind::Unsupported,
        ..Problem::new(format!(
            "external plugins disabled; unable to load external plugin '{kind}': containers, \
             executables and Go plugins are never run; put what it makes into `resources`"
        ))
    }
}

/// The metadata of a configuration, which can stand for fields that it leaves out.
#[derive(Clone, Debug, Default, PartialEq)]
struct Metadata {
    name: Text,
    namespace: Text,
}

super::decode::decode_struct!(Metadata { name: "name", namespace: "namespace" });

#[cfg(test)]
mod tests;
