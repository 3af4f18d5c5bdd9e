//! The text that `helm template` prints.

use super::hook::HookEvent;
use super::manifests::{Hook, Sorted};
use super::split::documents;
use crate::helm::HelmCompat;
use crate::helm::options::Hooks;
use crate::helm::pattern::Pattern;

/// A file of `crds/`.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Crd {
    /// As `CHART/crds/FILE`.
    pub(in crate::helm) path: String,
    pub(in crate::helm) content: String,
}

/// What is printed.
#[derive(Clone, Copy, Debug)]
pub(in crate::helm) struct Printed<'a> {
    pub(in crate::helm) crds: &'a [Crd],
    pub(in crate::helm) sorted: &'a Sorted,
    pub(in crate::helm) hooks: Hooks,
    /// Patterns of the templates to print alone; all where there are none.
    pub(in crate::helm) only: &'a [String],
    pub(in crate::helm) compat: HelmCompat,
}

/// The text.
///
/// # Errors
/// Where one of the templates to print alone prints nothing.
pub(in crate::helm) fn print(printed: &Printed<'_>) -> Result<String, String> {
    let all = everything(printed);
    if printed.only.is_empty() {
        return Ok(all);
    }
    let documents = documents(&all, printed.compat);
    let mut output = String::new();
    for file in printed.only {
        let before = output.len();
        let pattern = Pattern::new(file);
        for document in &documents {
            let wanted = source(document)
                .is_some_and(|path| pattern.as_ref().is_ok_and(|pattern| pattern.matches(path)));
            if wanted {
                append(&mut output, &[document]);
            }
        }
        if output.len() == before {
            return Err(format!("could not find template {file} in chart"));
        }
    }
    Ok(output)
}

fn append(output: &mut String, lines: &[&str]) {
    output.push_str("---\n");
    for line in lines {
        output.push_str(line);
        output.push('\n');
    }
}

fn everything(printed: &Printed<'_>) -> String {
    let mut output = String::with_capacity(size(printed));
    for Crd { path, content } in printed.crds {
        append(&mut output, &[&format!("# Source: {path}"), content]);
    }
    for manifest in &printed.sorted.manifests {
        append(&mut output, &[&format!("# Source: {}", manifest.path), manifest.content()]);
    }
    output.truncate(output.trim_end().len());
    let space = output.len() - output.trim_start().len();
    output.drain(..space);
    output.push('\n');
    for Hook { manifest, terms } in &printed.sorted.hooks {
        let wanted = match printed.hooks {
            Hooks::All => true,
            Hooks::WithoutTests => !terms.events.contains(&HookEvent::Test),
            Hooks::None => false,
        };
        if wanted {
            append(&mut output, &[&format!("# Source: {}", manifest.path), manifest.content()]);
        }
    }
    output
}

/// How many bytes everything has at most, but for a few.
fn size(printed: &Printed<'_>) -> usize {
    let head = |path: &str| "---\n# Source: \n\n".len() + path.len();
    let crds = printed.crds.iter().map(|crd| head(&crd.path) + crd.content.len());
    let hooks = printed.sorted.hooks.iter().map(|hook| &hook.manifest);
    let manifests = printed.sorted.manifests.iter().chain(hooks);
    let manifests = manifests.map(|it| head(&it.path) + it.content().len());
    crds.chain(manifests).sum()
}

/// The path of the template below its chart, which stands in a comment: what the expression
/// `# Source: [^/]+/(.+)` finds.
fn source(document: &str) -> Option<&str> {
    let mut rest = document;
    while let Some((_, behind)) = rest.split_once("# Source: ") {
        if let Some((chart, path)) = behind.split_once('/') {
            let path = path.lines().next().unwrap_or_default();
            if !chart.is_empty() && !path.is_empty() {
                return Some(path);
            }
        }
        rest = behind;
    }
    None
}
