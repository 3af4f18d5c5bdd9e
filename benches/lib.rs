//! Fixtures that the benchmarks share: objects as they are declared, and as a server holds them.

mod naive;
mod objects;
mod served;

pub use crate::naive::{parse, subset};
pub use crate::objects::{config_map, custom_resource, definition, deployment, secret, service};
pub use crate::served::served;
use gitops_diff::{Entry, Inventory, Live, Object, ObjectSet, Observed};

/// One object as it is declared and as it lives.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What it is, in the tables of results.
    pub name: &'static str,
    /// As declared.
    pub desired: Object,
    /// As it lives, unchanged.
    pub live: Object,
}

/// The single objects that are measured.
pub fn pairs() -> Vec<Pair> {
    let pair = |name, desired: Object| Pair { name, live: served(&desired), desired };
    vec![
        pair("small Deployment", deployment("small", 1)),
        pair("large Deployment", deployment("large", 3)),
        pair("large CRD", definition("measures")),
        pair("600 kB ConfigMap", config_map("dashboards", 600)),
    ]
}

/// Objects of many kinds, and what a target and a ledger hold of them.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// As declared.
    pub desired: ObjectSet,
    /// As they live.
    pub observed: Observed,
    /// As the ledger knows them.
    pub owned: Inventory,
}

/// `count` objects, of which each hundredth to each first has drifted, by `drifted` percent: 40 %
/// small ConfigMaps, 20 % Services, 15 % Secrets, 20 % Deployments, 4.5 % custom resources and
/// 0.5 % definitions.
pub fn fleet(count: usize, drifted: usize) -> Fleet {
    let mut fleet =
        Fleet { desired: ObjectSet::new(), observed: Observed::new(), owned: Inventory::new() };
    for at in 0..count {
        let desired = mixed(at);
        let live = served(&desired);
        let live = if at % 100 < drifted { relabelled(live) } else { live };
        let entry = Entry {
            version: desired.version().into(),
            uid: live.uid().map(Into::into),
            ..Entry::default()
        };
        fleet.owned.entries.insert(desired.id().clone(), entry);
        fleet.observed.insert(desired.id().clone(), Live::Present(live));
        fleet.desired.replace(desired);
    }
    fleet
}

fn mixed(at: usize) -> Object {
    let name = format!("object-{at:06}");
    match at * 7 % 1000 {
        0..400 => config_map(&name, 1),
        400..600 => service(&name),
        600..750 => secret(&name),
        750..950 => deployment(&name, 3),
        950..995 => custom_resource(&name),
        _ => definition(&name),
    }
}

/// Somebody changed a label that is declared.
fn relabelled(live: Object) -> Object {
    let edited = live.edit(|body| {
        let labels = body.map_at("metadata").map_at("labels");
        labels.insert("app.kubernetes.io/name", "changed-by-hand".into());
    });
    edited.expect("because a label is no part of the identity")
}
