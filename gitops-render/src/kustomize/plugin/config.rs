//! From the fields of a configuration to what they configure.

use gitops_diff::Text;

use super::{Making, Metadata, Step};
use crate::kustomize::decode::Fields;
use crate::kustomize::folder::Folder;
use crate::kustomize::generate::{Generator, HashTransformer};
use crate::kustomize::iam_policy::IamPolicyArgs;
use crate::kustomize::kustomization::{GeneratorArgs, ReplacementField, SecretArgs};
use crate::kustomize::problem::{Problem, ProblemKind, Result};
use crate::kustomize::replacement::ReplacementTransformer;
use crate::kustomize::transform::Transformer;
use crate::kustomize::value_add::{ValueAddArgs, ValueAddTransformer};

/// What an object of the kind configures; none where the kind is not known.
///
/// # Errors
/// Where a field says what it cannot.
pub(super) fn step(
    kind: &str,
    fields: &mut Fields<'_>,
    folder: &Folder<'_>,
) -> Result<Option<Step>> {
    if let Some(making) = making(kind, fields)? {
        return Ok(Some(Step::Making(making)));
    }
    let transformer: Box<dyn Transformer> = match kind {
        "HashTransformer" => Box::new(HashTransformer),
        "ReplacementTransformer" => {
            let replacements: Vec<ReplacementField> = fields.take("replacements")?;
            Box::new(ReplacementTransformer::new(&replacements, folder)?)
        }
        "ValueAddTransformer" => {
            Box::new(ValueAddTransformer::new(ValueAddArgs::take(fields)?, folder)?)
        }
        _ => return Ok(None),
    };
    Ok(Some(Step::Changing(transformer)))
}

fn making(kind: &str, fields: &mut Fields<'_>) -> Result<Option<Making>> {
    Ok(Some(match kind {
        "ConfigMapGenerator" => {
            let args = GeneratorArgs::take(fields)?;
            Making::Data(named(Generator::ConfigMap(args), fields)?)
        }
        "SecretGenerator" => {
            let args = SecretArgs::take(fields)?;
            Making::Data(named(Generator::Secret(args), fields)?)
        }
        "IAMPolicyGenerator" => Making::IamPolicy(IamPolicyArgs::take(fields)?),
        "HelmChartInflationGenerator" => return Err(no_helm()),
        _ => return Ok(None),
    }))
}

/// The generator, named as its configuration where it has no name. The old field `env` says
/// nothing here.
fn named(mut generator: Generator, fields: &mut Fields<'_>) -> Result<Generator> {
    let Metadata { name, namespace } = fields.take("metadata")?;
    let args = generator.args_mut();
    let default = |field: &mut Text, value| {
        if field.is_empty() {
            *field = value;
        }
    };
    default(&mut args.name, name);
    default(&mut args.namespace, namespace);
    Ok(generator)
}

/// Charts are not rendered yet; upstream does not without a flag.
pub(crate) fn no_helm() -> Problem {
    Problem {
        kind: ProblemKind::Unsupported,
        ..Problem::new(
            "must specify --enable-helm: charts in a kustomization are not rendered yet; put what \
             the chart makes into `resources`",
        )
    }
}
