//! Reads DER into structs, with the errors of Go's `encoding/asn1`.

/// What a struct of Go has a field of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `int`.
    Int,
    /// `*big.Int`.
    Big,
    /// `[]byte`.
    Octets,
    Oid,
    Bits,
    /// A slice of structs.
    List,
    /// `RawValue`: anything.
    Any,
    Struct(&'static Struct),
}

#[derive(Debug)]
pub(super) struct Struct {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) shape: Shape,
    pub(super) optional: bool,
    /// The number of the tag around it.
    pub(super) explicit: Option<u32>,
}

impl Field {
    pub(super) const fn of(shape: Shape) -> Self {
        Self { shape, optional: false, explicit: None }
    }

    pub(super) const fn optional(shape: Shape) -> Self {
        Self { shape, optional: true, explicit: None }
    }

    pub(super) const fn tagged(shape: Shape, tag: u32) -> Self {
        Self { shape, optional: true, explicit: Some(tag) }
    }
}

/// What was read.
#[derive(Debug)]
pub(super) enum Value<'d> {
    /// An optional field that is not there.
    Absent,
    /// The content; of a `RawValue` with its header.
    Content(&'d [u8]),
    Struct(Vec<Value<'d>>),
}

impl<'d> Value<'d> {
    /// The field `at` of a struct.
    pub(super) fn field(&self, at: usize) -> &Self {
        match self {
            Self::Struct(fields) => fields.get(at).unwrap_or(&Self::Absent),
            _ => &Self::Absent,
        }
    }

    /// The content, empty for what is not there.
    pub(super) fn content(&self) -> &'d [u8] {
        match self {
            Self::Content(bytes) => bytes,
            _ => &[],
        }
    }
}

/// Reads `der`, and gives what stands behind it too.
///
/// # Errors
/// The text of Go's error.
pub(super) fn read(der: &[u8], shape: Shape) -> Result<(Value<'_>, &[u8]), String> {
    let (value, end) = field(der, 0, Field::of(shape))?;
    Ok((value, &der[end..]))
}

/// A tag and a length.
#[derive(Clone, Copy)]
struct Head {
    class: u8,
    tag: u32,
    length: usize,
    is_compound: bool,
}

fn syntax<T>(words: &str) -> Result<T, String> {
    Err(format!("asn1: syntax error: {words}"))
}

fn structure<T>(words: &str) -> Result<T, String> {
    Err(format!("asn1: structure error: {words}"))
}

/// The header at `at`, and where its content starts.
fn head(bytes: &[u8], mut at: usize) -> Result<(Head, usize), String> {
    let first = bytes[at];
    at += 1;
    let mut tag = u32::from(first & 0x1F);
    if tag == 0x1F {
        (tag, at) = long_tag(bytes, at)?;
    }
    let (length, at) = length(bytes, at)?;
    Ok((Head { class: first >> 6, tag, length, is_compound: first & 0x20 != 0 }, at))
}

fn long_tag(bytes: &[u8], start: usize) -> Result<(u32, usize), String> {
    let mut tag = 0_u32;
    for (count, byte) in bytes[start..].iter().enumerate() {
        if count == 5 {
            return structure("base 128 integer too large");
        }
        if count == 0 && *byte == 0x80 {
            return syntax("integer is not minimally encoded");
        }
        tag = tag << 7 | u32::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            let end = start + count + 1;
            return if tag < 0x1F { syntax("non-minimal tag") } else { Ok((tag, end)) };
        }
    }
    syntax("truncated base 128 integer")
}

fn length(bytes: &[u8], at: usize) -> Result<(usize, usize), String> {
    let Some(first) = bytes.get(at) else { return syntax("truncated tag or length") };
    if first & 0x80 == 0 {
        return Ok((usize::from(*first), at + 1));
    }
    let count = usize::from(first & 0x7F);
    if count == 0 {
        return syntax("indefinite length found (not DER)");
    }
    let mut length = 0;
    for at in at + 1..=at + count {
        let Some(byte) = bytes.get(at) else { return syntax("truncated tag or length") };
        if length >= 1 << 23 {
            return structure("length too large");
        }
        length = length << 8 | usize::from(*byte);
        if length == 0 {
            return structure("superfluous leading zeros in length");
        }
    }
    if length < 0x80 { structure("non-minimal length") } else { Ok((length, at + 1 + count)) }
}

fn field(bytes: &[u8], start: usize, wanted: Field) -> Result<(Value<'_>, usize), String> {
    let absent = |words: &str| {
        if wanted.optional { Ok((Value::Absent, start)) } else { Err(words.to_owned()) }
    };
    if start == bytes.len() {
        return absent("asn1: syntax error: sequence truncated");
    }
    let (mut found, mut at) = head(bytes, start)?;
    if let Some(tag) = wanted.explicit {
        if at == bytes.len() {
            return structure("explicit tag has no child");
        }
        if found.class != 2 || found.tag != tag || (found.length > 0 && !found.is_compound) {
            return absent("asn1: structure error: explicitly tagged member didn't match");
        }
        if found.length == 0 {
            return structure("zero length explicit tag was not an asn1.Flag");
        }
        (found, at) = head(bytes, at)?;
    }
    if let Some(tag) = wanted.shape.tag() {
        let is_compound = matches!(wanted.shape, Shape::Struct(_) | Shape::List);
        if (found.class, found.tag, found.is_compound) != (0, tag, is_compound) {
            return absent(&mismatch(tag, found, wanted, at));
        }
    }
    let end = at.saturating_add(found.length);
    let Some(content) = bytes.get(at..end) else { return syntax("data truncated") };
    let whole = &bytes[start..end];
    Ok((value(content, whole, wanted.shape)?, end))
}

fn mismatch(tag: u32, found: Head, wanted: Field, at: usize) -> String {
    let Head { class, tag: other, length, is_compound } = found;
    let (optional, name) = (wanted.optional, wanted.shape.name());
    format!(
        "asn1: structure error: tags don't match ({tag} vs {{class:{class} tag:{other} \
         length:{length} isCompound:{is_compound}}}) {{optional:{optional} explicit:false \
         application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 \
         set:false omitEmpty:false}} {name} @{at}"
    )
}

fn value<'d>(content: &'d [u8], whole: &'d [u8], shape: Shape) -> Result<Value<'d>, String> {
    match shape {
        Shape::Any => return Ok(Value::Content(whole)),
        Shape::Struct(target) => {
            let mut at = 0;
            let mut fields = Vec::with_capacity(target.fields.len());
            for wanted in target.fields {
                let (value, end) = field(content, at, *wanted)?;
                fields.push(value);
                at = end;
            }
            return Ok(Value::Struct(fields));
        }
        Shape::Int if content.len() > 8 => return structure("integer too large"),
        Shape::Int | Shape::Big => match content {
            [] => return structure("empty integer"),
            [0, next, ..] if next & 0x80 == 0 => {
                return structure("integer not minimally-encoded");
            }
            [0xFF, next, ..] if next & 0x80 != 0 => {
                return structure("integer not minimally-encoded");
            }
            _ => {}
        },
        Shape::Oid if content.is_empty() => return syntax("zero length OBJECT IDENTIFIER"),
        Shape::Oid if content.last().is_some_and(|last| last & 0x80 != 0) => {
            return syntax("truncated base 128 integer");
        }
        Shape::Bits => check_bits(content)?,
        Shape::Oid | Shape::Octets | Shape::List => {}
    }
    Ok(Value::Content(content))
}

fn check_bits(content: &[u8]) -> Result<(), String> {
    let Some((padding, bits)) = content.split_first() else {
        return syntax("zero length BIT STRING");
    };
    let last = bits.last().copied();
    let is_bad = match last {
        _ if *padding > 7 => true,
        None => *padding > 0,
        Some(last) => last & ((1 << padding) - 1) != 0,
    };
    if is_bad { syntax("invalid padding bits in BIT STRING") } else { Ok(()) }
}

impl Shape {
    /// Its universal tag, if it has one.
    fn tag(self) -> Option<u32> {
        Some(match self {
            Self::Any => return None,
            Self::Int | Self::Big => 2,
            Self::Bits => 3,
            Self::Octets => 4,
            Self::Oid => 6,
            Self::Struct(_) | Self::List => 16,
        })
    }

    /// The name of its type in Go; pointers and slices have none.
    fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Oid => "ObjectIdentifier",
            Self::Bits => "BitString",
            Self::Any => "RawValue",
            Self::Struct(target) => target.name,
            Self::Big | Self::Octets | Self::List => "",
        }
    }
}

/// The numbers of an object identifier, with dots between.
pub(super) fn dotted(oid: &[u8]) -> String {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                numbers.push((number / 40).min(2));
                number -= numbers[0] * 40;
            }
            numbers.push(std::mem::take(&mut number));
        }
    }
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}
