//! Configurations from files.

use std::sync::Arc;

use gitops_diff::Value;

use super::{BackReferences, Config};
use crate::kustomize::decode::Fields;
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::{Allowance, Dialect, Documents, Duplicates, Options};

impl Config {
    /// The configuration that the text of a file of `configurations:` says.
    ///
    /// # Errors
    /// Where it is no YAML, or has a key twice or one that no configuration has.
    pub(crate) fn read(text: &[u8], file: &str, allowance: &mut Allowance) -> Result<Arc<Self>> {
        let Some(value) = first_value(text, file, Duplicates::Refuse, allowance)? else {
            return Ok(Arc::default());
        };
        let mut fields = Fields::of(&value, "TransformerConfig").map_err(decoding)?;
        let mut config = Self::take(&mut fields).map_err(decoding)?;
        fields.refuse_others().map_err(decoding)?;
        config.sort();
        Ok(Arc::new(config))
    }

    fn take(fields: &mut Fields<'_>) -> Result<Self> {
        Ok(Self {
            name_prefix: fields.take("namePrefix")?,
            name_suffix: fields.take("nameSuffix")?,
            namespace: fields.take("namespace")?,
            common_labels: fields.take("commonLabels")?,
            labels: fields.take("labels")?,
            template_labels: fields.take("templateLabels")?,
            volume_claim_template_labels: fields.take("volumeClaimTemplateLabels")?,
            common_annotations: fields.take("commonAnnotations")?,
            name_reference: fields.take::<Vec<BackReferences>>("nameReference")?,
            var_reference: fields.take("varReference")?,
            images: fields.take("images")?,
            replicas: fields.take("replicas")?,
            ..Self::default()
        })
    }
}

/// The first document of a file, as `sigs.k8s.io/yaml` reads it; none where there is nothing.
pub(super) fn first_value(
    text: &[u8],
    file: &str,
    duplicates: Duplicates,
    allowance: &mut Allowance,
) -> Result<Option<Value>> {
    let options = Options { dialect: Dialect::GoV2, duplicates, ..Options::default() };
    let document = Documents::sharing(text, &options, allowance)
        .and_then(|mut documents| documents.next().transpose())
        .map_err(|error| Problem::unreadable(error, file))
        .map_err(|problem| problem.within("error converting YAML to JSON"))?;
    Ok(document.map(|it| it.value))
}

fn decoding(problem: Problem) -> Problem {
    problem.within("error unmarshaling JSON: while decoding JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: std::result::Result<usize, &str>) {
        let mut allowance = Allowance::new(1_000, 1_000);
        let config = Config::read(text.as_bytes(), "config.yaml", &mut allowance);
        let specs = |config: &Arc<Config>| config.lists().iter().map(|(_, it)| it.len()).sum();
        assert_eq!(
            config.as_ref().map(specs).map_err(|problem| problem.message.as_str()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn a_file_holds_lists_of_fields() {
        check("", Ok(0));
        check("# nothing\n", Ok(0));
        check("images:\n- {path: a/image, kind: Thing}\nlabels: [{path: b, create: true}]", Ok(2));
        check("IMAGES: [{PATH: a}]\nnameReference: [{kind: A, fieldSpecs: [{path: b}]}]", Ok(1));
    }

    #[test]
    fn what_no_configuration_has_is_refused() {
        let decoding = "error unmarshaling JSON: while decoding JSON: json: ";
        check("image: []", Err(&format!("{decoding}unknown field \"image\"")));
        check("images: [{paths: a}]", Err(&format!("{decoding}unknown field \"paths\"")));
        check(
            "images: {path: a}",
            Err(&format!(
                "{decoding}cannot unmarshal object into Go struct field TransformerConfig.images \
                 of type []"
            )),
        );
        check(
            "images: []\nimages: []",
            Err("error converting YAML to JSON: yaml: line 2: the key `images` is already set on \
                 line 1; remove one of the two"),
        );
    }
}
