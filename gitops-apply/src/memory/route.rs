//! What a path means.

use std::sync::Arc;

use gitops_diff::{Text, Value};

use super::resource::{Catalog, Resource};

/// What a request is about.
#[derive(Clone, Debug)]
pub(super) enum Route {
    /// `/version`.
    Version,
    /// `/readyz`, `/livez`, `/healthz`.
    Health,
    /// `/api`.
    CoreVersions,
    /// `/apis`.
    Groups,
    /// `/apis/apps`.
    Group(Text),
    /// `/api/v1`, `/apis/apps/v1`.
    GroupVersion(Text, Text),
    /// Objects.
    Objects(Target),
    /// A resource that a served version does not have.
    NoResource,
    /// Nothing that the API server knows.
    Nothing,
}

/// One object, or the objects of a resource.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) resource: Arc<Resource>,
    pub(super) namespace: Option<Text>,
    pub(super) name: Option<Text>,
    pub(super) subresource: Option<Text>,
}

impl Target {
    /// Whether an object lives where this looks.
    pub(super) fn holds(&self, object: &Value) -> bool {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let namespace = self.namespace.as_ref();
        let name = self.name.as_ref();
        namespace.is_none_or(|it| *it == text("/metadata/namespace"))
            && name.is_none_or(|it| *it == text("/metadata/name"))
    }
}

impl Route {
    pub(super) fn of(path: &str, catalog: &Catalog) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
        match parts[..] {
            ["version"] => Self::Version,
            ["readyz" | "livez" | "healthz", ..] => Self::Health,
            ["api"] => Self::CoreVersions,
            ["apis"] => Self::Groups,
            ["apis", group] => Self::Group(group.into()),
            ["api", version] => Self::GroupVersion("".into(), version.into()),
            ["apis", group, version] => Self::GroupVersion(group.into(), version.into()),
            ["api", version, ref rest @ ..] => objects(catalog, "", version, rest),
            ["apis", group, version, ref rest @ ..] => objects(catalog, group, version, rest),
            _ => Self::Nothing,
        }
    }
}

fn objects(catalog: &Catalog, group: &str, version: &str, rest: &[&str]) -> Route {
    let find = |plural: &str| catalog.find(group, version, plural).cloned();
    let (resource, namespace, rest) = match rest {
        ["namespaces", namespace, plural, rest @ ..]
            if !(group.is_empty() && matches!(*plural, "status" | "finalize")) =>
        {
            (find(plural).filter(|it| it.namespaced), Some(Text::from(*namespace)), rest)
        }
        [plural, rest @ ..] => (find(plural), None, rest),
        [] => return Route::Nothing,
    };
    let Some(resource) = resource else {
        let served = catalog.iter().any(|it| it.group == group && it.version == version);
        return if served { Route::NoResource } else { Route::Nothing };
    };
    let target = |name: Option<&str>, subresource: Option<&str>| {
        let (name, subresource) = (name.map(Text::from), subresource.map(Text::from));
        Route::Objects(Target { resource: resource.clone(), namespace, name, subresource })
    };
    match rest {
        [] => target(None, None),
        [name] => target(Some(name), None),
        [name, subresource] if resource.has(subresource) => target(Some(name), Some(subresource)),
        _ => Route::NoResource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        match Route::of(path, &Catalog::builtin()) {
            Route::Objects(it) => format!(
                "{} {:?} {:?} {:?}",
                it.resource.qualified(),
                it.namespace.as_deref().unwrap_or_default(),
                it.name.as_deref().unwrap_or_default(),
                it.subresource.as_deref().unwrap_or_default()
            ),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_path_names_objects_or_a_document() {
        let cases = [
            ("/api/v1/configmaps", r#"configmaps "" "" """#),
            ("/api/v1/namespaces/shop/configmaps", r#"configmaps "shop" "" """#),
            ("/api/v1/namespaces/shop/configmaps/a", r#"configmaps "shop" "a" """#),
            ("/api/v1/namespaces/shop", r#"namespaces "" "shop" """#),
            ("/api/v1/namespaces/shop/status", r#"namespaces "" "shop" "status""#),
            (
                "/apis/apps/v1/namespaces/shop/deployments/web/scale",
                r#"deployments.apps "shop" "web" "scale""#,
            ),
            ("/apis/apps/v1/namespaces/shop/deployments/web/none", "NoResource"),
            ("/api/v1/nothings", "NoResource"),
            ("/apis/apps/v9/deployments", "Nothing"),
            ("/apis/apps", r#"Group("apps")"#),
            ("/api/v1", r#"GroupVersion("", "v1")"#),
            ("/", "Nothing"),
        ];
        for (path, expected) in cases {
            assert_eq!(text(path), expected, "{path}");
        }
    }
}
