//! Drift on what a real API server answered: the pairs and transcripts of `GITOPS_CORPUS`.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says aloud what it leaves out and fails where it cannot go on"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, Write as _};
use std::path::PathBuf;

use gitops_diff::{
    Class, Differ, Drift, Entry, Extent, FieldPath, Inventory, Keys, ListRef, Live, MapRef, Object,
    Observed, PathElement, Plan, Schema, Text, TypeRef, Value,
};

/// The rows of a corpus file; `None`, said aloud, where there is no corpus.
fn rows(file: &str) -> Option<Vec<Value>> {
    let Some(root) = std::env::var_os("GITOPS_CORPUS") else {
        // Not by macro: the harness hides what passing tests print.
        let _ = writeln!(std::io::stderr(), "left out: {file} (GITOPS_CORPUS is not set)");
        return None;
    };
    let path = PathBuf::from(root).join("apply").join(file);
    let file = std::fs::File::open(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    Some(lines.map(|it| serde_json::from_str(&it.unwrap()).unwrap()).collect())
}

fn object(value: Option<&Value>) -> Option<Object> {
    Object::new(value?.clone()).ok()
}

/// Without what every write changes.
fn settled(object: &Object) -> Value {
    let strip = |body: &mut gitops_diff::Map| {
        let metadata = body.map_at("metadata");
        for field in ["managedFields", "resourceVersion", "generation"] {
            metadata.remove(field);
        }
        // The status of definitions is written a moment later.
        if object.id().kind() == "CustomResourceDefinition" {
            body.remove("status");
        }
    };
    object.clone().edit(strip).unwrap().into_body()
}

#[test]
fn drift_is_what_a_forced_apply_would_change_field_by_field() {
    let Some(pairs) = rows("diff-pairs/pairs.jsonl.gz") else { return };
    let drift = Drift::default();
    let mut wrong = Vec::new();
    for pair in &pairs {
        let part = |pointer| object(pair.pointer(pointer));
        let (Some(desired), Some(live)) = (part("/desired"), part("/live")) else {
            wrong.push(format!("{:?} has no objects", pair.get("id")));
            continue;
        };
        let Some(answer) = part("/dryRunForced/answer") else { continue };
        let changes = drift.compare(&desired, &live).unwrap();
        let found: BTreeSet<String> = changes.iter().map(|it| it.path.to_string()).collect();
        let expected = differing(&drift.schema, &settled(&live), &settled(&answer));
        if found != expected {
            let id = pair.get("id");
            wrong.push(format!("{id:?} {}: {found:?}, not {expected:?}", desired.id()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
}

/// The paths at which two objects differ, as high as a whole value comes or goes: an oracle of its
/// own, by the list keys of the schema alone.
fn differing(schema: &Schema, old: &Value, new: &Value) -> BTreeSet<String> {
    let object = Object::new(new.clone()).unwrap();
    let of = schema.type_of(object.id().group_kind(), object.version());
    let mut paths = BTreeSet::new();
    walk(Some(of), &mut FieldPath::default(), old, new, &mut paths);
    paths
}

fn walk(
    of: Option<TypeRef<'_>>,
    path: &mut FieldPath,
    old: &Value,
    new: &Value,
    out: &mut BTreeSet<String>,
) {
    if old == new {
        return;
    }
    let is_atomic = of.and_then(TypeRef::map).is_some_and(MapRef::is_atomic);
    let list = of.filter(|it| !it.is_deduced()).and_then(TypeRef::list);
    match (old, new, list.map(ListRef::keys)) {
        (Value::Map(old), Value::Map(new), _) if !is_atomic => {
            let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            for name in names {
                let below = of.and_then(|it| it.field(name));
                path.push(PathElement::field(name.as_str()));
                step(below, path, old.get(name), new.get(name), out);
                path.pop();
            }
        }
        (Value::List(old), Value::List(new), Some(Keys::Map(keys))) => {
            let key = |item: &Value| {
                let defaults = list.and_then(|it| it.element().map());
                let field = |name: &Text| {
                    let given = item.get(name).cloned();
                    let value = given.or_else(|| defaults?.default_of(name).cloned());
                    value.map(|it| (name.clone(), it))
                };
                PathElement::key(keys.iter().filter_map(field).collect())
            };
            items(list.map(ListRef::element), path, (old, new), &key, out);
        }
        (Value::List(old), Value::List(new), Some(Keys::Set)) => {
            items(None, path, (old, new), &|it| PathElement::Value(it.clone()), out);
        }
        _ => drop(out.insert(path.to_string())),
    }
}

fn step(
    of: Option<TypeRef<'_>>,
    path: &mut FieldPath,
    old: Option<&Value>,
    new: Option<&Value>,
    out: &mut BTreeSet<String>,
) {
    match (old, new) {
        (Some(old), Some(new)) => walk(of, path, old, new, out),
        (None, None) => {}
        _ => drop(out.insert(path.to_string())),
    }
}

fn items(
    of: Option<TypeRef<'_>>,
    path: &mut FieldPath,
    (old, new): (&[Value], &[Value]),
    key: &dyn Fn(&Value) -> PathElement,
    out: &mut BTreeSet<String>,
) {
    let (was, is): (Vec<_>, Vec<_>) =
        (old.iter().map(key).collect(), new.iter().map(key).collect());
    let kept = |of: &[PathElement], in_: &[PathElement]| -> Vec<PathElement> {
        of.iter().filter(|it| in_.contains(it)).cloned().collect()
    };
    if kept(&was, &is) != kept(&is, &was) {
        out.insert(path.to_string());
    }
    let all: BTreeSet<PathElement> = was.iter().chain(&is).cloned().collect();
    for element in all {
        let at = |all: &[PathElement]| all.iter().position(|it| *it == element);
        path.push(element.clone());
        step(of, path, at(&was).map(|it| &old[it]), at(&is).map(|it| &new[it]), out);
        path.pop();
    }
}

#[test]
fn what_others_changed_and_is_no_drift_is_reported() {
    let Some(pairs) = rows("diff-pairs/pairs.jsonl.gz") else { return };
    let drift = Drift { extent: Extent::Everything, ..Drift::default() };
    let mut wrong = Vec::new();
    let mut count = 0;
    for pair in &pairs {
        let part = |pointer| object(pair.pointer(pointer));
        let (Some(desired), Some(live)) = (part("/desired"), part("/live")) else { continue };
        let (Some(applied), Some(answer)) = (part("/applied"), part("/dryRunForced/answer")) else {
            continue;
        };
        let theirs = differing(&drift.schema, &settled(&applied), &settled(&live));
        let ours = differing(&drift.schema, &settled(&live), &settled(&answer));
        let plan = plan(&drift, &desired, Some(live.clone()), &Inventory::new());
        let fields = plan.observations.iter().flat_map(|it| &it.fields);
        let noted: Vec<(String, &Class)> =
            fields.map(|it| (it.path.to_string(), &it.class)).collect();
        // What is gone cannot be seen in what lives, and what is drift is no observation.
        let lives = |path: &&String| {
            let path: FieldPath = path.parse().unwrap();
            path.lookup(live.body()).is_some()
        };
        for path in theirs.difference(&ours).filter(lives) {
            count += 1;
            let covers = |(noted, class): &(String, &Class)| {
                !class.is_change() && (noted.starts_with(path) || path.starts_with(noted.as_str()))
            };
            let is_drift = ours.iter().any(|it| it.starts_with(path) || path.starts_with(it));
            if !noted.iter().any(covers) && !is_drift {
                wrong.push(format!("{:?} {}: {path}", pair.get("id"), desired.id()));
            }
        }
    }
    println!("{count} fields of others");
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The kinds of the transcripts: the built-in ones and those they define first.
fn schema() -> Option<Schema> {
    let setup = rows("transcripts/setup.jsonl.gz")?;
    let bodies = setup.iter().filter_map(|row| object(row.get("body")));
    let definitions = bodies.filter(|it| it.id().kind() == "CustomResourceDefinition");
    Some(definitions.fold(Schema::builtin(), |schema, it| schema.with_crd(&it).unwrap()))
}

#[test]
fn what_was_just_applied_has_not_drifted() {
    let Some(schema) = schema() else { return };
    let files = ["kinds", "special", "real", "custom"];
    let scripts = files.map(|file| rows(&format!("transcripts/{file}.jsonl.gz")));
    let scripts: Vec<Value> = scripts.into_iter().flatten().flatten().collect();
    check_applies(&schema, &scripts, Remembered::Digest, 0);
    // Where it is not known what was applied last, what admission did to a new node cannot be
    // told from drift: an apply would take its taint away. So it is with an item that was given
    // twice.
    check_applies(&schema, &scripts, Remembered::Nothing, 42);
}

/// What the ledger knows of the last apply.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Remembered {
    Nothing,
    Digest,
}

fn check_applies(schema: &Schema, scripts: &[Value], remembered: Remembered, allowed: usize) {
    let drift = Drift { schema: schema.clone(), ..Drift::default() };
    let mut wrong = Vec::new();
    let mut count = 0;
    for script in scripts {
        for step in script.get("steps").and_then(Value::as_list).unwrap() {
            let Some(found) = just_applied(&drift, step, remembered) else { continue };
            count += 1;
            if !found.is_empty() {
                wrong.push(format!("{:?}: {found:?}", script.get("id")));
            }
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "remembering {remembered:?}: {} of {count} applies seem drifted",
        wrong.len()
    );
    assert!(wrong.len() <= allowed, "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The paths that seem to have drifted in the answer to an apply; `None` for other steps.
fn just_applied(drift: &Drift, step: &Value, remembered: Remembered) -> Option<Vec<String>> {
    let text = |name| step.get(name).and_then(Value::as_str);
    let done = matches!(step.get("code")?, Value::Int(200 | 201)) && text("verb") == Some("apply");
    if !done {
        return None;
    }
    let desired = object(step.get("body"))?;
    let live = object(step.get("answer"))?;
    let manager = step.pointer("/query/fieldManager").and_then(Value::as_str)?;
    let drift = Drift { manager: manager.into(), ..drift.clone() };
    let mut owned = Inventory::new();
    if remembered == Remembered::Digest {
        let plan = plan(&drift, &desired, None, &owned);
        let applied = plan.changes().next()?.applied(&live, manager);
        let uid = live.uid().map(Into::into);
        owned.entries.insert(desired.id().clone(), Entry { applied, uid, ..Entry::default() });
    }
    let plan = plan(&drift, &desired, Some(live), &owned);
    let fields = plan.changes().flat_map(|it| &it.fields);
    Some(fields.map(|it| it.path.to_string()).collect())
}

fn plan(drift: &Drift, desired: &Object, live: Option<Object>, owned: &Inventory) -> Plan {
    let mut observed = Observed::new();
    observed.insert(desired.id().clone(), live.map_or(Live::Absent, Live::Present));
    drift.diff(&[desired.clone()].into_iter().collect(), &observed, owned).unwrap()
}
