//! From the fields of a configuration to what they configure.

use gitops_diff::Text;

use super::{Either, Making, Metadata, changing};
use crate::kustomize::chart::ChartArgs;
use crate::kustomize::decode::Fields;
use crate::kustomize::folder::Folder;
use crate::kustomize::generate::Generator;
use crate::kustomize::iam_policy::IamPolicyArgs;
use crate::kustomize::kustomization::{GeneratorArgs, SecretArgs};
use crate::kustomize::problem::{Problem, ProblemKind, Result};

/// What an object of the kind configures; none where the kind is not known.
///
/// # Errors
/// Where a field says what it cannot.
pub(super) fn step<'a>(
    kind: &str,
    fields: &mut Fields<'_>,
    folder: &Folder<'a>,
) -> Result<Option<Either<'a>>> {
    if let Some(making) = making(kind, fields)? {
        return Ok(Some(Either::Making(Box::new(making))));
    }
    Ok(changing::transformer(kind, fields, folder)?.map(Either::Changing))
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
        "HelmChartInflationGenerator" => Making::Chart(Box::new(ChartArgs::take(fields)?)),
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

/// Charts are rendered where the options say so; upstream needs a flag too.
pub(crate) fn no_helm() -> Problem {
    Problem {
        kind: ProblemKind::Unsupported,
        ..Problem::new(
            "must specify --enable-helm: charts in a kustomization are rendered only where \
             `KustomizeOptions::helm_charts` says so",
        )
    }
}
