//! Lists: selectors, pages of one consistent state.

use std::sync::Arc;

use gitops_diff::{Map, Text, Value};

use super::dispatch::Task;
use super::request::Reply;
use super::status::{Cause, Status};
use super::store::Rows;
use super::view::View;
use super::watch::revision_of;

/// Where a page starts: behind this key, in the state of this revision.
struct Start {
    revision: u64,
    after: Option<Text>,
}

impl Task<'_> {
    pub(super) fn list(&self) -> Result<Reply, Status> {
        let start = self.start()?;
        let Some(rows) = self.state.store.rows_at(&self.target.resource.table(), start.revision)
        else {
            return Err(self.expired());
        };
        Ok(Reply::value(200, self.page(&rows, &start)))
    }

    fn start(&self) -> Result<Start, Status> {
        let current = self.state.store.revision;
        if let Some(token) = &self.params.continue_token {
            return read_token(token);
        }
        let named = match self.params.resource_version.as_deref() {
            None | Some("0") => return Ok(Start { revision: current, after: None }),
            Some(named) => revision_of(named)?,
        };
        if named > current {
            return Err(too_large(named, current));
        }
        let exact = match self.params.version_match.as_deref() {
            Some(rule) => rule == "Exact",
            None => self.params.limit > 0,
        };
        Ok(Start { revision: if exact { named } else { current }, after: None })
    }

    fn expired(&self) -> Status {
        Status::expired(if self.params.continue_token.is_some() {
            "The provided continue parameter is too old to display a consistent list result. You \
             can start a new list without the continue parameter."
        } else {
            "The resourceVersion for the provided list is too old."
        })
    }

    fn page(&self, rows: &Rows, start: &Start) -> Value {
        let behind = |key: &Text| start.after.as_ref().is_none_or(|after| key > after);
        let held = || rows.iter().filter(|(_, it)| self.target.holds(it));
        let rest = held().filter(|(key, it)| behind(key) && self.params.selector.matches(it));
        let limit = if self.params.limit == 0 { usize::MAX } else { self.params.limit };
        let page: Vec<(&Text, &Arc<Value>)> = rest.take(limit).collect();
        let mut metadata: Map =
            [("resourceVersion", Value::from(start.revision.to_string()))].into_iter().collect();
        if self.target.resource.rules.custom {
            metadata.insert("continue", "".into());
        }
        let is_cut = page.len() == limit && !self.params.selector.is_name();
        let last = page.last().filter(|_| is_cut).map(|(key, _)| *key);
        // Whether the selector holds for what is left, is only seen on the next page.
        let left = last.map_or(0, |last| held().filter(|(key, _)| *key > last).count());
        if let Some(last) = last.filter(|_| left > 0) {
            let token = format!("{}:{last}", start.revision);
            metadata.insert("continue", token.into());
            if self.params.selector.is_everything() {
                let left = i64::try_from(left).unwrap_or(i64::MAX);
                metadata.insert("remainingItemCount", left.into());
            }
        }
        let (version, kind) = self.view.list_type(&self.target.resource);
        let items = page.into_iter().map(|(_, it)| self.item(it)).collect();
        let members = [
            ("apiVersion", version.into()),
            ("kind", kind.into()),
            ("metadata", metadata.into()),
            ("items", Value::List(items)),
        ];
        members.into_iter().collect::<Map>().into()
    }

    /// Items of built-in kinds do not say what they are: the list does.
    fn item(&self, object: &Value) -> Value {
        let mut item = self.view.show(&self.target.resource, object);
        let bare = self.view == View::Whole && !self.target.resource.rules.custom;
        if let Some(members) = item.as_map_mut().filter(|_| bare) {
            members.remove("apiVersion");
            members.remove("kind");
        }
        item
    }
}

fn read_token(token: &str) -> Result<Start, Status> {
    let parts = token.split_once(':').and_then(|(it, after)| Some((it.parse().ok()?, after)));
    let Some((revision, after)) = parts else {
        return Err(Status::bad_request("continue key is not valid: it is none of this server"));
    };
    Ok(Start { revision, after: Some(after.into()) })
}

fn too_large(named: u64, current: u64) -> Status {
    let message = format!("Timeout: Too large resource version: {named}, current: {current}");
    let cause = Cause::new("ResourceVersionTooLarge", "", "Too large resource version");
    Status::new(504, "Timeout", message).with_cause(cause).with_retry_after(1)
}
