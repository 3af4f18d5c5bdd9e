use std::sync::Arc;

use super::*;
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::schema::Schema;
use crate::kustomize::tables::{rows, trees};
use crate::kustomize::transform::tests::{resources, text};

/// Runs one reference over `referrer`, the last resource.
fn fix(all: &mut Resources, path: &str, target: &Gvk) -> Result<()> {
    let spec = FieldSpec { path: path.into(), ..FieldSpec::default() };
    let references = [BackReferences { target: target.clone(), referrers: vec![spec] }];
    let transformer = NameReferences { references: &references };
    let mut fixer = Fixer::new(transformer.fields(), all);
    fixer.fix(all, all.len() - 1)
}

#[test]
fn references_are_fixed_as_upstream_fixes_them() {
    for row in rows("api/filters/nameref") {
        let (Some(candidates), Some(names)) =
            (row["candidates"].as_str(), row["originalNames"].as_array())
        else {
            continue;
        };
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let schema = Arc::new(Schema::default());
        let mut all = Resources::default();
        for (at, (tree, name)) in trees(candidates).into_iter().zip(names).enumerate() {
            let mut it = Resource::new(tree, &schema);
            let id = it.id().clone();
            it.append(internal::PREFIXES, &word(&row["prefix"][at]));
            it.append(internal::SUFFIXES, &word(&row["suffix"][at]));
            it.store_id(id.effective_namespace(), &word(name), &id.gvk.kind);
            all.append(it).expect("different names");
        }
        let count = all.len();
        let mut referrer = Resource::new(trees(&word(&row["referrerOriginal"])).remove(0), &schema);
        referrer.append(internal::PREFIXES, &word(&row["inputPrefix"]));
        referrer.append(internal::SUFFIXES, &word(&row["inputSuffix"]));
        all.append(referrer).expect("different names");

        let target = &row["filter"]["ReferralTarget"];
        let target = Gvk {
            group: word(&target["Group"]).into(),
            version: word(&target["Version"]).into(),
            kind: word(&target["Kind"]).into(),
            cluster_scoped: false,
        };
        let path = word(&row["filter"]["NameFieldToUpdate"]["Path"]);
        let fixed = fix(&mut all, &path, &target);
        let fails =
            row["err"] == true || row["name"] == "multiple match" || row["name"] == "no name";
        assert_eq!(fixed.is_err(), fails, "{row} {fixed:?}");
        if !fails {
            let mut referrer = all.take();
            let referrer = referrer.remove(count).node().clone();
            let expected = word(&row["referrerFinal"]);
            let mut found = Resources::default();
            found.append(Resource::new(referrer, &schema)).expect("one");
            assert_eq!(text(&found), text(&resources(&expected)), "{row}");
        }
    }
}

/// Resources with earlier names: `kind: Secret\n…` texts, each with a name it had.
fn named(parts: &[(&str, &str)]) -> Resources {
    let mut all = Resources::default();
    for (tree, before) in parts {
        let mut resource = resources(tree).take().remove(0);
        if !before.is_empty() {
            let id = resource.id().clone();
            resource.store_id(id.effective_namespace(), before, &id.gvk.kind);
        }
        all.append(resource).expect("different names");
    }
    all
}

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: x}, \
                   spec: {volumes: [{secret: {secretName: s}}, {secret: {secretName: '1'}}]}}";

fn secret(name: &str, namespace: &str) -> String {
    format!("{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, namespace: {namespace}}}}}")
}

fn check(parts: &[(&str, &str)], expected: &str) {
    let mut all = named(parts);
    let found = match NameReferences::new(Config::builtin()).transform(&mut all) {
        Ok(()) => text(&all).split("---\n").last().unwrap_or_default().to_owned(),
        Err(problem) => problem.message,
    };
    assert!(found.contains(expected), "{found}");
}

#[test]
fn only_resources_in_reach_are_referred_to() {
    check(&[(&secret("s-1", "x"), "s"), (POD, "")], "secretName: s-1\n");
    check(&[(&secret("s-1", "y"), "s"), (POD, "")], "secretName: s\n");
    check(&[(&secret("s-1", "x"), "t"), (POD, "")], "secretName: s\n");
    check(&[(&secret("'2'", "x"), "1"), (POD, "")], "secretName: \"2\"\n");
}

#[test]
fn a_reference_to_several_is_a_problem_unless_they_have_one_name() {
    let (a, b) = (secret("s-1", "x"), secret("s-2", "x"));
    check(
        &[(&a, "s"), (&b, "s"), (POD, "")],
        "updating name reference in 'spec/volumes/secret/secretName' field of 'Pod.v1.[noGrp]/p.x': \
         considering field 'spec/volumes/secret/secretName' of object Pod.v1.[noGrp]/p.x: \
         visit traversal on path: [secret secretName]: found multiple possible referrals: \
         Secret.v1.[noGrp]/s-1.x, Secret.v1.[noGrp]/s-2.x\n\n\
         **** Too many possible referral targets to referrer:\n",
    );
}

#[test]
fn a_subject_gets_the_namespace_of_its_account_too() {
    let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a-1, namespace: y}}";
    let binding = |subject: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, \
             metadata: {{name: b, namespace: x}}, subjects: [{{kind: ServiceAccount, name: a{subject}}}]}}"
        )
    };
    check(&[(account, "a"), (&binding(", namespace: y"), "")], "  name: a-1\n  namespace: \"y\"\n");
    check(&[(account, "a"), (&binding(""), "")], "  name: a\n");
    check(&[(account, "a"), (&binding(", namespace: 1"), "")], "Invalid Input: namespace is blank");
}

#[test]
fn whoever_refers_is_noted_where_it_refers_to() {
    let mut all = named(&[(&secret("s-1", "x"), "s"), (POD, "")]);
    NameReferences::new(Config::builtin()).transform(&mut all).expect("no problem");
    assert_eq!(all.get(0).annotation(internal::REFERRED_BY), Some("Pod.v1.[noGrp]/p.x"));
}
