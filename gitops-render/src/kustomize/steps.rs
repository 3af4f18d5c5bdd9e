//! The transformers that the fields of a kustomization stand for, in upstream's order.

use super::config::Config;
use super::problem::Result;
use super::target::Target;
use super::transform::Transformer;
use super::transform::annotations::Annotations;
use super::transform::images::Images;
use super::transform::labels::Labels;
use super::transform::namespace::Namespace;
use super::transform::prefix::Affix;
use super::transform::replicas::Replicas;

/// A step that is ready to run.
pub(crate) type Step<'a> = Box<dyn Transformer + 'a>;

impl<'a> Target<'a> {
    /// The transformers of the kustomization.
    ///
    /// # Errors
    /// Where one of them cannot be made: a patch is not there, or is none.
    pub(crate) fn transformers(&self, config: &Config) -> Result<Vec<Step<'a>>> {
        let mut steps = Vec::new();
        self.add_names(config, &mut steps);
        self.add_labels(config, &mut steps)?;
        self.add_values(config, &mut steps);
        Ok(steps)
    }

    fn add_names(&self, config: &Config, steps: &mut Vec<Step<'a>>) {
        let file = &self.file;
        if !file.namespace.is_empty() {
            steps.push(Box::new(Namespace::new(&file.namespace, config)));
        }
        if !file.name_prefix.is_empty() {
            steps.push(Box::new(Affix::prefix(&file.name_prefix, config)));
        }
        if !file.name_suffix.is_empty() {
            steps.push(Box::new(Affix::suffix(&file.name_suffix, config)));
        }
    }

    fn add_labels(&self, config: &Config, steps: &mut Vec<Step<'a>>) -> Result<()> {
        let file = &self.file;
        for labels in &file.labels {
            steps.push(Box::new(Labels::new(labels, config)?));
        }
        if let Some(labels) = &file.common_labels {
            steps.push(Box::new(Labels::common(labels, config)));
        }
        if !file.common_annotations.is_empty() {
            steps.push(Box::new(Annotations::new(&file.common_annotations, config)));
        }
        Ok(())
    }

    fn add_values(&self, config: &Config, steps: &mut Vec<Step<'a>>) {
        let file = &self.file;
        if !file.replicas.is_empty() {
            steps.push(Box::new(Replicas::new(&file.replicas, config)));
        }
        if !file.images.is_empty() {
            steps.push(Box::new(Images::new(&file.images, config)));
        }
    }
}
