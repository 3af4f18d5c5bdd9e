//! Names of fields in a tape: those that Kubernetes knows as a number, others as they are.

use std::cmp::Ordering;
use std::sync::OnceLock;

/// The encoded name of a member: two names are the same exactly where their bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key<'a>(&'a [u8]);

/// Set in the number of a known name with `f:` before it, as `FieldsV1` writes fields.
const OWNED: u16 = 0x4000;
/// Set where the name itself follows; the other bits are its length.
const INLINE: u16 = 0x8000;
/// A length of 32 bits follows, then the name.
const LONG: u16 = 0xffff;

impl<'a> Key<'a> {
    /// The key that `bytes` start with, and what is after it.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let code = u16::from_le_bytes([bytes[0], bytes[1]]);
        let len = match code {
            LONG => 6 + size(&bytes[2..6]),
            code if code & INLINE != 0 => 2 + usize::from(code & !INLINE),
            _ => 2,
        };
        let (key, rest) = bytes.split_at(len);
        (Self(key), rest)
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The name in two parts: `f:` or nothing, and the rest.
    pub(super) fn parts(self) -> (&'static str, &'a str) {
        let code = u16::from_le_bytes([self.0[0], self.0[1]]);
        let inline = |from: usize| std::str::from_utf8(&self.0[from..]).unwrap_or_default();
        match code {
            LONG => ("", inline(6)),
            code if code & INLINE != 0 => ("", inline(2)),
            code if code & OWNED != 0 => ("f:", known(code & !OWNED)),
            code => ("", known(code)),
        }
    }

    /// Whether this is the name `name`.
    pub(super) fn is(self, name: &str) -> bool {
        self.is_bytes(name.as_bytes())
    }

    /// Whether this is the name of these bytes. Most are not, which the length or the first byte
    /// tells without a call.
    pub(super) fn is_bytes(self, name: &[u8]) -> bool {
        let code = u16::from_le_bytes([self.0[0], self.0[1]]);
        let (mine, name) = match code {
            LONG => (&self.0[6..], name),
            code if code & INLINE != 0 => (&self.0[2..], name),
            code if code & OWNED != 0 => match name {
                [b'f', b':', name @ ..] => (known(code & !OWNED).as_bytes(), name),
                _ => return false,
            },
            code => (known(code).as_bytes(), name),
        };
        mine.len() == name.len() && mine.first() == name.first() && mine == name
    }

    /// The order of the names as text.
    pub(super) fn order(self, other: Key<'_>) -> Ordering {
        let code = |key: &[u8]| u16::from_le_bytes([key[0], key[1]]);
        match (code(self.0), code(other.0)) {
            (one, two) if (one | two) & INLINE == 0 && (one ^ two) & OWNED == 0 => one.cmp(&two),
            _ => match (self.parts(), other.parts()) {
                (("", one), ("", other)) => one.cmp(other),
                ((prefix, one), ("", other)) => against(prefix, one, other),
                (("", one), (prefix, other)) => against(prefix, other, one).reverse(),
                ((_, one), (_, other)) => one.cmp(other),
            },
        }
    }
}

/// The order of `prefix` with `name` after it and of `whole`.
fn against(prefix: &str, name: &str, whole: &str) -> Ordering {
    match whole.strip_prefix(prefix) {
        Some(rest) => name.cmp(rest),
        None => prefix.cmp(whole),
    }
}

/// Writes the name of a member.
pub(super) fn write(out: &mut Vec<u8>, name: &str) {
    let known = match name.strip_prefix("f:") {
        Some(field) => number(field).map(|it| it | OWNED),
        None => number(name),
    };
    if let Some(code) = known {
        out.extend_from_slice(&code.to_le_bytes());
        return;
    }
    match u16::try_from(name.len()) {
        Ok(len) if len < LONG & !INLINE => out.extend_from_slice(&(len | INLINE).to_le_bytes()),
        _ => {
            out.extend_from_slice(&LONG.to_le_bytes());
            out.extend_from_slice(&u32_of(name.len()).to_le_bytes());
        }
    }
    out.extend_from_slice(name.as_bytes());
}

/// A length as it is written; what is longer than 4 GiB was refused before.
pub(super) fn u32_of(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A length as it was written.
pub(super) fn size(bytes: &[u8]) -> usize {
    let four = [bytes[0], bytes[1], bytes[2], bytes[3]];
    usize::try_from(u32::from_le_bytes(four)).unwrap_or(usize::MAX)
}

/// The known names, found by a hash.
struct Names {
    sorted: Vec<&'static str>,
    /// Numbers plus one by the hash of their names; zero is a free place.
    places: Vec<u16>,
}

/// Four places a name, so that most are found at once.
const PLACES: usize = 4096;

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let sorted: Vec<&str> = include_str!("names.txt").lines().collect();
        let mut places = vec![0; PLACES];
        for (next, name) in (1_u16..).zip(&sorted) {
            let mut at = hash(name.as_bytes());
            while places[at] != 0 {
                at = (at + 1) % PLACES;
            }
            places[at] = next;
        }
        Names { sorted, places }
    })
}

fn known(number: u16) -> &'static str {
    names().sorted.get(usize::from(number)).copied().unwrap_or_default()
}

fn number(name: &str) -> Option<u16> {
    let names = names();
    let mut at = hash(name.as_bytes());
    loop {
        let number = names.places[at].checked_sub(1)?;
        if names.sorted[usize::from(number)] == name {
            return Some(number);
        }
        at = (at + 1) % PLACES;
    }
}

/// Length, first and last bytes tell known names apart well enough.
fn hash(name: &[u8]) -> usize {
    let part = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, it| (all << 8) | u64::from(*it));
    let (head, tail) = match name.len() {
        len @ 0..8 => (part(&name[..len.min(4)]), part(&name[len.min(4)..])),
        len => (word(&name[..8]), word(&name[len - 8..])),
    };
    let mixed = (head ^ tail.rotate_left(23)).wrapping_add(name.len() as u64);
    let spread = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(spread >> 52).unwrap_or_default()
}

fn word(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(name: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, name);
        out
    }

    #[test]
    fn every_name_reads_back() {
        let long = "x".repeat(70_000);
        let known = names().sorted.iter().copied();
        for text in known.chain(["", "f:", "f:spec", "f:unknown", "k:{\"name\":\"a\"}", "é", &long])
        {
            let bytes = encoded(text);
            let (key, rest) = Key::split(&bytes);
            let (prefix, name) = key.parts();
            assert_eq!((format!("{prefix}{name}").as_str(), rest.len()), (text, 0));
            assert!(key.is(text) && !key.is("f:other") && !key.is(&format!("{text}x")), "{text}");
        }
    }

    #[test]
    fn keys_are_ordered_as_their_texts() {
        let texts =
            ["", ".", "a.b/c", "data", "f:", "f:data", "f:nobody", "f:spec", "spec", "zz", "é"];
        for one in texts {
            for other in texts {
                let (a, b) = (encoded(one), encoded(other));
                let order = Key::split(&a).0.order(Key::split(&b).0);
                assert_eq!(order, one.cmp(other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn the_names_are_sorted_and_fill_a_quarter_of_the_places() {
        let names = names();
        assert!(names.sorted.is_sorted_by(|a, b| a < b));
        assert!(names.sorted.len() * 4 <= PLACES);
    }

    #[test]
    fn every_field_of_a_built_in_kind_is_known() {
        let table = crate::Schema::builtin().to_table();
        let (types, _) = table.split_once("---").unwrap();
        let fields =
            types.lines().filter_map(|line| line.split_once('{')).flat_map(|(_, fields)| {
                fields.split(' ').skip(1).filter_map(|it| it.rsplit_once(':').map(|it| it.0))
            });
        for name in fields.filter(|it| !it.contains(['=', '*'])) {
            assert!(number(name).is_some(), "{name}");
        }
    }
}
