//! The generators and transformers that a kustomization stands for, in upstream's order.

use super::chart::charts;
use super::config::Config;
use super::generate::Generator;
use super::kustomization::GeneratorOptions;
use super::options::HelmCharts;
use super::plugin::{Configured, Making, no_helm};
use super::problem::{Problem, Result};
use super::replacement::ReplacementTransformer;
use super::target::Target;
use super::transform::Transformer;
use super::transform::annotations::Annotations;
use super::transform::images::Images;
use super::transform::labels::Labels;
use super::transform::namespace::Namespace;
use super::transform::patch::{Patch, PatchJson6902, PatchStrategicMerge};
use super::transform::prefix::Affix;
use super::transform::replicas::Replicas;

const PATCH_STRATEGIC_MERGE: &str = "PatchStrategicMergeTransformer";
const PATCH: &str = "PatchTransformer";
const PATCH_JSON6902: &str = "PatchJson6902Transformer";
const REPLACEMENT: &str = "ReplacementTransformer";

/// A step that is ready to run.
pub(crate) type Step<'a> = Box<dyn Transformer + 'a>;

/// The transformers so far.
type Steps<'a> = Vec<Configured<Step<'a>>>;

impl<'a> Target<'a> {
    /// The generators of the kustomization.
    ///
    /// # Errors
    /// Where an object in `generators` configures none, or there are charts.
    pub(crate) fn generators(&self) -> Result<Vec<Configured<Making>>> {
        let file = &self.file;
        let mut all = Vec::new();
        for args in &file.config_map_generator {
            let generator = self.with_options(Generator::ConfigMap(args.clone()));
            all.push(self.built_in("ConfigMapGenerator", Making::Data(generator)));
        }
        for args in &file.secret_generator {
            let generator = self.with_options(Generator::Secret(args.clone()));
            all.push(self.built_in("SecretGenerator", Making::Data(generator)));
        }
        all.extend(self.charts().map_err(|it| it.at(self.position("helmCharts")))?);
        let configured = self.configured_generators();
        all.extend(configured.map_err(|it| it.within("loading generator plugins"))?);
        Ok(all)
    }

    /// The charts of the kustomization.
    fn charts(&self) -> Result<Vec<Configured<Making>>> {
        let file = &self.file;
        let old = &file.helm_chart_inflation_generator;
        let namespace =
            if file.namespace.is_empty() { &self.namespace_above } else { &file.namespace };
        let charts = charts(&file.helm_charts, old, file.helm_globals.as_ref(), namespace)?;
        if !charts.is_empty() && self.folder.build.options.helm_charts == HelmCharts::Refuse {
            return Err(no_helm());
        }
        let making = |args| Making::Chart(Box::new(args));
        Ok(charts
            .into_iter()
            .map(|args| self.built_in("HelmChartInflationGenerator", making(args)))
            .collect())
    }

    fn with_options(&self, mut generator: Generator) -> Generator {
        let args = generator.args_mut();
        let global = self.file.generator_options.as_ref();
        args.options = GeneratorOptions::merged(args.options.take(), global);
        generator
    }

    /// The transformers of the kustomization.
    ///
    /// # Errors
    /// Where one of them cannot be made: a patch is not there, or is none.
    pub(crate) fn transformers(&self, config: &Config) -> Result<Steps<'a>> {
        let mut steps = Vec::new();
        self.add_patches(&mut steps)?;
        self.add_names(config, &mut steps);
        self.add_labels(config, &mut steps)?;
        self.add_json_patches(&mut steps)?;
        self.add_values(config, &mut steps)?;
        steps.extend(self.configured_transformers(&self.file.transformers)?);
        Ok(steps)
    }

    fn add_patches(&self, steps: &mut Steps<'a>) -> Result<()> {
        if let Some(paths) = self.file.patches_strategic_merge.as_ref().filter(|it| !it.is_empty())
        {
            let patches = PatchStrategicMerge::new(paths, "", &self.folder).map_err(|it| {
                self.unconfigured(it, PATCH_STRATEGIC_MERGE, "patchesStrategicMerge")
            })?;
            self.add(steps, PATCH_STRATEGIC_MERGE, patches);
        }
        for entry in &self.file.patches {
            let patch = Patch::new(entry, &self.folder)
                .map_err(|it| self.unconfigured(it, PATCH, "patches"))?;
            self.add(steps, PATCH, patch);
        }
        Ok(())
    }

    fn add_names(&self, config: &Config, steps: &mut Steps<'a>) {
        let file = &self.file;
        if !file.namespace.is_empty() {
            self.add(steps, "NamespaceTransformer", Namespace::new(&file.namespace, config));
        }
        if !file.name_prefix.is_empty() {
            self.add(steps, "PrefixTransformer", Affix::prefix(&file.name_prefix, config));
        }
        if !file.name_suffix.is_empty() {
            self.add(steps, "SuffixTransformer", Affix::suffix(&file.name_suffix, config));
        }
    }

    fn add_labels(&self, config: &Config, steps: &mut Steps<'a>) -> Result<()> {
        let file = &self.file;
        for labels in &file.labels {
            self.add(steps, "LabelTransformer", Labels::new(labels, config)?);
        }
        let common = file.common_labels.clone().unwrap_or_default();
        if !file.labels.is_empty() || !common.is_empty() {
            self.add(steps, "LabelTransformer", Labels::common(&common, config));
        }
        if !file.common_annotations.is_empty() {
            let annotations = Annotations::new(&file.common_annotations, config);
            self.add(steps, "AnnotationsTransformer", annotations);
        }
        Ok(())
    }

    fn add_json_patches(&self, steps: &mut Steps<'a>) -> Result<()> {
        for entry in self.file.patches_json6902.iter().flatten() {
            let patch = PatchJson6902::new(entry, &self.folder)
                .map_err(|it| self.unconfigured(it, PATCH_JSON6902, "patchesJson6902"))?;
            self.add(steps, PATCH_JSON6902, patch);
        }
        Ok(())
    }

    fn add_values(&self, config: &Config, steps: &mut Steps<'a>) -> Result<()> {
        let file = &self.file;
        if !file.replicas.is_empty() {
            self.add(steps, "ReplicaCountTransformer", Replicas::new(&file.replicas, config));
        }
        if !file.images.is_empty() {
            self.add(steps, "ImageTagTransformer", Images::new(&file.images, config));
        }
        if !file.replacements.is_empty() {
            let replacements = ReplacementTransformer::new(&file.replacements, &self.folder)
                .map_err(|it| self.unconfigured(it, REPLACEMENT, "replacements"))?;
            self.add(steps, REPLACEMENT, replacements);
        }
        Ok(())
    }

    /// A problem with what a field says, in upstream's words but for the text of the field, in
    /// place of which its position stands.
    fn unconfigured(&self, problem: Problem, kind: &str, field: &str) -> Problem {
        problem
            .within(format_args!("trouble configuring builtin {kind} with config"))
            .at(self.position(field))
    }

    fn add(&self, steps: &mut Steps<'a>, kind: &str, transformer: impl Transformer + 'a) {
        steps.push(self.built_in(kind, Box::new(transformer)));
    }

    /// A step that a field of the kustomization file stands for.
    fn built_in<T>(&self, kind: &str, step: T) -> Configured<T> {
        let provenance = self.provenance.as_ref().map(|it| it.built_in(self.file_name, kind));
        Configured { step, provenance }
    }
}
