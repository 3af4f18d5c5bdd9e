//! Sets of many objects of many kinds.

use gitops_diff::{Entry, Inventory, Live, Object, ObjectSet, Observed, Packed};

use crate::objects::{config_map, custom_resource, definition, deployment, secret, service};
use crate::served::served;

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
/// small `ConfigMap`s, 20 % Services, 15 % Secrets, 20 % Deployments, 4.5 % custom resources and
/// 0.5 % definitions.
pub fn fleet(count: usize, drifted: usize) -> Fleet {
    let herd = Herd::default();
    let mut fleet =
        Fleet { desired: ObjectSet::new(), observed: Observed::new(), owned: Inventory::new() };
    for at in 0..count {
        let desired = herd.desired(at);
        let live =
            herd.live(at, if at % 100 < drifted { State::Drifted } else { State::InSync }, 1);
        let live: Object = read(&live);
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

/// Any number of objects, made from one of each kind: they differ in their names.
#[derive(Clone, Debug)]
pub struct Herd {
    kinds: Vec<Kind>,
}

/// How many of a thousand are of a kind, and one of them.
#[derive(Clone, Debug)]
struct Kind {
    share: usize,
    desired: String,
    live: String,
}

/// How an object lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it is declared.
    InSync,
    /// Somebody changed a label that is declared.
    Drifted,
}

/// What stands for the name in a text; of the length of names, so that sizes stay.
const NAME: &str = "object-000000";
const LABEL: &str = "platform-of-shops";

impl Default for Herd {
    fn default() -> Self {
        let kind = |share, desired: Object| {
            let label = |body: &mut gitops_diff::Map| {
                let labels = body.map_at("metadata").map_at("labels");
                labels.insert("app.kubernetes.io/part-of", LABEL.into());
            };
            let desired = desired.edit(label).expect("because a label is no part of the identity");
            let live = served(&desired).edit(|body| {
                let metadata = body.map_at("metadata");
                metadata.insert("uid", format!("uid-of-{NAME}").into());
            });
            let live = live.expect("because the identity stays");
            let json = |object: &Object| serde_json::to_string(object).unwrap_or_default();
            Kind { share, desired: json(&desired), live: json(&live) }
        };
        let kinds = vec![
            kind(400, config_map(NAME, 1)),
            kind(200, service(NAME)),
            kind(150, secret(NAME)),
            kind(200, deployment(NAME, 3)),
            kind(45, custom_resource(NAME)),
            kind(5, definition(NAME)),
        ];
        Self { kinds }
    }
}

impl Herd {
    /// Nothing but Deployments.
    #[must_use]
    pub fn of_deployments() -> Self {
        let mut herd = Self::default();
        herd.kinds.swap(0, 3);
        herd.kinds.truncate(1);
        herd.kinds[0].share = 1000;
        herd
    }

    /// The object of this number as it is declared.
    pub fn desired(&self, at: usize) -> Object {
        read(&renamed(&self.kind(at).desired, at))
    }

    /// The object of this number as it lives, in a version, as JSON.
    pub fn live(&self, at: usize, state: State, version: usize) -> String {
        let live = renamed(&self.kind(at).live, at);
        let live = live.replace(
            "\"resourceVersion\":\"123456\"",
            &format!("\"resourceVersion\":\"{version}\""),
        );
        match state {
            State::InSync => live,
            State::Drifted => live.replace(LABEL, "changed-by-hand"),
        }
    }

    /// The same, packed.
    ///
    /// # Panics
    /// Never: fixtures are JSON.
    pub fn packed(&self, at: usize, state: State, version: usize) -> Packed {
        Packed::from_json(self.live(at, state, version).as_bytes())
            .expect("because fixtures are JSON")
    }

    fn kind(&self, at: usize) -> &Kind {
        let mut place = at * 7 % 1000;
        for kind in &self.kinds {
            match place.checked_sub(kind.share) {
                Some(left) => place = left,
                None => return kind,
            }
        }
        &self.kinds[0]
    }
}

fn renamed(json: &str, at: usize) -> String {
    // The names of definitions have no dash.
    let json = json.replace(NAME, &format!("object-{at:06}"));
    json.replace(&NAME.replace('-', ""), &format!("object{at:06}"))
}

fn read(json: &str) -> Object {
    serde_json::from_str(json).expect("because fixtures have an identity")
}
