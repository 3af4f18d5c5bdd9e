//! Objects that did and did not drift, each in a way that engines are known to see or to miss.

use gitops_diff::merge::{Apply, Force};
use gitops_diff::{Map, Object, Packed, Schema, Value, predict};
use serde_json::{Value as Json, json};

use crate::served::{applied, served};
use crate::{Pair, pairs};

/// An object as it is declared and as it lives, and whether a forced apply would change it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The object, and what happened to it.
    pub name: String,
    /// As declared now.
    pub desired: Object,
    /// As declared when it was applied last.
    pub before: Object,
    /// As it lives.
    pub live: Object,
    /// What an apply answers.
    pub answer: Object,
    /// Whether it drifted.
    pub has_drifted: bool,
}

impl Case {
    /// What lives, packed.
    ///
    /// # Panics
    /// Never: fixtures are small.
    pub fn packed(&self) -> Packed {
        Packed::try_from(self.live.body()).expect("because fixtures are small")
    }
}

/// What happens to an object, and whether that is drift.
type Happening = (&'static str, bool, fn(&Pair) -> Option<(Object, Object, Object)>);

const HAPPENINGS: [Happening; 9] = [
    ("unchanged", false, |it| Some((it.desired.clone(), it.desired.clone(), it.live.clone()))),
    ("annotated by another", false, |it| {
        let note = patch(it, |body| set(body, "/metadata/annotations/example.com~1note", "x"));
        Some(by_another(it, &note))
    }),
    ("a sidecar injected", false, |it| {
        let sidecar = only(it, "Deployment")?;
        let sidecar = patch(sidecar, |body| {
            let container = json!([{ "name": "mesh", "image": "registry.example.com/mesh:2" }]);
            set(body, "/spec/template/spec/containers", container);
        });
        Some(by_another(it, &sidecar))
    }),
    ("quantities written otherwise", false, |it| {
        let desired = only(it, "Deployment")?.desired.clone().edit(|body| {
            if let Some(cpu) = at(body, "/spec/template/spec/containers/0/resources/limits/cpu") {
                *cpu = "1000m".into();
            }
        });
        let desired = desired.ok()?;
        Some((desired.clone(), desired.clone(), served(&desired)))
    }),
    ("defaults left out", false, |it| {
        let desired = only(it, "Deployment")?.desired.clone().edit(|body| {
            if let Some(Value::List(ports)) = at(body, "/spec/template/spec/containers/0/ports") {
                ports.iter_mut().filter_map(Value::as_map_mut).for_each(|it| {
                    it.remove("protocol");
                });
            }
        });
        let desired = desired.ok()?;
        Some((desired.clone(), desired.clone(), served(&desired)))
    }),
    ("a label changed", true, |it| {
        let label = patch(it, |body| set(body, "/metadata/labels/app.kubernetes.io~1name", "x"));
        Some(by_another(it, &label))
    }),
    ("an image changed", true, |it| {
        let image = patch(only(it, "Deployment")?, |body| {
            let container = json!([{ "name": "container-0", "image": "other:1" }]);
            set(body, "/spec/template/spec/containers", container);
        });
        Some(by_another(it, &image))
    }),
    ("scaled by hand", true, |it| {
        let scaled = patch(only(it, "Deployment")?, |body| set(body, "/spec/replicas", 9));
        Some(by_another(it, &scaled))
    }),
    ("a label no longer declared", true, |it| {
        let before = it.desired.clone().edit(|body| {
            body.map_at("metadata").map_at("labels").insert("old", "x".into());
        });
        let before = before.ok()?;
        Some((it.desired.clone(), before.clone(), served(&before)))
    }),
];

/// All cases.
pub fn cases() -> Vec<Case> {
    let case = |pair: &Pair, (what, has_drifted, make): &Happening| {
        let (desired, before, live) = make(pair)?;
        let answer = answer(&live, &desired)?;
        let name = format!("{}, {what}", pair.name);
        Some(Case { name, desired, before, live, answer, has_drifted: *has_drifted })
    };
    let pairs = pairs();
    pairs.iter().flat_map(|pair| HAPPENINGS.iter().filter_map(move |it| case(pair, it))).collect()
}

fn answer(live: &Object, desired: &Object) -> Option<Object> {
    let apply = Apply {
        live: Some(live.body()),
        desired: desired.body(),
        manager: "gitops",
        force: Force::Yes,
        subresource: None,
        now: "2026-01-01T00:10:00Z",
    };
    Object::new(predict(&Schema::builtin(), &apply).ok()?).ok()
}

fn only<'p>(pair: &'p Pair, kind: &str) -> Option<&'p Pair> {
    (pair.desired.id().kind() == kind).then_some(pair)
}

/// An object of the same identity with nothing else than what `fill` puts in.
fn patch(pair: &Pair, fill: impl FnOnce(&mut Json)) -> Object {
    let id = pair.desired.id();
    let mut body = json!({
        "apiVersion": pair.desired.api_version(),
        "kind": id.kind(),
        "metadata": { "name": id.name() },
    });
    if let Some(namespace) = id.namespace() {
        set(&mut body, "/metadata/namespace", namespace);
    }
    fill(&mut body);
    Object::new(Value::from(body)).expect("because it has the identity of the pair")
}

fn by_another(pair: &Pair, patch: &Object) -> (Object, Object, Object) {
    let live = applied(Some(&pair.live), patch, "somebody");
    (pair.desired.clone(), pair.desired.clone(), live)
}

/// Puts a value at a JSON Pointer; maps on the way are made.
fn set(body: &mut Json, pointer: &str, value: impl Into<Json>) {
    let place = pointer.split('/').skip(1).fold(body, |place, token| {
        let token = token.replace("~1", "/");
        &mut place[token]
    });
    *place = value.into();
}

fn at<'v>(body: &'v mut Map, pointer: &str) -> Option<&'v mut Value> {
    let mut tokens = pointer.split('/').skip(1);
    let first = body.get_mut(tokens.next()?)?;
    tokens.try_fold(first, |place, token| match place {
        Value::List(items) => items.get_mut(token.parse::<usize>().ok()?),
        other => other.as_map_mut()?.get_mut(token),
    })
}
