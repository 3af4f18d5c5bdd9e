//! A declared object made ready to be found in what lives, many times and at once.

mod compile;
mod scan;
mod text;
mod walk;

use std::sync::OnceLock;

use self::compile::compile;
use self::text::Reading;
use super::{Packed, tape::Node};
use crate::{FieldSet, Object, Schema, Text, Value};

/// A declared object, compiled: what a server makes of its fields, which lists have keys, and
/// what whoever applies it owns.
///
/// [`holds`](Self::holds) answers without an allocation whether an object lives as declared, or
/// whether one has to look closer. It never says so where [`Drift`](crate::Drift) by ownership
/// would find anything.
///
/// ```
/// use gitops_diff::merge::{Apply, Force};
/// use gitops_diff::{Expected, Object, Packed, Schema, Verdict, predict};
///
/// let schema = Schema::builtin();
/// let declared: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
/// )?;
/// let apply = Apply {
///     live: None,
///     desired: declared.body(),
///     manager: "gitops",
///     force: Force::No,
///     subresource: None,
///     now: "2026-01-01T00:00:00Z",
/// };
/// let live = Packed::try_from(&predict(&schema, &apply)?)?;
///
/// assert_eq!(Expected::new(&schema, "gitops", &declared).holds(&live), Verdict::InSync);
/// // Somebody else owns its fields.
/// assert_eq!(Expected::new(&schema, "other", &declared).holds(&live), Verdict::LookCloser);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Expected {
    /// `None` where one always has to look closer.
    fields: Option<Fields>,
    manager: Text,
    api_version: Text,
}

/// What is to be found.
#[derive(Clone, Debug)]
struct Fields {
    /// The declared fields, each as a server writes it.
    tape: Box<[u8]>,
    /// How to compare the lists and maps in `tape`, in its order.
    shapes: Box<[Shape]>,
    /// The encoded names of the key fields of lists.
    keys: Vec<Vec<Box<[u8]>>>,
    /// The `fieldsV1` of whoever applied this.
    owned: Box<[u8]>,
    /// The same as a server writes it; made when it is first asked for.
    owned_text: OnceLock<Box<[u8]>>,
}

impl Fields {
    /// How many shapes a value has of which the first is at `shape`.
    fn shapes_of(&self, value: Node<'_>, shape: usize) -> usize {
        let inside = || self.shapes.get(shape).map_or(0, |it| it.inside as usize);
        if value.is_container() { 1 + inside() } else { 0 }
    }
}

/// How a list or a map is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    kind: Kind,
    /// How many shapes of what is inside follow this one.
    inside: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As one value.
    Whole,
    /// A map that may have more members.
    Fields,
    /// A list that may have more items.
    Set,
    /// A list that may have more items, told apart by the key fields of this number.
    Keyed(u32),
}

/// What a look at what lives says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It certainly lives as declared, and what is declared is ours.
    InSync,
    /// It may have drifted; a whole comparison says.
    LookCloser,
}

impl Expected {
    /// Compiles a declared object, as `manager` would apply it.
    ///
    /// What cannot be applied as it is declared, or is read by a server in a way that is not
    /// certain, makes every answer [`Verdict::LookCloser`].
    pub fn new(schema: &Schema, manager: &str, desired: &Object) -> Self {
        Self {
            fields: compile(schema, manager, desired),
            manager: manager.into(),
            api_version: desired.api_version().into(),
        }
    }

    /// Looks at what lives.
    pub fn holds(&self, live: &Packed) -> Verdict {
        let holds = |it: &Fields| it.hold(live) && self.is_ours(it, live);
        match &self.fields {
            Some(fields) if holds(fields) => Verdict::InSync,
            _ => Verdict::LookCloser,
        }
    }

    /// Looks at what lives as a server sent it, which must be JSON: what is not declared is passed
    /// over, and nothing is built unless that is needed.
    pub fn holds_json(&self, live: &[u8]) -> Verdict {
        let fields = self.fields.as_ref();
        match fields.and_then(|it| Reading::new(self, it, live).object()) {
            Some(()) => Verdict::InSync,
            None if fields.is_none() => Verdict::LookCloser,
            None => Packed::from_json(live).map_or(Verdict::LookCloser, |it| self.holds(&it)),
        }
    }

    /// How many bytes it takes beside itself.
    pub fn size(&self) -> usize {
        self.fields
            .as_ref()
            .map_or(0, |it| it.tape.len() + it.owned.len() + it.shapes.len() * size_of::<Shape>())
    }

    /// The `fieldsV1` of whoever applied this, as a server writes it.
    fn owned_text(&self) -> &[u8] {
        let fields = self.fields.as_ref();
        fields.map_or(&[], |it| {
            it.owned_text.get_or_init(|| {
                let owned = Node::whole(&it.owned).map(Value::from).unwrap_or_default();
                FieldSet::from_value(&owned).map(|it| it.to_json()).unwrap_or_default().into()
            })
        })
    }

    /// Whether our manager owns exactly what is declared, said once.
    fn is_ours(&self, fields: &Fields, live: &Packed) -> bool {
        let entries = live.owners().into_iter().flat_map(Node::items);
        let mut ours = entries.filter(|it| self.is_by_us(*it));
        let (Some(entry), None) = (ours.next(), ours.next()) else {
            return false;
        };
        entry.get("apiVersion").and_then(Node::text) == Some(&self.api_version)
            && entry.get("fieldsV1").is_some_and(|it| *it.bytes() == *fields.owned)
    }

    fn is_by_us(&self, entry: Node<'_>) -> bool {
        let mut found = 0;
        for (key, value) in entry.members() {
            found += match key.parts().1 {
                "manager" => i32::from(value.text() == Some(&self.manager)),
                "operation" => i32::from(value.text() == Some("Apply")),
                "subresource" => -i32::from(value.text().is_some_and(|it| !it.is_empty())),
                _ => 0,
            };
        }
        found == 2
    }
}
