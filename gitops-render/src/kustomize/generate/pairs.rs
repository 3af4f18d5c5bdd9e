//! The pairs that a generator's sources say (`api/kv/kv.go`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use gitops_diff::Text;

use crate::kustomize::folder::Folder;
use crate::kustomize::kustomization::GeneratorArgs;
use crate::kustomize::problem::{Problem, Result};

/// A line of an env file that is longer ends the file: so does Go's `bufio.Scanner`, and upstream
/// does not ask it why.
const LONGEST_LINE: usize = 64 * 1024 - 1;

type Pair<'a> = (Text, Cow<'a, [u8]>);

/// The pairs of all sources, each key once.
///
/// # Errors
/// Where a source is no pair, a file cannot be read or a key comes twice.
pub(super) fn unique<'a>(
    args: &GeneratorArgs,
    folder: &Folder<'a>,
) -> Result<BTreeMap<Text, Cow<'a, [u8]>>> {
    let pairs = load(args, folder).map_err(|problem| problem.within("loading KV pairs"))?;
    let mut unique = BTreeMap::new();
    for (key, value) in pairs {
        if unique.insert(key.clone(), value).is_some() {
            let name = &args.name;
            return Err(Problem::new(format!(
                "configmap {name} illegally repeats the key `{key}`"
            )));
        }
    }
    Ok(unique)
}

fn load<'a>(args: &GeneratorArgs, folder: &Folder<'a>) -> Result<Vec<Pair<'a>>> {
    let mut pairs = Vec::new();
    for path in &args.envs {
        env_file(folder, path, &mut pairs)
            .map_err(|it| within(it, "env source files: ", &args.envs))?;
    }
    for source in &args.literals {
        pairs.push(literal(source).map_err(|it| within(it, "literal sources ", &args.literals))?);
    }
    for source in &args.files {
        pairs.push(file(folder, source).map_err(|it| within(it, "file sources: ", &args.files))?);
    }
    Ok(pairs)
}

fn within(problem: Problem, what: &str, sources: &[Text]) -> Problem {
    problem.within(format!("{what}[{}]", sources.join(" ")))
}

fn env_file<'a>(folder: &Folder<'a>, path: &str, pairs: &mut Vec<Pair<'a>>) -> Result<()> {
    let content = folder.load(path)?;
    let mut lines: Vec<&[u8]> = content.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let lines = lines.into_iter().take_while(|line| line.len() <= LONGEST_LINE);
    for (number, line) in lines.enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| not_utf8(line))?;
        // Only the first line of a file can start with a byte order mark.
        let text = if number == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        pairs.extend(env_line(text));
    }
    Ok(())
}

fn not_utf8(line: &[u8]) -> Problem {
    let bytes: Vec<String> = line.iter().map(ToString::to_string).collect();
    let text = String::from_utf8_lossy(line);
    Problem::new(format!("line [{}] has invalid utf8 bytes : {text}", bytes.join(" ")))
}

/// The pair of a line, unless it is empty, a comment or has no key.
fn env_line<'a>(line: &str) -> Option<Pair<'a>> {
    let line = line.trim_start();
    if line.starts_with('#') {
        return None;
    }
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    (!key.is_empty()).then(|| (key.into(), Cow::Owned(value.as_bytes().to_vec())))
}

fn literal<'a>(source: &str) -> Result<Pair<'a>> {
    match source.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Ok((key.into(), Cow::Owned(unquoted(value).as_bytes().to_vec())))
        }
        _ => Err(Problem::new(format!("invalid literal source {source}, expected key=value"))),
    }
}

/// The text without the quotes around it, if they are the same at both ends.
fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn file<'a>(folder: &Folder<'a>, source: &str) -> Result<Pair<'a>> {
    let (key, path) = file_source(source)?;
    Ok((key.into(), Cow::Borrowed(folder.load(path)?)))
}

/// The key and the path of a file: `path` or `key=path`.
fn file_source(source: &str) -> Result<(&str, &str)> {
    let problem = match source.split_once('=') {
        None => return Ok((base_name(source), source)),
        Some((_, path)) if path.contains('=') => {
            format!("source {source:?} key name or file path contains '='")
        }
        Some(("", path)) => {
            format!("missing key name for file path {path:?} in source {source:?}")
        }
        Some((key, "")) => format!("missing file path for key name {key:?} in source {source:?}"),
        Some(pair) => return Ok(pair),
    };
    Err(Problem::new(problem))
}

/// The last part of a path, as Go's `path.Base`.
fn base_name(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_split_at_its_first_equals_sign_and_loses_one_pair_of_quotes() {
        let cases = [
            ("a=x", Ok(("a", "x"))),
            ("a=x=y", Ok(("a", "x=y"))),
            ("a=", Ok(("a", ""))),
            (" a =\"x\"", Ok((" a ", "x"))),
            ("a='x\"", Ok(("a", "'x\""))),
            ("a=\"", Ok(("a", "\""))),
            ("a=\"\"x\"\"", Ok(("a", "\"x\""))),
            ("=x", Err("invalid literal source =x, expected key=value")),
            ("x", Err("invalid literal source x, expected key=value")),
        ];
        for (source, expected) in cases {
            let found = literal(source).map_err(|it| it.message);
            let found = found.as_ref().map(|(key, value)| (key.as_str(), &**value));
            let expected = expected.map(|(key, value)| (key, value.as_bytes()));
            assert_eq!(found.map_err(String::as_str), expected, "{source}");
        }
    }

    #[test]
    fn a_line_loses_what_stands_before_it_and_nothing_else() {
        let cases = [
            ("a=x ", Some(("a", "x "))),
            ("\t\u{a0} a=\"x\" # c", Some(("a", "\"x\" # c"))),
            ("a", Some(("a", ""))),
            ("# a=x", None),
            ("", None),
            ("=x", None),
        ];
        for (line, expected) in cases {
            let found = env_line(line);
            let found = found.as_ref().map(|(key, value)| (key.as_str(), &**value));
            assert_eq!(found, expected.map(|(key, value)| (key, value.as_bytes())), "{line}");
        }
    }

    #[test]
    fn a_file_is_called_by_its_key_or_its_last_part() {
        let cases = [
            ("a/b.txt", Ok(("b.txt", "a/b.txt"))),
            ("k=a/b.txt", Ok(("k", "a/b.txt"))),
            ("a/b/", Ok(("b", "a/b/"))),
            ("//", Ok(("/", "//"))),
            ("", Ok((".", ""))),
            ("=a", Err("missing key name for file path \"a\" in source \"=a\"")),
            ("a=", Err("missing file path for key name \"a\" in source \"a=\"")),
            ("a=b=c", Err("source \"a=b=c\" key name or file path contains '='")),
            ("==", Err("source \"==\" key name or file path contains '='")),
        ];
        for (source, expected) in cases {
            let found = file_source(source).map_err(|it| it.message);
            assert_eq!(found, expected.map_err(str::to_owned), "{source}");
        }
    }
}
