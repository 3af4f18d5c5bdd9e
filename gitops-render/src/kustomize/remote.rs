//! Bases and files that are elsewhere (`api/internal/git/repospec.go`).

use std::time::Duration;

use crate::Requirement;
use crate::kustomize::problem::{Problem, Result};

/// A folder of a Git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    /// Scheme, user and host, as they go before the path: `https://github.com/`.
    pub(crate) host: String,
    /// The path of the repository at its host.
    pub(crate) path: String,
    /// The folder in the repository; empty for its root.
    pub(crate) folder: String,
    /// The branch, tag or commit; empty where none is named.
    pub(crate) reference: String,
    /// Whether submodules are wanted.
    pub(crate) submodules: bool,
    /// How long fetching may take.
    pub(crate) timeout: Duration,
}

/// How long fetching may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(27);

impl Repository {
    /// What Git is told to clone.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.host, self.path)
    }

    /// What has to be fetched for it. Folders of one repository need the same.
    pub(crate) fn requirement(&self) -> Requirement {
        Requirement::Git {
            url: self.url(),
            reference: Some(self.reference.clone()).filter(|it| !it.is_empty()),
            submodules: self.submodules,
            timeout: self.timeout,
        }
    }

    /// The repository that a base names.
    ///
    /// # Errors
    /// Where it names none: it is a folder of the tree then.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text.starts_with('/') {
            return Err(Problem::new(format!("uri looks like abs path: {text}")));
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (host, rest) = host(address)?;
        let is_file = host.starts_with(Scheme::File.text());
        let (path, folder) = repository_and_folder(&rest, is_file)?;
        let Query { reference, submodules, timeout } = Query::parse(query);
        Ok(Self { host, path, folder, reference, submodules, timeout })
    }
}

/// The file that an address names, if it is one of the web and not a repository.
///
/// Upstream asks the server, and takes what is no file for a repository. Here the name decides:
/// a file of the web ends like a file of resources.
pub(crate) fn web_file(address: &str) -> Option<Requirement> {
    let scheme = Scheme::split(address).0?;
    if !matches!(scheme, Scheme::Http | Scheme::Https) {
        return None;
    }
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_file = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let is_repository = Repository::parse(address).is_ok();
    (is_file || !is_repository).then(|| Requirement::Http { url: address.to_owned() })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Ssh,
    Https,
    Http,
    File,
}

impl Scheme {
    const ALL: [Self; 4] = [Self::Ssh, Self::Https, Self::Http, Self::File];

    fn text(self) -> &'static str {
        match self {
            Self::Ssh => "ssh://",
            Self::Https => "https://",
            Self::Http => "http://",
            Self::File => "file://",
        }
    }

    /// The scheme, if there is one, and what stands behind it.
    fn split(text: &str) -> (Option<Self>, &str) {
        let found = Self::ALL
            .into_iter()
            .find_map(|scheme| Some((scheme, without_prefix(text, scheme.text())?)));
        found.map_or((None, text), |(scheme, rest)| (Some(scheme), rest))
    }
}

/// `text` without `prefix`, in whichever case that is.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Scheme, user and host, and what stands behind them.
fn host(text: &str) -> Result<(String, String)> {
    let text = without_prefix(text, "git::").unwrap_or(text);
    let (scheme, text) = Scheme::split(text);
    let (user, text) = user(text);
    let is_github =
        ["github.com/", "github.com:"].iter().any(|github| without_prefix(text, github).is_some());
    let may_be_scp = scheme.is_none() && (!user.is_empty() || is_github);
    let Some(prefix) = scheme.map(Scheme::text).or(may_be_scp.then_some("")) else {
        return Err(Problem::new("failed to parse scheme"));
    };
    if scheme == Some(Scheme::File) {
        return Ok((prefix.to_owned(), format!("{user}{text}")));
    }
    let (host, rest) = match separator(text, may_be_scp) {
        Some(at) => text.split_at(at + 1),
        None => (text, ""),
    };
    let whole = match (is_github, scheme == Some(Scheme::Ssh) || !user.is_empty()) {
        (true, true) => format!("{user}github.com:"),
        (true, false) => "https://github.com/".to_owned(),
        (false, _) if host.is_empty() => {
            return Err(Problem::new("failed to parse host segment"));
        }
        (false, _) => format!("{prefix}{user}{host}"),
    };
    Ok((whole, rest.to_owned()))
}

/// The user with its `@`, if there is one, and what stands behind it.
fn user(text: &str) -> (&str, &str) {
    let end = text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '-'));
    match end {
        Some(at)
            if text.starts_with(|it: char| it.is_ascii_alphabetic())
                && text[at..].starts_with('@') =>
        {
            text.split_at(at + 1)
        }
        _ => ("", text),
    }
}

/// Where the host ends.
fn separator(text: &str, may_be_scp: bool) -> Option<usize> {
    let slash = text.find('/');
    if !may_be_scp {
        return slash;
    }
    match (slash, text.find(':')) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    }
}

/// The path of the repository and the folder in it.
fn repository_and_folder(path: &str, is_file: bool) -> Result<(String, String)> {
    let found =
        marked(path).or_else(|| if is_file { Some((path, "")) } else { two_segments(path) });
    let Some((repository, folder)) = found.filter(|(repository, _)| !repository.is_empty()) else {
        return Err(Problem::new("failed to parse repo path segment"));
    };
    let folder = folder.strip_prefix('/').unwrap_or(folder);
    if leaves(folder) {
        return Err(Problem::new(format!("url path exits repo: {path}")));
    }
    Ok((repository.to_owned(), folder.to_owned()))
}

/// Split where the path itself says so: behind the name below `_git/`, at `//` or behind `.git`.
fn marked(path: &str) -> Option<(&str, &str)> {
    if let Some(at) = path.find("_git/") {
        let name = at + "_git/".len();
        let end = path[name..].find('/').map_or(path.len(), |end| name + end);
        return Some((&path[..end], path[end..].strip_prefix('/').unwrap_or_default()));
    }
    if let Some(pair) = path.split_once("//") {
        return Some(pair);
    }
    path.find(".git").map(|at| path.split_at(at + ".git".len()))
}

/// Split behind the second segment, as at GitHub.
fn two_segments(path: &str) -> Option<(&str, &str)> {
    let first = path.find('/')?;
    match path[first + 1..].find('/') {
        Some(second) => Some((&path[..first + 1 + second], &path[first + second + 2..])),
        None => Some((path, "")),
    }
}

/// Whether a path leads out of where it starts.
fn leaves(path: &str) -> bool {
    let mut depth = 0_i64;
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if depth == 0 => return !path.starts_with('/'),
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// What stands behind the question mark.
struct Query {
    reference: String,
    submodules: bool,
    timeout: Duration,
}

impl Query {
    fn parse(query: &str) -> Self {
        let mut found = Self { reference: String::new(), submodules: true, timeout: TIMEOUT };
        let Some(pairs) = pairs(query) else { return found };
        let first =
            |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
        let reference = first("ref").filter(|it| !it.is_empty()).or_else(|| first("version"));
        reference.unwrap_or_default().clone_into(&mut found.reference);
        found.timeout = first("timeout").and_then(timeout).unwrap_or(TIMEOUT);
        found.submodules = first("submodules").and_then(boolean).unwrap_or(true);
        found
    }
}

/// The pairs of a query as Go's `url.ParseQuery` reads them; none where one of them is wrong.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        if part.contains(';') {
            return None;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        pairs.push((unescaped(key)?, unescaped(value)?));
    }
    Some(pairs)
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number of seconds, or what Go reads as a duration; it must be more than nothing.
fn timeout(text: &str) -> Option<Duration> {
    let seconds = text.parse::<i64>().ok().filter(|it| *it > 0);
    let seconds = seconds.and_then(|it| u64::try_from(it).ok()).map(Duration::from_secs);
    seconds.or_else(|| duration(text)).filter(|it| !it.is_zero())
}

/// A duration as Go writes it: `1m30s`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !(it.is_ascii_digit() || it == '.'))?;
        let (number, behind) = rest.split_at(digits);
        let end = behind.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let scale = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = behind;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// A truth value as Go's `strconv.ParseBool` reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
