//! `urlParse` and `urlJoin`, by Go's `net/url`.

mod address;
mod escape;
mod parse;

use std::borrow::Cow;

use self::escape::{Part, escaped};
use self::parse::{Url, User};
use super::args::{charge_texts, map, text};
use super::lists::nil_pointer;
use crate::helm::go::{Kind, Map, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Type::Str], url_parse),
    Function::new("urlJoin", &[Type::DICT], url_join),
];

fn url_parse(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    // Some of its parts are part of others.
    charge_texts(machine, args, 3)?;
    let url = Url::parse(text(args, 0)).map_err(|error| unable("url", &error))?;
    let user = url.user.as_ref().map(User::text).unwrap_or_default();
    let hostname = url.hostname().to_vec();
    let entries = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", user),
    ];
    let entries = entries.into_iter().map(|(key, value)| (Str::from(key), Value::string(value)));
    Ok(Value::Map(entries.collect::<Map>()))
}

fn unable(what: &str, error: &[u8]) -> Fault {
    Fault::new([format!("unable to parse {what}: ").as_bytes(), error].concat())
}

/// The text at `key`, empty where there is none.
fn part(dict: &Map, key: &str) -> Result<Str, Fault> {
    match dict.get(key.as_bytes()) {
        None => Ok(Str::default()),
        Some(Value::Str(text)) => Ok(text),
        Some(other) => Err(match other.kind() {
            Kind::Invalid => nil_pointer(),
            kind => Fault::new(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )),
        }),
    }
}

fn url_join(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let dict = map(args, 0);
    let scheme = part(dict, "scheme")?;
    let host = part(dict, "host")?;
    let path = part(dict, "path")?;
    let query = part(dict, "query")?;
    let opaque = part(dict, "opaque")?;
    let fragment = part(dict, "fragment")?;
    let user = user(&part(dict, "userinfo")?)?;
    machine.charge(3 * (host.len() + path.len() + fragment.len()))?;
    let mut out = Vec::new();
    if !scheme.is_empty() {
        out.extend_from_slice(&[&*scheme, b":"].concat());
    }
    if opaque.is_empty() {
        push_hierarchy(&mut out, user.as_ref(), &host, &path);
    } else {
        out.extend_from_slice(&opaque);
    }
    if !query.is_empty() {
        out.extend_from_slice(&[b"?", &*query].concat());
    }
    if !fragment.is_empty() {
        out.extend_from_slice(&[b"#", &*escaped(&fragment, Part::Fragment)].concat());
    }
    Ok(Value::string(out))
}

fn user(userinfo: &[u8]) -> Result<Option<User>, Fault> {
    if userinfo.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&[b"proto://", userinfo, b"@host"].concat());
    Ok(url.map_err(|error| unable("userinfo in dict", &error))?.user)
}

/// User, host and path, behind the scheme in `out` if there is one.
fn push_hierarchy(out: &mut Vec<u8>, user: Option<&User>, host: &[u8], path: &[u8]) {
    if !(host.is_empty() && user.is_none() && (out.is_empty() || path.is_empty())) {
        out.extend_from_slice(b"//");
    }
    if let Some(user) = user {
        out.extend_from_slice(&[&user.text()[..], b"@"].concat());
    }
    out.extend_from_slice(&escaped(host, Part::Host));
    let path = if path == b"*" { Cow::Borrowed(path) } else { escaped(path, Part::Path) };
    if !host.is_empty() && !path.is_empty() && path[0] != b'/' {
        out.push(b'/');
    }
    let segment = path.split(|byte| *byte == b'/').next().unwrap_or_default();
    if out.is_empty() && segment.contains(&b':') {
        out.extend_from_slice(b"./");
    }
    out.extend_from_slice(&path);
}
