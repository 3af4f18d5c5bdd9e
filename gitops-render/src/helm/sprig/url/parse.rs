//! Takes addresses apart.

use super::address;
use super::escape::{Part, escaped, unescaped};
use crate::helm::gofmt::quote;

/// The parts of an address.
#[derive(Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<User>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// Name and password, decoded.
pub(super) struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl User {
    /// As it stands in an address.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = escaped(&self.name, Part::User).into_owned();
        if let Some(password) = &self.password {
            text.push(b':');
            text.extend_from_slice(&escaped(password, Part::User));
        }
        text
    }
}

/// What is wrong, as Go says it.
type Error = Vec<u8>;

impl Url {
    /// The address that `text` is.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let named = |text: &[u8], error: Error| [b"parse ", &*quote(text), b": ", &error].concat();
        let (main, fragment) = cut(text, b'#');
        let mut url = Self::parse_main(main).map_err(|error| named(main, error))?;
        url.fragment = unescaped(fragment.unwrap_or_default(), Part::Fragment)
            .map_err(|error| named(text, error))?;
        Ok(url)
    }

    fn parse_main(text: &[u8]) -> Result<Self, Error> {
        if text.iter().any(u8::is_ascii_control) {
            return Err(b"net/url: invalid control character in URL".to_vec());
        }
        if text == b"*" {
            return Ok(Self { path: text.to_vec(), ..Self::default() });
        }
        let (scheme, rest) = scheme(text)?;
        let (rest, query) = cut(rest, b'?');
        let scheme = scheme.to_ascii_lowercase();
        let query = query.unwrap_or_default().to_vec();
        let mut url = Self { scheme, query, ..Self::default() };
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err(b"first path segment in URL cannot contain colon".to_vec());
            }
        }
        let path = url.parse_authority(rest)?;
        url.path = unescaped(path, Part::Path)?;
        Ok(url)
    }

    /// Reads user and host, if there are any, and gives what is left.
    fn parse_authority<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], Error> {
        let Some(authority) = rest.strip_prefix(b"//") else { return Ok(rest) };
        if self.scheme.is_empty() && rest.starts_with(b"///") {
            return Ok(rest);
        }
        let end = memchr::memchr(b'/', authority).unwrap_or(authority.len());
        let (authority, path) = authority.split_at(end);
        let at = memchr::memrchr(b'@', authority);
        self.host = host(&self.scheme, &authority[at.map_or(0, |at| at + 1)..])?;
        self.user = at.map(|at| user(&authority[..at])).transpose()?;
        Ok(path)
    }

    /// The host without port and brackets.
    pub(super) fn hostname(&self) -> &[u8] {
        let colon = memchr::memrchr(b':', &self.host).filter(|at| is_port(&self.host[*at..]));
        let host = &self.host[..colon.unwrap_or(self.host.len())];
        host.strip_prefix(b"[").and_then(|it| it.strip_suffix(b"]")).unwrap_or(host)
    }
}

/// What is before and behind the first `separator`.
fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(separator, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// The scheme, and what is behind its colon.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(b"missing protocol scheme".to_vec()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn user(text: &[u8]) -> Result<User, Error> {
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !text.iter().all(valid) {
        return Err(b"net/url: invalid userinfo".to_vec());
    }
    let (name, password) = cut(text, b':');
    let name = unescaped(name, Part::User)?;
    let password = password.map(|password| unescaped(password, Part::User)).transpose()?;
    Ok(User { name, password })
}

fn host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Error> {
    match memchr::memrchr(b'[', host) {
        Some(0) => return literal(&host[1..]),
        Some(_) => return Err(b"invalid IP-literal".to_vec()),
        None => {}
    }
    let web = matches!(scheme, b"http" | b"https");
    let colon = if web { memchr::memchr(b':', host) } else { memchr::memrchr(b':', host) };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescaped(host, Part::Host)
}

/// An address in brackets, of which `text` has the closing one.
fn literal(text: &[u8]) -> Result<Vec<u8>, Error> {
    let close = memchr::memrchr(b']', text).ok_or_else(|| b"missing ']' in host".to_vec())?;
    let (name, port) = (&text[..close], &text[close + 1..]);
    check_port(port)?;
    let port = unescaped(port, Part::Host)?;
    let zone = memchr::memmem::find(name, b"%25").unwrap_or(name.len());
    let mut address = unescaped(&name[..zone], Part::Host)?;
    address.extend_from_slice(&unescaped(&name[zone..], Part::Zone)?);
    address::check_ipv6(&address)?;
    Ok([b"[", &address[..], b"]", &port].concat())
}

fn check_port(port: &[u8]) -> Result<(), Error> {
    if is_port(port) {
        return Ok(());
    }
    Err([b"invalid port ", &*quote(port), b" after host"].concat())
}

/// Whether it is nothing, or digits behind a colon.
fn is_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
