//! The resources that the cluster serves.

use std::sync::{Arc, OnceLock};

use gitops_diff::{GroupKind, Text};

/// A resource in one version of its API group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: Text,
    /// `v1`.
    pub version: Text,
    /// The name in paths: `configmaps`.
    pub plural: Text,
    /// `configmap`.
    pub singular: Text,
    /// `ConfigMap`.
    pub kind: Text,
    /// `ConfigMapList`.
    pub list_kind: Text,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// `cm`.
    pub short_names: Vec<Text>,
    /// `all`.
    pub categories: Vec<Text>,
    /// `status`, `scale`, `finalize`.
    pub subresources: Vec<Text>,
    pub(super) rules: Rules,
}

/// How the API server treats the objects of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a resource's strategy")]
pub(super) struct Rules {
    /// It comes from a definition.
    pub(super) custom: bool,
    /// Its objects have a `metadata.generation`.
    pub(super) generation: bool,
    /// An update has to name a resourceVersion.
    pub(super) conditional_update: bool,
    /// An update makes what is missing.
    pub(super) create_on_update: bool,
    /// A deletion answers the object, not a `Status`.
    pub(super) returns_deleted: bool,
}

/// What is stored together, in whichever version it was written: group and plural.
pub(super) type Table = (Text, Text);

impl Resource {
    /// Group and kind.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(self.group.clone(), self.kind.clone())
    }

    /// Group and version as manifests write them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, or `configmaps` for the core group.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_string()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    pub(super) fn table(&self) -> Table {
        // Events of both groups are the same.
        let group = if self.is("events.k8s.io", "events") { "".into() } else { self.group.clone() };
        (group, self.plural.clone())
    }

    pub(super) fn has(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|it| *it == subresource)
    }

    pub(super) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }
}

/// Everything that is served, in the order of discovery.
#[derive(Clone, Debug)]
pub(super) struct Catalog(Vec<Arc<Resource>>);

impl Catalog {
    pub(super) fn builtin() -> Self {
        static BUILTIN: OnceLock<Vec<Arc<Resource>>> = OnceLock::new();
        let read = || include_str!("builtin.txt").lines().filter_map(row).map(Arc::new).collect();
        Self(BUILTIN.get_or_init(read).clone())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.0.iter()
    }

    pub(super) fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Resource>> {
        self.iter().find(|it| it.version == version && it.is(group, plural))
    }

    /// The resource of a kind in the version that is preferred.
    pub(super) fn of_kind(&self, group: &str, kind: &str) -> Option<&Arc<Resource>> {
        self.iter().find(|it| it.group == group && it.kind == kind)
    }

    /// Puts the resources of a definition in the place of those it had.
    pub(super) fn replace(&mut self, group: &str, plural: &str, resources: Vec<Resource>) {
        self.0.retain(|it| !it.is(group, plural));
        self.0.extend(resources.into_iter().map(Arc::new));
    }
}

/// A line of the table; `None` for a comment.
fn row(line: &str) -> Option<Resource> {
    let columns: Vec<&str> = line.split(' ').map(|it| if it == "-" { "" } else { it }).collect();
    let [group, version, plural, singular, kind, scope, flags, short, categories, subresources] =
        columns[..]
    else {
        return None;
    };
    if group == "#" {
        return None;
    }
    Some(Resource {
        group: group.into(),
        version: version.into(),
        plural: plural.into(),
        singular: singular.into(),
        kind: kind.into(),
        list_kind: format!("{kind}List").into(),
        namespaced: scope == "Namespaced",
        short_names: words(short),
        categories: words(categories),
        subresources: words(subresources),
        rules: Rules {
            custom: false,
            generation: flags.contains('g'),
            conditional_update: flags.contains('v'),
            create_on_update: flags.contains('c'),
            returns_deleted: flags.contains('d'),
        },
    })
}

fn words(text: &str) -> Vec<Text> {
    text.split(',').filter(|it| !it.is_empty()).map(Text::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_resource_or_a_comment() {
        let lines = include_str!("builtin.txt").lines().filter(|it| !it.starts_with('#'));
        assert_eq!(Catalog::builtin().iter().count(), lines.count());
        let catalog = Catalog::builtin();
        let deployments = catalog.find("apps", "v1", "deployments").unwrap();
        assert_eq!(deployments.kind, "Deployment");
        assert_eq!(deployments.subresources, ["scale", "status"]);
        assert!(deployments.namespaced && deployments.rules.generation);
        assert!(!catalog.of_kind("", "Namespace").unwrap().namespaced);
    }
}
