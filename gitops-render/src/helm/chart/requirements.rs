//! Dependencies that are declared, and which of them are not there.

use super::load::Chart;
use super::metadata::Dependency;

/// The dependencies that `Chart.yaml` declares and `charts/` does not hold, by name: what Helm
/// checks before it renders.
pub(in crate::helm) fn missing(chart: &Chart) -> Vec<&Dependency> {
    let held = |name: &str| chart.dependencies.iter().any(|inner| inner.metadata.name() == name);
    let declared = chart.metadata.dependencies.iter().flatten();
    declared.filter(|dependency| !held(dependency.name())).collect()
}

/// The version of a dependency to fetch: the one that the lock names, else the range.
pub(in crate::helm) fn wanted_version<'a>(chart: &'a Chart, dependency: &'a Dependency) -> &'a str {
    let locked = chart.lock.iter().flat_map(|lock| &lock.dependencies);
    let locked = locked.filter(|it| {
        it.name() == dependency.name() && it.text("repository") == dependency.text("repository")
    });
    let mut versions = locked.map(|it| it.text("version")).filter(|version| !version.is_empty());
    versions.next().unwrap_or_else(|| dependency.text("version"))
}
