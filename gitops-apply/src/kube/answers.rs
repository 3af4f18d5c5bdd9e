//! What the API server answers to dry-runs of applies.

use futures::stream::{self, StreamExt};
use gitops_diff::{Answer, Change, Live, ObjectSet, Observed};
use http::StatusCode;

use super::KubeApplier;
use super::refusal::Refused;
use super::write::{apply_call, decoded, patch_body};
use crate::applier::rehearsals;
use crate::{ApplyError, ErrorClass};

/// Bounds the calls that are started at once; the wire bounds those under way.
const STARTED_AT_A_TIME: usize = 64;

impl KubeApplier {
    /// Asks what applying each declared object would make of the one that lives: one call each.
    pub(super) async fn ask_all(
        &self,
        desired: &ObjectSet,
        mut observed: Observed,
    ) -> Result<Observed, ApplyError> {
        let asked = rehearsals(desired, &observed).into_iter().map(|change| async move {
            let answer = self.ask(&change).await;
            (change.id, answer)
        });
        let asked: Vec<_> = stream::iter(asked).buffer_unordered(STARTED_AT_A_TIME).collect().await;
        for (id, answer) in asked {
            match answer {
                Ok(answer) => observed.answered(id, answer),
                Err(error) if error.class() == ErrorClass::Stop => return Err(error),
                Err(error) => observed.insert(id, Live::Unknown(error.to_string().into())),
            }
        }
        Ok(observed)
    }

    /// The answer to one dry-run, as an object or as a refusal of it; an error says nothing of
    /// the object.
    async fn ask(&self, change: &Change) -> Result<Answer, ApplyError> {
        let id = &change.id;
        let resource = self.resource(change).await?;
        let target = format!("{}&dryRun=All", self.patch_target(&resource, id)?);
        let body = patch_body(change, &change.preconditions)?;
        let answer = self.wire.send(&apply_call(target, body)).await?;
        if answer.status == StatusCode::OK {
            return Ok(Answer::Object(decoded(&answer, id)?));
        }
        let refused = Refused::new(&answer);
        match refused.error(id) {
            ApplyError::Invalid(_) => Ok(Answer::Refused(refused.refusal(id))),
            ApplyError::Conflict { fields, .. } if !fields.is_empty() => {
                Ok(Answer::Refused(refused.refusal(id)))
            }
            _ => Err(self.refused(&resource, id, &answer)),
        }
    }
}
