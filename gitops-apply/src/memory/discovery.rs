//! What the cluster says that it serves: discovery, plain and aggregated.

use std::sync::Arc;

use gitops_diff::{Map, Text, Value};

use super::request::Reply;
use super::resource::{Catalog, Resource};
use super::route::Route;

const VERBS: [&str; 8] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const SUBRESOURCE_VERBS: [&str; 3] = ["get", "patch", "update"];

pub(super) fn answer(catalog: &Catalog, route: &Route, accept: &str) -> Reply {
    let aggregated = accept.contains("g=apidiscovery.k8s.io");
    let document = match route {
        Route::CoreVersions if aggregated => aggregate(catalog, str::is_empty),
        Route::Groups if aggregated => aggregate(catalog, |group| !group.is_empty()),
        Route::CoreVersions => map([
            ("kind", "APIVersions".into()),
            ("versions", list(["v1"])),
            ("serverAddressByClientCIDRs", Value::List(Vec::new())),
        ]),
        Route::Groups => {
            let groups = groups(catalog);
            let groups = groups.iter().filter(|it| !it.is_empty());
            map([
                ("kind", "APIGroupList".into()),
                ("apiVersion", "v1".into()),
                ("groups", Value::List(groups.map(|it| describe_group(catalog, it)).collect())),
            ])
        }
        Route::Group(group) if groups(catalog).contains(group) => {
            let mut document = describe_group(catalog, group);
            if let Some(members) = document.as_map_mut() {
                members.insert("kind", "APIGroup".into());
                members.insert("apiVersion", "v1".into());
            }
            document
        }
        Route::GroupVersion(group, version) => return resources(catalog, group, version),
        Route::Version => version(),
        _ => return Reply::text(404, "404 page not found\n"),
    };
    Reply::value(200, document)
}

fn version() -> Value {
    map([
        ("major", "1".into()),
        ("minor", "36".into()),
        ("gitVersion", "v1.36.0".into()),
        ("gitCommit", "".into()),
        ("gitTreeState", "clean".into()),
        ("buildDate", "1970-01-01T00:00:00Z".into()),
        ("goVersion", "".into()),
        ("compiler", "".into()),
        ("platform", "memory".into()),
    ])
}

/// The groups in the order of discovery.
fn groups(catalog: &Catalog) -> Vec<Text> {
    let mut groups = Vec::new();
    for resource in catalog.iter() {
        if !groups.contains(&resource.group) {
            groups.push(resource.group.clone());
        }
    }
    groups
}

/// The versions of a group, the preferred one first.
fn versions(catalog: &Catalog, group: &str) -> Vec<Text> {
    let mut versions = Vec::new();
    for resource in catalog.iter().filter(|it| it.group == group) {
        if !versions.contains(&resource.version) {
            versions.push(resource.version.clone());
        }
    }
    versions.sort_by_key(|it| std::cmp::Reverse(priority(it)));
    versions
}

/// Stable before beta before alpha, then the higher number (`version.CompareKubeAwareVersion`).
pub(super) fn priority(version: &str) -> (u8, u64, u64) {
    let number = |text: &str| text.parse::<u64>().ok();
    let parse = |rest: &str| {
        for (word, rank) in [("beta", 2), ("alpha", 1)] {
            if let Some((major, minor)) = rest.split_once(word) {
                return Some((rank, number(major)?, number(minor)?));
            }
        }
        Some((3, number(rest)?, 0))
    };
    version.strip_prefix('v').and_then(parse).unwrap_or((0, 0, 0))
}

fn describe_group(catalog: &Catalog, group: &Text) -> Value {
    let version = |version: &Text| {
        map([
            ("groupVersion", format!("{group}/{version}").into()),
            ("version", version.clone().into()),
        ])
    };
    let versions: Vec<Value> = versions(catalog, group).iter().map(version).collect();
    map([
        ("name", group.clone().into()),
        ("preferredVersion", versions.first().cloned().unwrap_or_default()),
        ("versions", Value::List(versions)),
    ])
}

/// `APIResourceList`.
fn resources(catalog: &Catalog, group: &str, version: &str) -> Reply {
    let of = |it: &&Arc<Resource>| it.group == group && it.version == version;
    let found: Vec<&Arc<Resource>> = catalog.iter().filter(of).collect();
    let Some(first) = found.first() else {
        return Reply::text(404, "404 page not found\n");
    };
    let group_version = first.api_version();
    let entries = found.iter().flat_map(|it| entries(it)).collect();
    let document = map([
        ("kind", "APIResourceList".into()),
        ("apiVersion", "v1".into()),
        ("groupVersion", group_version.into()),
        ("resources", Value::List(entries)),
    ]);
    Reply::value(200, document)
}

fn entries(resource: &Resource) -> Vec<Value> {
    let mut main = Map::new();
    main.insert("name", resource.plural.clone().into());
    main.insert("singularName", resource.singular.clone().into());
    main.insert("namespaced", resource.namespaced.into());
    main.insert("kind", resource.kind.clone().into());
    main.insert("verbs", list(verbs(resource)));
    words(&mut main, resource);
    let subresource = |name: &Text| {
        let mut entry: Map = [
            ("name", Value::from(format!("{}/{name}", resource.plural))),
            ("singularName", "".into()),
            ("namespaced", resource.namespaced.into()),
            ("kind", subresource_kind(resource, name).into()),
            ("verbs", list(SUBRESOURCE_VERBS)),
        ]
        .into_iter()
        .collect();
        if *name == "scale" {
            entry.insert("group", "autoscaling".into());
            entry.insert("version", "v1".into());
        }
        entry.into()
    };
    let subresources = resource.subresources.iter().map(subresource);
    std::iter::once(main.into()).chain(subresources).collect()
}

/// `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2` with the groups that are `wanted`.
fn aggregate(catalog: &Catalog, wanted: impl Fn(&str) -> bool) -> Value {
    let group = |group: &Text| {
        let version = |version: &Text| {
            let of = |it: &&Arc<Resource>| it.group == *group && it.version == *version;
            let resources = catalog.iter().filter(of).map(|it| aggregated(it));
            map([
                ("version", version.clone().into()),
                ("resources", Value::List(resources.collect())),
                ("freshness", "Current".into()),
            ])
        };
        let versions = versions(catalog, group).iter().map(version).collect();
        let mut metadata = Map::new();
        if !group.is_empty() {
            metadata.insert("name", group.clone().into());
        }
        map([("metadata", metadata.into()), ("versions", Value::List(versions))])
    };
    let groups = groups(catalog);
    let items = groups.iter().filter(|it| wanted(it)).map(group);
    map([
        ("kind", "APIGroupDiscoveryList".into()),
        ("apiVersion", "apidiscovery.k8s.io/v2".into()),
        ("metadata", Map::new().into()),
        ("items", Value::List(items.collect())),
    ])
}

fn aggregated(resource: &Resource) -> Value {
    let kind = |group: &str, version: &str, kind: &str| {
        map([("group", group.into()), ("version", version.into()), ("kind", kind.into())])
    };
    let scope = if resource.namespaced { "Namespaced" } else { "Cluster" };
    let mut entry: Map = [
        ("resource", Value::from(resource.plural.clone())),
        ("responseKind", kind(&resource.group, &resource.version, &resource.kind)),
        ("scope", scope.into()),
        ("singularResource", resource.singular.clone().into()),
        ("verbs", list(verbs(resource))),
    ]
    .into_iter()
    .collect();
    words(&mut entry, resource);
    let subresource = |name: &Text| {
        let response = if *name == "scale" {
            kind("autoscaling", "v1", "Scale")
        } else {
            kind(&resource.group, &resource.version, &resource.kind)
        };
        map([
            ("subresource", name.clone().into()),
            ("responseKind", response),
            ("verbs", list(SUBRESOURCE_VERBS)),
        ])
    };
    if !resource.subresources.is_empty() {
        let subresources = resource.subresources.iter().map(subresource).collect();
        entry.insert("subresources", Value::List(subresources));
    }
    entry.into()
}

fn words(entry: &mut Map, resource: &Resource) {
    for (key, words) in
        [("shortNames", &resource.short_names), ("categories", &resource.categories)]
    {
        if !words.is_empty() {
            entry.insert(key, list(words.iter().map(Text::as_str)));
        }
    }
}

fn verbs(resource: &Resource) -> Vec<&'static str> {
    let namespaces = resource.is("", "namespaces");
    VERBS.into_iter().filter(|it| !(namespaces && *it == "deletecollection")).collect()
}

fn subresource_kind<'a>(resource: &'a Resource, subresource: &str) -> &'a str {
    if subresource == "scale" { "Scale" } else { &resource.kind }
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().collect::<Map>().into()
}

fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::List(texts.into_iter().map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_versions_come_first() {
        let mut versions = ["v1alpha1", "v1", "v2beta1", "v10", "v2", "v1beta2", "odd"];
        versions.sort_by_key(|it| std::cmp::Reverse(priority(it)));
        assert_eq!(versions, ["v10", "v2", "v1", "v2beta1", "v1beta2", "v1alpha1", "odd"]);
    }
}
