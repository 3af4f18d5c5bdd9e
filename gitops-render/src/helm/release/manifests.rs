//! The documents of all files, hooks apart, in the order in which they are installed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::head::Head;
use super::hook::{Role, Terms};
use super::order::compare;
use super::split::documents;
use crate::helm::HelmCompat;
use crate::helm::chart::document;

/// What a template printed.
#[derive(Debug)]
pub(in crate::helm) enum Text {
    New(Vec<u8>),
    /// The same as in an earlier render.
    Known(Arc<PrintedFile>),
}

/// What a template printed, cut into documents.
#[derive(Debug)]
pub(in crate::helm) struct PrintedFile {
    text: Box<str>,
    documents: Box<[Document]>,
}

#[derive(Debug)]
struct Document {
    content: Range<usize>,
    /// With the space around it.
    around: Range<usize>,
    head: Head,
    role: Role,
}

/// A document of a template.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Manifest {
    /// The template, as `CHART/templates/FILE`.
    pub(in crate::helm) path: Arc<str>,
    file: Arc<PrintedFile>,
    at: usize,
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

/// Documents of a render, each of which takes more than its few bytes.
const MOST_DOCUMENTS: usize = 500_000;

fn few_enough(documents: usize) -> Result<(), String> {
    if documents <= MOST_DOCUMENTS {
        return Ok(());
    }
    Err(format!("the templates print more than {MOST_DOCUMENTS} documents"))
}

/// Sorts what the templates printed, by their paths, as `cut` cuts each of them.
///
/// # Errors
/// The first document that cannot be read.
pub(in crate::helm) fn sort(
    files: BTreeMap<String, Text>,
    compat: HelmCompat,
    cut: impl Fn(&str, Text) -> Result<Arc<PrintedFile>, String>,
) -> Result<Sorted, Unreadable> {
    let mut sorted = Sorted::default();
    let mut count = 0;
    for (path, text) in files {
        let name = path.rsplit('/').next().unwrap_or(&path);
        if name.starts_with('_') {
            continue;
        }
        let file = match cut(&path, text) {
            Ok(file) => file,
            Err(error) => return Err(Unreadable { path, error }),
        };
        count += file.documents.len();
        if let Err(error) = few_enough(count) {
            return Err(Unreadable { path, error });
        }
        sorted.take(&path.into(), &file);
    }
    let by_kind = |one: &Manifest, other: &Manifest| compare(one.kind(), other.kind(), compat);
    sorted.manifests.sort_by(by_kind);
    sorted.hooks.sort_by(|one, other| by_kind(&one.manifest, &other.manifest));
    Ok(sorted)
}

impl Text {
    pub(in crate::helm) fn bytes(&self) -> &[u8] {
        match self {
            Self::New(bytes) => bytes,
            Self::Known(file) => file.text.as_bytes(),
        }
    }
}

impl PrintedFile {
    /// Cuts what a template printed.
    ///
    /// # Errors
    /// Of the first document that cannot be read, in Helm's words.
    pub(in crate::helm) fn cut(printed: Vec<u8>, compat: HelmCompat) -> Result<Self, String> {
        let text = match String::from_utf8(printed) {
            Ok(text) => text,
            // Whatever document holds it, Helm stops at the first bytes that are no text.
            Err(error) => return Err(document(error.as_bytes()).err().unwrap_or_default()),
        };
        let documents = documents(&text, compat);
        few_enough(documents.len())?;
        let documents = documents.into_iter();
        let documents =
            documents.map(|document| Document::read(document, &text)).collect::<Result<_, _>>()?;
        Ok(Self { text: text.into(), documents })
    }

    /// How many bytes it takes, nearly.
    pub(in crate::helm) fn weight(&self) -> usize {
        let documents = self.documents.iter();
        let heads = documents.map(|document| size_of::<Document>() + document.head.weight());
        self.text.len() + heads.sum::<usize>()
    }

    /// What the template printed.
    pub(in crate::helm) fn text(&self) -> &str {
        &self.text
    }
}

impl Document {
    /// Reads `document`, which is a part of `text`.
    fn read(document: &str, text: &str) -> Result<Self, String> {
        let head = Head::read(document)?;
        let role = Role::of(&head);
        let start = document.as_ptr().addr() - text.as_ptr().addr();
        let end = start + document.len();
        let space_behind = text[end..].len() - text[end..].trim_start().len();
        let around = text[..start].trim_end().len()..end + space_behind;
        Ok(Self { content: start..end, around, head, role })
    }
}

impl Manifest {
    /// The number of the document in its file, from 1.
    pub(in crate::helm) fn number(&self) -> u32 {
        u32::try_from(self.at + 1).unwrap_or(u32::MAX)
    }

    /// The template and the number, which tell it from all others.
    pub(in crate::helm) fn key(&self) -> (Arc<str>, u32) {
        (Arc::clone(&self.path), self.number())
    }

    /// The document.
    pub(in crate::helm) fn content(&self) -> &str {
        &self.file.text[self.document().content.clone()]
    }

    /// Where it starts in what the template printed.
    pub(in crate::helm) fn start(&self) -> usize {
        self.document().content.start
    }

    /// Where it stands there, with the space around it.
    pub(in crate::helm) fn around(&self) -> &Range<usize> {
        &self.document().around
    }

    fn kind(&self) -> &str {
        &self.document().head.kind
    }

    fn document(&self) -> &Document {
        &self.file.documents[self.at]
    }
}

impl Sorted {
    fn take(&mut self, path: &Arc<str>, file: &Arc<PrintedFile>) {
        for (at, document) in file.documents.iter().enumerate() {
            let manifest = Manifest { path: Arc::clone(path), file: Arc::clone(file), at };
            match &document.role {
                Role::Manifest => self.manifests.push(manifest),
                Role::Hook(terms) => self.hooks.push(Hook { manifest, terms: terms.clone() }),
                Role::Unknown => self.dropped.push(path.to_string()),
            }
        }
    }
}
