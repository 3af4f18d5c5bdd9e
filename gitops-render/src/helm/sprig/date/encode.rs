//! Methods of times that templates seldom ask: bytes (`Time.MarshalBinary` and its sisters), and
//! those with more results than templates take.

use super::time::Time;
use super::zone::Zone;
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Parameters};

type Method = fn(&Time, &[Value]) -> Result<Value, Fault>;

const BYTES: Type = Type::BYTES;

const METHODS: &[(&str, &[Type], Method)] = &[
    ("AppendBinary", &[BYTES], |it, args| appended(&args[0], binary(it))),
    ("AppendFormat", &[BYTES, Type::Str], |it, args| {
        let layout = args[1].as_str().map_or(&[][..], |it| it);
        appended(&args[0], Ok(it.format(layout)))
    }),
    ("AppendText", &[BYTES], |it, args| appended(&args[0], strict(it, "Time.AppendText"))),
    ("Clock", &[], |_, _| Ok(Value::Nil)),
    ("Date", &[], |_, _| Ok(Value::Nil)),
    ("GobEncode", &[], |it, _| bytes(binary(it))),
    ("ISOWeek", &[], |_, _| Ok(Value::Nil)),
    ("MarshalBinary", &[], |it, _| bytes(binary(it))),
    ("MarshalJSON", &[], |it, _| {
        bytes(strict(it, "Time.MarshalJSON").map(|text| [b"\"", &*text, b"\""].concat()))
    }),
    ("MarshalText", &[], |it, _| bytes(strict(it, "Time.MarshalText"))),
    ("Zone", &[], |_, _| Ok(Value::Nil)),
    ("ZoneBounds", &[], |_, _| Ok(Value::Nil)),
];

/// What the method `name` takes, and what it does.
pub(super) fn method(name: &[u8]) -> Option<(Parameters, Method)> {
    let (_, fixed, method) = METHODS.iter().find(|(it, ..)| it.as_bytes() == name)?;
    Some((Parameters { fixed, rest: None }, *method))
}

/// What is wrong with the results of the method `name`.
pub(super) fn unsuited(name: &[u8]) -> Option<String> {
    let shown = String::from_utf8_lossy(name);
    let second = match name {
        b"Clock" | b"Date" => {
            return Some(format!("function {shown} has 3 return values; should be 1 or 2"));
        }
        b"ISOWeek" | b"Zone" => "int",
        b"ZoneBounds" => "time.Time",
        _ => return None,
    };
    let what = "invalid function signature for";
    Some(format!("{what} {shown}: second return value should be error; is {second}"))
}

/// `[]byte`.
fn bytes(made: Result<Vec<u8>, String>) -> Result<Value, Fault> {
    made.map(|bytes| Value::Bytes(bytes.into())).map_err(Fault::new)
}

/// What was made, behind the bytes that were given.
fn appended(before: &Value, made: Result<Vec<u8>, String>) -> Result<Value, Fault> {
    let Value::Bytes(before) = before else { return bytes(made) };
    bytes(made.map(|made| [&**before, &made].concat()))
}

/// Version, seconds since the year 1, nanoseconds, and the zone in minutes east of UTC; a second
/// version has the seconds of the zone too.
fn binary(time: &Time) -> Result<Vec<u8>, String> {
    let (minutes, seconds) = match time.zone {
        Zone::Utc => (-1, 0),
        _ => (time.shown().offset / 60, time.shown().offset % 60),
    };
    let minutes = i16::try_from(minutes)
        .ok()
        .filter(|minutes| *minutes != -1 || matches!(time.zone, Zone::Utc))
        .ok_or("Time.MarshalBinary: unexpected zone offset")?;
    let mut bytes = vec![if seconds == 0 { 1 } else { 2 }];
    bytes.extend_from_slice(&time.since_year_one().to_be_bytes());
    bytes.extend_from_slice(&u32::try_from(time.nanos).unwrap_or_default().to_be_bytes());
    bytes.extend_from_slice(&minutes.to_be_bytes());
    bytes.extend(i8::try_from(seconds).ok().filter(|it| *it != 0).map(i8::cast_unsigned));
    Ok(bytes)
}

/// RFC 3339, for what it can say; `method` is who asks.
fn strict(time: &Time, method: &str) -> Result<Vec<u8>, String> {
    if !(0..=9999).contains(&time.civil().year) {
        return Err(format!("{method}: year outside of range [0,9999]"));
    }
    if time.shown().offset.abs() >= 24 * 3600 {
        return Err(format!("{method}: timezone hour outside of range [0,23]"));
    }
    Ok(time.rfc_3339().into_bytes())
}
