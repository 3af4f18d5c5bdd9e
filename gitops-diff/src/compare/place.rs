//! Where a walk is: a chain of steps on the stack, from which paths are made only when needed.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;

use crate::{FieldPath, ListRef, PathElement, Text, TypeRef, Value};

/// A place in an object, known by its parent and the last step.
pub(super) struct Place<'p, 'a> {
    parent: Option<&'p Place<'p, 'a>>,
    step: Step<'a>,
    depth: u16,
    /// What the schema says is here; looked up when it is first asked for.
    of: OnceCell<Option<TypeRef<'a>>>,
}

/// One step into an object.
pub(super) enum Step<'a> {
    /// The object itself.
    Root,
    /// A field of a map.
    Field(&'a str),
    /// An item of a list map.
    Item(ItemKey<'a>),
    /// An item that is known by an element of managedFields.
    Element(PathElement),
    /// An item of a list that is one value.
    Index(usize),
}

impl Step<'_> {
    /// The element of a path; `None` for the object itself.
    pub(super) fn to_element(&self) -> Option<PathElement> {
        match self {
            Self::Root => None,
            Self::Field(name) => Some(PathElement::field(*name)),
            Self::Item(key) => Some(key.to_element()),
            Self::Element(element) => Some(element.clone()),
            Self::Index(at) => i64::try_from(*at).ok().map(PathElement::Index),
        }
    }
}

/// The key of an item: the names of its key fields, and where they are.
#[derive(Clone)]
pub(super) struct ItemKey<'a> {
    pub(super) names: Names<'a>,
    pub(super) item: &'a Value,
    pub(super) element: Option<TypeRef<'a>>,
}

/// The names of key fields.
#[derive(Clone)]
pub(super) enum Names<'a> {
    /// From the schema.
    Known(&'a [Text]),
    /// From what the server wrote down.
    Inferred(Rc<[Text]>),
}

impl Deref for Names<'_> {
    type Target = [Text];

    fn deref(&self) -> &[Text] {
        match self {
            Self::Known(names) => names,
            Self::Inferred(names) => names,
        }
    }
}

impl<'a> ItemKey<'a> {
    /// The key fields with their values; one that is left out is its default.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&Text, &'a Value)> {
        self.names.iter().filter_map(|name| Some((name, self.field(name)?)))
    }

    pub(super) fn field(&self, name: &str) -> Option<&'a Value> {
        let given = self.item.get(name).filter(|it| !it.is_null());
        given.or_else(|| self.element?.map()?.default_of(name))
    }

    /// The key of the same item by these names.
    pub(super) fn by(&self, names: Rc<[Text]>) -> Self {
        Self { names: Names::Inferred(names), ..*self }
    }

    pub(super) fn to_element(&self) -> PathElement {
        PathElement::key(self.fields().map(|(name, it)| (name.clone(), it.clone())).collect())
    }
}

impl<'p, 'a> Place<'p, 'a> {
    pub(super) fn root(of: TypeRef<'a>) -> Self {
        Self { parent: None, step: Step::Root, depth: 0, of: OnceCell::from(Some(of)) }
    }

    pub(super) fn child<'c>(&'c self, step: Step<'a>) -> Place<'c, 'a>
    where
        'p: 'c,
    {
        Place { parent: Some(self), step, depth: self.depth + 1, of: OnceCell::new() }
    }

    pub(super) fn depth(&self) -> u16 {
        self.depth
    }

    /// The name of the field that this is; `None` for items.
    pub(super) fn name(&self) -> Option<&'a str> {
        match self.step {
            Step::Field(name) => Some(name),
            _ => None,
        }
    }

    /// The name of the nearest field: its own, or that of the list it is an item of.
    pub(super) fn field_name(&self) -> Option<&'a str> {
        let mut here = self;
        loop {
            match (here.name(), here.parent) {
                (None, Some(parent)) => here = parent,
                (name, _) => return name,
            }
        }
    }

    /// What the schema says is here.
    pub(super) fn of(&self) -> Option<TypeRef<'a>> {
        *self.of.get_or_init(|| {
            let above = self.parent.and_then(Place::of)?;
            match &self.step {
                Step::Field(name) => above.field(name),
                _ => above.list().map(ListRef::element),
            }
        })
    }

    pub(super) fn path(&self) -> FieldPath {
        let mut elements = Vec::with_capacity(self.depth.into());
        let mut here = Some(self);
        while let Some(place) = here {
            elements.extend(place.step.to_element());
            here = place.parent;
        }
        elements.reverse();
        FieldPath::new(elements)
    }

    /// The names of the fields from the root to here; items are left out.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        let mut here = Some(self);
        while let Some(place) = here {
            names.extend(place.name());
            here = place.parent;
        }
        names.reverse();
        names
    }
}

/// Whether a field is the identity of the object, or of its metadata the server's to set.
pub(super) fn is_identity(place: &Place<'_, '_>, name: &str) -> bool {
    is_identity_at(place.depth, place.name(), name)
}

/// Whether it is so for the field `name` of what `above` is, this deep in an object.
pub(crate) fn is_identity_at(depth: u16, above: Option<&str>, name: &str) -> bool {
    match depth {
        0 => matches!(name, "apiVersion" | "kind"),
        1 if above == Some("metadata") => {
            !matches!(name, "labels" | "annotations" | "finalizers" | "ownerReferences")
        }
        _ => false,
    }
}

/// Whether a value says nothing: a server that reads it into a struct may drop it.
pub(crate) fn is_zero(value: &Value) -> bool {
    zero(value, 64)
}

fn zero(value: &Value, depth: u8) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Str(text) => text.is_empty(),
        Value::Float(number) => *number == 0.0,
        Value::List(items) => items.is_empty(),
        Value::Map(members) => depth > 0 && members.values().all(|it| zero(it, depth - 1)),
        Value::Bool(true) | Value::Int(_) => false,
    }
}
