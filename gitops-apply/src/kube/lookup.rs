//! What templates look up in the cluster.

use std::sync::Arc;

use gitops_diff::{Query, Value};
use http::StatusCode;

use super::KubeApplier;
use super::path::{Resource, Scope, segment};
use super::refusal::Refused;
use super::wire::{Answer, Call};
use crate::ApplyError;
use crate::lookup::{self, Place};

impl KubeApplier {
    /// What `query` finds, by one call once its kind is known: Helm asks for no pages either.
    pub(super) async fn find(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        let resource = self.server_of(query).await?;
        let (call, answer) = self.ask_for(query, resource.as_deref()).await?;
        let Some(known) = resource.filter(|_| Refused::new(&answer).kind_missing()) else {
            return found(query, &call, &answer);
        };
        // Discovery may have been stale.
        self.discovery.doubt(&known);
        let resource = self.server_of(query).await?;
        if resource.as_ref() == Some(&known) {
            return found(query, &call, &answer);
        }
        let (call, answer) = self.ask_for(query, resource.as_deref()).await?;
        found(query, &call, &answer)
    }

    /// Where the kind is served; none where its version is, but not the kind.
    async fn server_of(&self, query: &Query) -> Result<Option<Arc<Resource>>, ApplyError> {
        let (group, version) = lookup::version(query)?;
        let version = (group.into(), version.into());
        let resource = self.discovery.find_now(&self.wire, &version, &query.kind).await?;
        if resource.is_none() && self.discovery.is_hollow(&version) {
            return Err(lookup::unserved(query));
        }
        Ok(resource)
    }

    async fn ask_for(
        &self,
        query: &Query,
        resource: Option<&Resource>,
    ) -> Result<(Call, Answer), ApplyError> {
        let place = resource.map(|resource| Place {
            group: &resource.group,
            version: &resource.version,
            plural: &resource.plural,
            namespaced: resource.scope == Scope::Namespaced,
        });
        let segments = lookup::path(query, place.as_ref())?;
        let mut target = String::new();
        for text in segments {
            target.push('/');
            target.push_str(&segment(text)?);
        }
        let call = Call::get(target);
        let answer = self.wire.send(&call).await?;
        Ok((call, answer))
    }
}

fn found(query: &Query, call: &Call, answer: &Answer) -> Result<Option<Value>, ApplyError> {
    match answer.status {
        StatusCode::OK => match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok(Some(lookup::whole(query, value))),
            Err(error) => {
                Err(ApplyError::unavailable(format!("{call}: the answer is no object: {error}")))
            }
        },
        StatusCode::NOT_FOUND => Ok(None),
        _ => Err(Refused::new(answer).in_its_words()),
    }
}
