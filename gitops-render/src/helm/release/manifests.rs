//! The documents of all files, hooks apart, in the order in which they are installed.

use std::collections::BTreeMap;
use std::ops::Range;

use super::head::Head;
use super::hook::{Role, Terms};
use super::order::compare;
use super::split::documents;
use crate::helm::HelmCompat;
use crate::helm::chart::document;

/// A document that is no hook.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Manifest {
    /// The template, as `CHART/templates/FILE`.
    pub(in crate::helm) path: String,
    /// The document of the file, from 1.
    pub(in crate::helm) number: u32,
    pub(in crate::helm) content: String,
    /// Where it stands in what the template printed.
    pub(in crate::helm) printed: Stretch,
    pub(in crate::helm) head: Head,
}

/// A piece of what a template printed, in bytes.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Stretch {
    /// Where it starts.
    pub(in crate::helm) start: usize,
    /// With the space around it.
    pub(in crate::helm) around: Range<usize>,
}

/// A document that is a hook.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Hook {
    pub(in crate::helm) manifest: Manifest,
    pub(in crate::helm) terms: Terms,
}

/// All documents of a render.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Sorted {
    pub(in crate::helm) manifests: Vec<Manifest>,
    pub(in crate::helm) hooks: Vec<Hook>,
    /// The templates of hooks that were dropped, since there is no such moment.
    pub(in crate::helm) dropped: Vec<String>,
}

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::helm) struct Unreadable {
    /// The template.
    pub(in crate::helm) path: String,
    /// Helm's words, without the path.
    pub(in crate::helm) error: String,
}

/// Cuts and sorts what the templates printed, by their paths.
///
/// # Errors
/// The first document that cannot be read.
pub(in crate::helm) fn sort(
    files: &BTreeMap<String, Vec<u8>>,
    compat: HelmCompat,
) -> Result<Sorted, Unreadable> {
    let mut sorted = Sorted::default();
    for (path, content) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('_') {
            continue;
        }
        let unreadable = |error| Unreadable { path: path.clone(), error };
        let Ok(text) = std::str::from_utf8(content) else {
            // Whatever document holds it, Helm stops at the first bytes that are no text.
            return Err(unreadable(document(content).err().unwrap_or_default()));
        };
        for (at, document) in (1..).zip(documents(text, compat)) {
            let printed = Stretch::of(document, text);
            sorted.take(path, at, document, printed).map_err(unreadable)?;
        }
    }
    let by_kind =
        |one: &Manifest, other: &Manifest| compare(&one.head.kind, &other.head.kind, compat);
    sorted.manifests.sort_by(by_kind);
    sorted.hooks.sort_by(|one, other| by_kind(&one.manifest, &other.manifest));
    Ok(sorted)
}

impl Stretch {
    /// Of `document`, which is a part of `text`.
    fn of(document: &str, text: &str) -> Self {
        let start = document.as_ptr().addr() - text.as_ptr().addr();
        let end = start + document.len();
        let space_behind = text[end..].len() - text[end..].trim_start().len();
        Self { start, around: text[..start].trim_end().len()..end + space_behind }
    }
}

impl Sorted {
    fn take(
        &mut self,
        path: &str,
        number: u32,
        document: &str,
        printed: Stretch,
    ) -> Result<(), String> {
        let head = Head::read(document)?;
        let role = Role::of(&head);
        let content = document.to_owned();
        let manifest = Manifest { path: path.to_owned(), number, content, printed, head };
        match role {
            Role::Manifest => self.manifests.push(manifest),
            Role::Hook(terms) => self.hooks.push(Hook { manifest, terms }),
            Role::Unknown => self.dropped.push(path.to_owned()),
        }
        Ok(())
    }
}
