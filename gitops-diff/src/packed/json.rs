//! JSON in, straight into the bytes of a tape.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::parts::Parts;
use super::tape::{NULL, Tape};
use crate::value::json::from_u64;

/// Writes one value.
pub(super) struct Writing<'t>(pub(super) &'t mut Tape);

impl<'de> DeserializeSeed<'de> for Writing<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What is the same whether a value is written to one tape or in parts.
macro_rules! scalars {
    ($self:ident, $tape:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }

        fn visit_unit<E>($self) -> Result<(), E> {
            $tape.push(NULL);
            Ok(())
        }

        fn visit_bool<E>($self, value: bool) -> Result<(), E> {
            $tape.bool(value);
            Ok(())
        }

        fn visit_i64<E>($self, value: i64) -> Result<(), E> {
            $tape.int(value);
            Ok(())
        }

        fn visit_u64<E>($self, value: u64) -> Result<(), E> {
            $tape.value(&from_u64(value));
            Ok(())
        }

        fn visit_f64<E>($self, value: f64) -> Result<(), E> {
            $tape.float(value);
            Ok(())
        }

        fn visit_str<E>($self, value: &str) -> Result<(), E> {
            $tape.text(value);
            Ok(())
        }

        fn visit_seq<A: SeqAccess<'de>>($self, mut access: A) -> Result<(), A::Error> {
            let open = $tape.open();
            while access.next_element_seed(Writing($tape))?.is_some() {}
            $tape.close_list(&open);
            Ok(())
        }
    };
}

impl<'de> Visitor<'de> for Writing<'_> {
    type Value = ();

    scalars!(self, self.0);

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let open = self.0.open();
        while access.next_key_seed(Name(self.0))?.is_some() {
            access.next_value_seed(Writing(self.0))?;
        }
        self.0.close_map(&open);
        Ok(())
    }
}

/// Writes the name of a member.
struct Name<'t>(&'t mut Tape);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.0.key(name);
        Ok(())
    }
}

/// Writes an object, or its metadata, with what is kept apart of it.
pub(super) struct Splitting<'t> {
    pub(super) parts: &'t mut Parts,
    pub(super) level: Level,
}

/// How deep in an object a map is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Root,
    Metadata,
}

impl<'de> DeserializeSeed<'de> for Splitting<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Splitting<'_> {
    type Value = ();

    scalars!(self, &mut self.parts.body);

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let Self { parts, level } = self;
        let open = parts.body.open();
        while let Some(place) = access.next_key_seed(Part { tape: &mut parts.body, level })? {
            match place {
                Place::Body => access.next_value_seed(Writing(&mut parts.body))?,
                Place::Metadata => {
                    // Of two members with one name the last counts, with all of it.
                    parts.owners.clear();
                    access.next_value_seed(Splitting { parts, level: Level::Metadata })?;
                }
                Place::Apart => {
                    let apart = match level {
                        Level::Root => &mut parts.status,
                        Level::Metadata => &mut parts.owners,
                    };
                    apart.clear();
                    access.next_value_seed(Writing(apart))?;
                }
            }
        }
        parts.body.close_map(&open);
        Ok(())
    }
}

/// Where a member belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Metadata,
    Apart,
}

/// Reads the name of a member, and writes it where it is not kept apart.
struct Part<'t> {
    tape: &'t mut Tape,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Place;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Place, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Part<'_> {
    type Value = Place;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Place, E> {
        let place = match (self.level, name) {
            (Level::Root, "status") | (Level::Metadata, "managedFields") => {
                return Ok(Place::Apart);
            }
            (Level::Root, "metadata") => Place::Metadata,
            _ => Place::Body,
        };
        self.tape.key(name);
        Ok(place)
    }
}
