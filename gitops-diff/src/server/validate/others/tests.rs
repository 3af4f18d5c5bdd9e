//! Cases whose answers a kube-apiserver 1.36.2 gave, to creates and updates as a dry-run.
//!
//! Each has a kind and a title, the object that is written (`is`), the one that lives (`was`) if
//! there is one, and what the server answers: `taken`, or the causes by reason and field. Repeats
//! are written `@{x*64}`.

use std::collections::BTreeSet;

use crate::server::Write;
use crate::{GroupKind, Map, Schema, Value};

const FILES: [&str; 17] = [
    include_str!("cases/admissionregistration.txt"),
    include_str!("cases/apiextensions.txt"),
    include_str!("cases/apiregistration.txt"),
    include_str!("cases/autoscaling.txt"),
    include_str!("cases/autoscaling-v1.txt"),
    include_str!("cases/certificates.txt"),
    include_str!("cases/coordination.txt"),
    include_str!("cases/discovery.txt"),
    include_str!("cases/events.txt"),
    include_str!("cases/flowcontrol.txt"),
    include_str!("cases/networking.txt"),
    include_str!("cases/node.txt"),
    include_str!("cases/policy.txt"),
    include_str!("cases/rbac.txt"),
    include_str!("cases/resource.txt"),
    include_str!("cases/scheduling.txt"),
    include_str!("cases/storage.txt"),
];

#[test]
fn each_case_is_answered_as_the_server_answered_it() {
    let schema = Schema::builtin();
    let mut wrong = Vec::new();
    for file in FILES {
        let mut blocks = file.split("\n\n");
        let version = blocks.next().and_then(|it| it.strip_prefix("# ")).unwrap().trim();
        for block in blocks {
            let case = Case::read(version, block);
            let found = case.answer(&schema);
            if found != case.expected {
                wrong.push(format!(
                    "{version} {}\n  missed: {:?}\n  too many: {:?}",
                    case.title,
                    case.expected.difference(&found).collect::<Vec<_>>(),
                    found.difference(&case.expected).collect::<Vec<_>>(),
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

struct Case<'a> {
    version: &'a str,
    title: &'a str,
    is: Value,
    was: Option<Value>,
    expected: BTreeSet<String>,
}

impl<'a> Case<'a> {
    fn read(version: &'a str, block: &'a str) -> Self {
        let mut lines = block.trim().lines();
        let title = lines.next().unwrap();
        let (mut is, mut was, mut expected) = (None, None, BTreeSet::new());
        for line in lines {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("is", json) => is = Some(object(json)),
                ("was", json) => was = Some(object(json)),
                ("-", cause) => assert!(expected.insert(cause.to_owned()), "{title}: {cause}"),
                ("taken", "") => assert!(expected.is_empty(), "{title}"),
                other => panic!("{title}: {other:?}"),
            }
        }
        Self { version, title, is: is.unwrap(), was, expected }
    }

    fn answer(&self, schema: &Schema) -> BTreeSet<String> {
        let (kind, _) = self.title.split_once(':').unwrap();
        let (group, version) = self.version.split_once('/').unwrap();
        let kind = GroupKind::new(group, kind);
        let create = Write { schema, kind: &kind, version, subresource: None, live: None };
        let was = self.was.clone().map(|mut it| {
            create.default(&mut it);
            create.prepare(&mut it);
            assert_eq!(create.validate(&it), [], "{}", self.title);
            it
        });
        let write = Write { live: was.as_ref(), ..create };
        let mut is = self.is.clone();
        write.default(&mut is);
        write.prepare(&mut is);
        let causes = write.validate(&is);
        let reason = |it: &str| it.strip_prefix("FieldValue").unwrap_or(it).to_owned();
        causes.iter().map(|it| format!("{} {}", reason(&it.reason), it.field)).collect()
    }
}

/// An object, which has a name and a namespace if it says nothing else.
fn object(json: &str) -> Value {
    let mut object: Value = serde_json::from_str(&expanded(json)).unwrap();
    let metadata: &mut Map = object.as_map_mut().unwrap().map_at("metadata");
    metadata.entry("name", || "a".into());
    metadata.entry("namespace", || "default".into());
    object
}

fn expanded(json: &str) -> String {
    let mut parts = json.split("@{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (repeat, rest) = part.split_once('}').unwrap();
        let (letter, times) = repeat.rsplit_once('*').unwrap();
        text += &letter.repeat(times.parse().unwrap());
        text += rest;
    }
    text
}
