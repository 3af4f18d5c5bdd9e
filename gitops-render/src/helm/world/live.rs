//! What `lookup` finds in a cluster.

use std::collections::BTreeSet;

use gitops_diff::{GroupKind, Query};

use super::{Found, Lookup};

/// Leaves it to the cluster, as `helm template --dry-run=server` and Flux do: what is looked up is
/// asked for by [`RenderError::Missing`](crate::RenderError::Missing), and whoever renders fetches
/// it, such as a reconciler from its target.
///
/// The cluster is read with the rights of whoever fetches, not with those of who wrote the chart:
/// a chart can copy what it finds into any object that it makes. So Secrets are not found unless
/// [`kinds`](Self::kinds) allows it.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use gitops_diff::{Query, Value};
/// use gitops_render::{Helm, HelmOptions, Input, LiveLookup, RenderError, Requirement};
/// use gitops_source::{Tree, TreePath};
///
/// let tree = Tree::from_files([
///     ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
///     ("templates/a.yaml", r#"zone: {{ (lookup "v1" "Node" "" "n1").metadata.zone }}"#),
/// ])?;
/// let lookup = Arc::new(LiveLookup::default());
/// let helm = Helm::new(HelmOptions { lookup, ..HelmOptions::default() });
///
/// let mut input = Input::new(&tree, TreePath::default());
/// let node = Requirement::Object(Query::new("v1", "Node", "", "n1"));
/// assert_eq!(helm.template(&input), Err(RenderError::Missing(vec![node.clone()])));
///
/// let answer: Value = serde_json::from_str(r#"{"metadata":{"zone":"north"}}"#)?;
/// input.fetched.insert(node, Requirement::answer(Ok(Some(&answer))));
/// assert!(helm.template(&input)?.ends_with("zone: north\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LiveLookup {
    /// What may be looked up. Other lookups fail, since a chart takes nothing for a first install.
    pub kinds: LookupKinds,
}

/// Which kinds templates may look up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupKinds {
    /// All but Secrets.
    #[default]
    AllButSecrets,
    /// All, Secrets too.
    All,
    /// These.
    Only(BTreeSet<GroupKind>),
}

impl LookupKinds {
    fn allow(&self, kind: &GroupKind) -> bool {
        match self {
            Self::AllButSecrets => !kind.is("", "Secret"),
            Self::All => true,
            Self::Only(kinds) => kinds.contains(kind),
        }
    }
}

impl Lookup for LiveLookup {
    fn lookup(&self, query: &Query) -> Result<Found, String> {
        if self.kinds.allow(&query.group_kind()) {
            return Ok(Found::Elsewhere);
        }
        Err(format!("the kind of {query} may not be looked up; see `LiveLookup::kinds`"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gitops_diff::{Object, Value};
    use gitops_source::{Tree, TreePath};

    use super::*;
    use crate::helm::{Helm, HelmOptions, Snapshot};
    use crate::{Input, RenderError, Requirement};

    const NODE: &str =
        r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},"spec":{"big":3,"part":0.5}}"#;

    /// What the cluster answers to all that is looked up of a namespace.
    fn answer(query: &Query) -> Option<Tree> {
        let node: Value = serde_json::from_str(NODE).unwrap();
        match &*query.namespace {
            "there" => Some(Requirement::answer(Ok(Some(&node)))),
            "empty" => Some(Requirement::answer(Ok(None))),
            "closed" => Some(Requirement::answer(Err("nodes is forbidden"))),
            _ => None,
        }
    }

    /// What is printed, or what is missing, or the error.
    fn check(lookup: impl Lookup + 'static, template: &str, answered: &[&str]) -> String {
        let tree = Tree::from_files([
            ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n".to_owned()),
            ("templates/a.yaml", template.to_owned()),
        ]);
        let tree = tree.unwrap();
        let mut input = Input::new(&tree, TreePath::default());
        for namespace in answered {
            let query = Query::new("v1", "Node", *namespace, "n1");
            input.fetched.extend(answer(&query).map(|tree| (Requirement::Object(query), tree)));
        }
        let helm = Helm::new(HelmOptions { lookup: Arc::new(lookup), ..HelmOptions::default() });
        match helm.template(&input) {
            Ok(text) => text.replace("---\n# Source: c/templates/a.yaml\n", "").trim().to_owned(),
            Err(RenderError::Missing(all)) => {
                let all: Vec<String> = all.iter().map(ToString::to_string).collect();
                format!("missing: {}", all.join(", "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_nobody_answered_is_missing_in_the_order_of_the_questions() {
        let look = |namespace: &str| format!("(lookup \"v1\" \"Node\" {namespace:?} \"n1\")");
        let [b, a, there, empty] = ["b", "a", "there", "empty"].map(look);
        let cases = [
            (format!("a: {{{{ {b} }}}} {{{{ {a} }}}} {{{{ {b} }}}}"), "v1 Node b/n1, v1 Node a/n1"),
            // A template may fail only because it found nothing.
            (format!("a: {{{{ {a}.metadata.name }}}} {{{{ {b} }}}}"), "v1 Node a/n1"),
            (format!("a: {{{{ if not {a} }}}}{{{{ fail \"x\" }}}}{{{{ end }}}}"), "v1 Node a/n1"),
            (format!("a: {{{{ if not {empty} }}}}{{{{ {a} }}}}{{{{ end }}}}"), "v1 Node a/n1"),
            (format!("a: {{{{ if {there} }}}}{{{{ {b} }}}}{{{{ end }}}}"), "v1 Node b/n1"),
            ("a: [ {{ lookup \"v1\" \"Node\" \"\" \"\" }}".to_owned(), "v1 Node in all namespaces"),
        ];
        for (template, expected) in cases {
            let printed = check(LiveLookup::default(), &template, &["there", "empty"]);
            assert_eq!(printed, format!("missing: {expected}"), "{template}");
        }
    }

    #[test]
    fn answers_are_what_the_cluster_said() {
        let cases = [
            ("toJson", "there", NODE),
            ("toJson", "empty", "{}"),
            ("dig \"spec\" \"big\" 0 | kindOf", "there", "int64"),
            ("dig \"spec\" \"part\" 0 | kindOf", "there", "float64"),
            (
                "toJson",
                "closed",
                "templates/a.yaml:1:6: template: c/templates/a.yaml:1:6: executing \
                 \"c/templates/a.yaml\" at <lookup \"v1\" \"Node\" \"closed\" \"n1\">: error calling \
                 lookup: nodes is forbidden",
            ),
        ];
        for (function, namespace, expected) in cases {
            let look = format!("lookup \"v1\" \"Node\" {namespace:?} \"n1\"");
            let template = format!("a: {{{{ {look} | {function} }}}}");
            let printed = check(LiveLookup::default(), &template, &[namespace]);
            assert_eq!(printed.trim_start_matches("a: "), expected, "{template}");
        }
    }

    #[test]
    fn kinds_are_looked_up_where_they_are_allowed() {
        let only = |kinds: &[(&str, &str)]| {
            let kinds = kinds.iter().map(|(group, kind)| GroupKind::new(*group, *kind));
            LookupKinds::Only(kinds.collect())
        };
        let cases = [
            (LookupKinds::default(), "v1", "Secret", false),
            (LookupKinds::default(), "v1", "ConfigMap", true),
            (LookupKinds::default(), "example.com/v1", "Secret", true),
            (LookupKinds::All, "v1", "Secret", true),
            (only(&[("", "Secret")]), "v1", "Secret", true),
            (only(&[("", "Secret")]), "v1", "ConfigMap", false),
            (only(&[("apps", "Deployment")]), "apps/v1beta1", "Deployment", true),
            (only(&[("apps", "Deployment")]), "v1", "Deployment", false),
            (only(&[]), "v1", "ConfigMap", false),
        ];
        for (kinds, version, kind, allowed) in cases {
            let template = format!("a: {{{{ lookup {version:?} {kind:?} \"\" \"x\" }}}}");
            let printed = check(LiveLookup { kinds }, &template, &[]);
            let refused = format!(
                "error calling lookup: the kind of {version} {kind} x may not be looked up; see \
                 `LiveLookup::kinds`"
            );
            let missing = format!("missing: {version} {kind} x");
            assert!(
                if allowed { printed == missing } else { printed.ends_with(&refused) },
                "{printed}"
            );
        }
    }

    #[test]
    fn a_snapshot_is_never_asked_for_elsewhere() {
        let node = Object::new(serde_json::from_str(NODE).unwrap()).unwrap();
        let template = "a: {{ len (lookup \"v1\" \"Node\" \"\" \"n2\") }}";
        assert_eq!(check(Snapshot::new([node]), template, &[]), "a: 0");
    }

    #[test]
    fn a_render_says_what_it_looked_up() {
        let tree = Tree::from_files([
            ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
            ("templates/a.yaml", "{{- $x := lookup \"v1\" \"Node\" \"empty\" \"n1\" -}}"),
        ]);
        let tree = tree.unwrap();
        let mut input = Input::new(&tree, TreePath::default());
        let queries = ["empty", "there"].map(|namespace| Query::new("v1", "Node", namespace, "n1"));
        for query in &queries {
            let tree = answer(query).unwrap();
            input.fetched.insert(Requirement::Object(query.clone()), tree);
        }
        let lookup = Arc::new(LiveLookup::default());
        let helm = Helm::new(HelmOptions { lookup, ..HelmOptions::default() });
        let rendered = crate::Renderer::render(&helm, &input).unwrap();
        assert_eq!(rendered.lookups, BTreeSet::from([queries[0].clone()]));
    }
}
