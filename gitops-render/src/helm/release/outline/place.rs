//! Where a value stands in an object, as far as Helm wants to know it.

use crate::helm::release::head::OWN;

/// A place that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Elsewhere,
    Kind,
    /// `apiVersion`, `metadata.name` and annotations of others, which have to be texts.
    Text,
    HelmAnnotation,
    Metadata,
    Annotations,
}

/// Where the reader is.
#[derive(Default)]
pub(super) struct Places {
    pub(super) now: Place,
    /// The fields of an object that were seen, to find those that are there twice.
    seen: [bool; 5],
    in_metadata: bool,
    in_annotations: bool,
}

/// The fields that Helm reads: depth, name and place.
const FIELDS: [(usize, &str, Place); 5] = [
    (1, "apiVersion", Place::Text),
    (1, "kind", Place::Kind),
    (1, "metadata", Place::Metadata),
    (2, "name", Place::Text),
    (2, "annotations", Place::Annotations),
];

impl Places {
    /// Goes to the value of `key` in a map with so many blocks around; none where the key is
    /// there twice, or is one that Go takes for a field that has another name.
    pub(super) fn enter(&mut self, depth: usize, key: &str) -> Option<()> {
        self.now = match depth {
            1 => self.field(1, key)?,
            2 if self.in_metadata => self.field(2, key)?,
            3 if self.in_annotations && key.starts_with(OWN) => Place::HelmAnnotation,
            3 if self.in_annotations => Place::Text,
            _ => Place::Elsewhere,
        };
        if depth == 1 {
            self.in_metadata = self.now == Place::Metadata;
        }
        if depth < 3 {
            self.in_annotations = self.now == Place::Annotations;
        }
        Some(())
    }

    /// Goes to an item of a list.
    pub(super) fn enter_item(&mut self) {
        self.now = Place::Elsewhere;
    }

    /// Whether Helm wants to know what the value says.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.now, Place::Kind | Place::HelmAnnotation)
    }

    fn field(&mut self, depth: usize, key: &str) -> Option<Place> {
        let is_it =
            |(at, name, _): &(usize, &str, _)| *at == depth && key.eq_ignore_ascii_case(name);
        let Some(at) = FIELDS.iter().position(is_it) else { return Some(Place::Elsewhere) };
        let is_new = !std::mem::replace(&mut self.seen[at], true);
        (is_new && key == FIELDS[at].1).then_some(FIELDS[at].2)
    }

    /// Whether a list or map may stand here, inside of so many others.
    pub(super) fn may_open(&self, is_list: bool, depth: usize) -> bool {
        match self.now {
            Place::Elsewhere => !is_list || depth > 0,
            Place::Metadata | Place::Annotations => !is_list,
            Place::Kind | Place::Text | Place::HelmAnnotation => false,
        }
    }

    /// Whether a text, or what stands in brackets, may be the value here.
    pub(super) fn may_hold(&self, is_empty_map: bool) -> bool {
        match self.now {
            Place::Elsewhere => true,
            Place::Metadata | Place::Annotations => is_empty_map,
            Place::Kind | Place::Text | Place::HelmAnnotation => !is_empty_map,
        }
    }
}
