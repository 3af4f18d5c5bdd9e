//! The renderer: a build from the root target to the output.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gitops_diff::{Object, Origin};
use gitops_source::Digest;

use super::accumulate::Accumulated;
use super::build::Build;
use super::documents::identify;
use super::folder::Folder;
use super::generate::HashTransformer;
use super::kustomization::FieldSpec;
use super::nameref::NameReferences;
use super::node;
use super::options::{KustomizeOptions, Reorder};
use super::problem::{Problem, Result};
use super::provenance::{MANAGED_BY, ORIGIN, Provenance, TRANSFORMATIONS};
use super::resource::{Resource, internal};
use super::resources::Resources;
use super::schema::{Precedence, Schema};
use super::sort::Sort;
use super::target::Target;
use super::transform::Transformer;
use super::transform::labels::Labels;
use crate::yaml::Allowance;
use crate::{Input, Position, RenderError, Rendered, Renderer, Warning};

/// Builds a kustomization as `kustomize build` does, byte for byte (upstream after v5.8.1).
///
/// All fields of kustomizations and components are known, old ones too. A build is pure and has no
/// globals, so that many can run side by side; its cost grows linearly with the resources. It reads
/// what lies in the tree: a base or file elsewhere is asked for by [`RenderError::Missing`], all of
/// a kustomization at once. Functions in containers, executables and Go plugins are never run, and
/// are an error; so are `helmCharts` for now.
///
/// Beyond upstream, errors say the file and line of the field that is wrong beside the chain of
/// bases in upstream's words, objects know the file and line they come from, and patches and
/// replacements that match nothing are warnings.
#[derive(Clone, Debug, Default)]
pub struct Kustomize {
    /// How.
    pub options: KustomizeOptions,
}

impl Kustomize {
    /// A renderer with these options.
    pub fn new(options: KustomizeOptions) -> Self {
        Self { options }
    }

    /// The bytes that `kustomize build` prints.
    ///
    /// ```
    /// use gitops_render::{Input, Kustomize};
    /// use gitops_source::{Tree, TreePath};
    ///
    /// let tree = Tree::from_files([
    ///     ("kustomization.yaml", "resources: [web.yaml]\n"),
    ///     ("web.yaml", "{kind: Service, apiVersion: v1, metadata: {name: web}}"),
    /// ])?;
    /// let output = Kustomize::default().build(&Input::new(&tree, TreePath::default()))?;
    /// assert_eq!(output, "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the kustomization is wrong, or something has to be fetched first.
    pub fn build(&self, input: &Input<'_>) -> std::result::Result<String, RenderError> {
        let build = self.begin(input);
        let resources = run(&build).map_err(|problem| explain(problem, &build))?;
        print(&resources).map_err(RenderError::from)
    }

    fn begin<'a>(&'a self, input: &'a Input<'a>) -> Build<'a> {
        let limits = &self.options.limits;
        Build {
            input,
            options: &self.options,
            schema: Arc::new(Schema::default()),
            allowance: RefCell::new(Allowance::new(limits.total_nodes, limits.total_alias_bytes)),
            read: RefCell::default(),
            warnings: RefCell::default(),
            missing: RefCell::default(),
            entered: Cell::default(),
        }
    }
}

/// All resources of the build, as they are printed.
fn run(build: &Build<'_>) -> Result<Resources> {
    let mut target = Target::load(Folder::root(build)?)?;
    target.choose_schema(Precedence::Root)?;
    let notes = target.file.build_metadata.clone();
    target.provenance = (!notes.is_empty()).then(Provenance::default);
    let mut all = target.accumulate()?;
    build.schema.check()?;
    build.go_on()?;
    HashTransformer.transform(&mut all.resources)?;
    all.resources.drop_gone();
    build.go_on()?;
    NameReferences::new(&all.config).transform(&mut all.resources)?;
    resolve_variables(&mut all, build)?;
    drop_local(&mut all.resources)?;
    sort(&mut all.resources, &target)?;
    let wanted = |note: &str| notes.iter().any(|it| it == note);
    if wanted("managedByLabel") {
        managed_by(build).transform(&mut all.resources)?;
    }
    for resource in all.resources.iter_mut() {
        clean(resource, wanted);
    }
    Ok(all.resources)
}

/// The error of a build: that it was taken back, or else what has to be fetched, goes before what is
/// wrong. Where no file is known
/// to be wrong, the folder is.
fn explain(problem: Problem, build: &Build<'_>) -> RenderError {
    if let Err(cancelled) = build.input.stop.check() {
        return cancelled;
    }
    let missing = build.missing.take();
    if !missing.is_empty() {
        return RenderError::Missing(missing.into_iter().collect());
    }
    let path = &build.input.path;
    let file = if path.is_root() { "." } else { path.as_str() };
    problem.at(Position { file: file.to_owned(), ..Position::default() }).into()
}

/// Leaves out what is only there for the build. Everything must still be called something, and no
/// two the same: patches can rename behind the back of the build.
fn drop_local(resources: &mut Resources) -> Result<()> {
    for resource in resources.iter() {
        let made = Origin { file: "a generator".into(), line: 0, document: 1 };
        identify(resource.node(), resource.origin.as_ref().unwrap_or(&made))?;
        refuse_torn(resource)?;
    }
    let mut all = resources.take();
    all.retain(|it| {
        it.annotation("config.kubernetes.io/local-config").is_none_or(|text| text == "false")
    });
    resources.append_all(all)
}

/// Earlier names, namespaces and kinds belong together; a patch can take some of them away.
fn refuse_torn(resource: &Resource) -> Result<()> {
    let count = |annotation| resource.list(annotation).len();
    let names = count(internal::PREVIOUS_NAMES);
    let others = [internal::PREVIOUS_NAMESPACES, internal::PREVIOUS_KINDS];
    if names == 0 || others.into_iter().all(|it| count(it) == names) {
        return Ok(());
    }
    Err(located(
        Problem::new(
            "number of previous names, number of previous namespaces, number of previous kinds not \
             equal",
        ),
        resource,
    ))
}

/// Puts the values of variables in their places, and warns of those that have none.
fn resolve_variables(all: &mut Accumulated, build: &Build<'_>) -> Result<()> {
    let unused = all.variables.resolve(&mut all.resources, &all.config)?;
    let warnings = unused.iter().map(|name| Warning {
        message: format!("the variable `{name}` stands nowhere, so that nothing is replaced"),
        origin: None,
    });
    build.warnings.borrow_mut().extend(warnings);
    Ok(())
}

fn sort(resources: &mut Resources, target: &Target<'_>) -> Result<()> {
    match (&target.file.sort_options, target.folder.build.options.reorder) {
        (Some(options), _) => Sort { options: options.clone() }.transform(resources),
        (None, Reorder::Legacy) => Sort::legacy().transform(resources),
        (None, Reorder::None) => Ok(()),
    }
}

/// Names the builder in a label of all resources.
fn managed_by(build: &Build<'_>) -> Labels {
    let version = Some(&*build.options.version).filter(|it| !it.is_empty());
    let value = format!("kustomize-{}", version.unwrap_or("(devel)"));
    let field = FieldSpec { path: "metadata/labels".into(), create: true, ..FieldSpec::default() };
    Labels { labels: [(MANAGED_BY.into(), value.into())].into(), fields: vec![field] }
}

/// Takes off what the build remembered; the annotations that stay become strings.
fn clean(resource: &mut Resource, wanted: impl Fn(&str) -> bool) {
    let mut annotations = resource.texts("annotations");
    annotations.retain(|key, _| !internal::ALL.contains(&&**key));
    if !wanted("originAnnotations") {
        annotations.remove(ORIGIN);
    }
    if !wanted("transformerAnnotations") {
        annotations.remove(TRANSFORMATIONS);
    }
    resource.set_texts("annotations", &annotations);
}

fn print(resources: &Resources) -> Result<String> {
    let mut output = String::new();
    for resource in resources.iter() {
        if !output.is_empty() {
            output.push_str("---\n");
        }
        node::to_yaml(resource.node(), &mut output)
            .map_err(|problem| located(problem, resource))?;
    }
    Ok(output)
}

impl Renderer for Kustomize {
    fn render(&self, input: &Input<'_>) -> std::result::Result<Rendered, RenderError> {
        let build = self.begin(input);
        let resources = run(&build).map_err(|problem| explain(problem, &build))?;
        let mut rendered = Rendered::default();
        for resource in resources.iter() {
            let object = object(resource)?;
            rendered.objects.insert(object).map_err(|both| duplicate(&both))?;
        }
        rendered.read = build.read.into_inner();
        rendered.warnings = build.warnings.into_inner();
        Ok(rendered)
    }

    fn fingerprint(&self) -> Digest {
        let version = env!("CARGO_PKG_VERSION");
        Digest::sha256(format!("kustomize {version} {:?}", self.options))
    }
}

/// The problem with the place of its resource.
fn located(problem: Problem, resource: &Resource) -> Problem {
    match &resource.origin {
        Some(origin) => problem.at(origin.into()),
        None => problem,
    }
}

fn object(resource: &Resource) -> Result<Object> {
    let object = Object::new(resource.node().value()?)
        .map_err(|error| Problem::new(error.to_string()))
        .map_err(|problem| located(problem, resource))?;
    Ok(match &resource.origin {
        Some(origin) => object.with_origin(origin.clone()),
        None => object,
    })
}

/// Upstream tells objects of several versions apart; whoever applies them cannot.
fn duplicate(both: &gitops_diff::Duplicate) -> RenderError {
    let position = both.second.origin().map(Position::from).unwrap_or_default();
    let first = both.first.origin().map(ToString::to_string).unwrap_or_default();
    let id = both.second.id();
    let message = format!("{id} is built twice, first from {first}; remove one of the two");
    RenderError::Invalid { position, message }
}
