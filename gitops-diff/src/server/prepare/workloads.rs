//! Daemon sets and jobs: what their strategies set.

use super::same::same;
use crate::schema::TypeRef;
use crate::server::default::label_as_pods;
use crate::{Map, Value};

/// Where the generation of the template was once kept.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

fn template_generation(members: &Map) -> i64 {
    let annotations = members.get("metadata").and_then(|it| it.get("annotations"));
    let text = annotations.and_then(|it| it.get(TEMPLATE_GENERATION)?.as_str());
    text.and_then(|it| it.parse().ok()).unwrap_or_default()
}

fn set_template_generation(members: &mut Map, number: i64) {
    let annotations = members.map_at("metadata").map_at("annotations");
    annotations.insert(TEMPLATE_GENERATION, number.to_string().into());
}

pub(super) fn create_daemons(members: &mut Map) {
    let number = template_generation(members).max(1);
    set_template_generation(members, number);
}

pub(super) fn update_daemons(of: TypeRef<'_>, live: &Map, members: &mut Map) {
    let of = of.field("spec").and_then(|it| it.field("template"));
    let template = |it: &Map| it.get("spec").and_then(|it| it.get("template")).cloned();
    let (before, after) = (template(live), template(members));
    let stays = same(of.unwrap_or_else(TypeRef::deduced), before.as_ref(), after.as_ref());
    set_template_generation(members, template_generation(live) + i64::from(!stays));
}

pub(super) fn keep_template_generation(live: &Map, members: &mut Map) {
    set_template_generation(members, template_generation(live));
}

/// A job finds its pods by labels that it makes of its name and of its uid, where there is one.
pub(super) fn create_job(members: &mut Map) {
    select_own_pods(members);
    // When it comes from the store, it is filled in once more.
    label_as_pods(members);
}

fn select_own_pods(members: &mut Map) {
    let text = |key: &str| {
        let text = members.get("metadata").and_then(|it| it.get(key)?.as_str());
        text.unwrap_or_default().to_owned()
    };
    let (name, uid) = (text("name"), text("uid"));
    let spec = members.map_at("spec");
    if spec.get("manualSelector") == Some(&Value::Bool(true)) {
        return;
    }
    let labels = spec.map_at("template").map_at("metadata").map_at("labels");
    for key in ["job-name", "batch.kubernetes.io/job-name"] {
        labels.entry(key, || name.as_str().into());
    }
    if uid.is_empty() {
        return;
    }
    for key in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
        labels.entry(key, || uid.as_str().into());
    }
    let selected = spec.map_at("selector").map_at("matchLabels");
    selected.entry("batch.kubernetes.io/controller-uid", || uid.as_str().into());
}
