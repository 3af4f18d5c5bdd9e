//! From the text of a file to its resources.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use gitops_diff::Origin;
use memchr::memmem;

use super::build::Build;
use super::node::{self, Members, Node};
use super::problem::{Problem, ProblemKind, Result};
use super::resource::Resource;
use crate::Position;
use crate::yaml::Error;

/// The resources in a text that stands in `file`.
///
/// Documents are cut by lines before any of them is parsed, a file whose only document is a `List`
/// is its items, and the items of any other list come after all documents of the file.
///
/// # Errors
/// Where a document is not YAML, or no resource.
pub(crate) fn resources(build: &Build<'_>, text: &[u8], file: &str) -> Result<Vec<Resource>> {
    let text = decode(text).map_err(|error| malformed(error, 0, file))?;
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { text };
    let mut found = Vec::new();
    let parts = split(&text).map_err(|problem| problem.at(whole(file)))?;
    let single = parts.len() == 1;
    let (mut above, mut counted) = (0, 0);
    for (number, part) in parts.into_iter().enumerate() {
        above += text[counted..part.start].bytes().filter(|byte| *byte == b'\n').count();
        counted = part.start;
        let Some((node, line)) = parse(build, &text[part], above, file)? else { continue };
        let origin = Origin {
            file: file.into(),
            line,
            document: u32::try_from(number + 1).unwrap_or(u32::MAX),
        };
        found.extend(unwrap(node, single).into_iter().map(|node| (node, origin.clone())));
    }
    flatten(build, found)
}

/// The text of a file, which is UTF-8 or has a mark of UTF-16.
///
/// # Errors
/// Where it is no text.
pub(crate) fn text<'t>(bytes: &'t [u8], file: &str) -> Result<Cow<'t, str>> {
    decode(bytes).map_err(|error| Problem::unreadable(error, file))
}

/// The text of a file as go-yaml decodes it, so that nothing that is no text is passed over.
fn decode(bytes: &[u8]) -> std::result::Result<Cow<'_, str>, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => crate::yaml::decode(bytes, &Build::yaml().limits),
    }
}

fn whole(file: &str) -> Position {
    Position { file: file.to_owned(), ..Position::default() }
}

/// Where the documents are: between lines that start with `---` and have a line before and after
/// them. Only a comment may stand behind the dashes.
fn split(text: &str) -> Result<Vec<Range<usize>>> {
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"\n---") {
        let at = from + found;
        let Some(length) = text[at + 1..].find('\n') else { break };
        let (line, end) = (&text[at + 4..at + 1 + length], at + 1 + length + 1);
        let behind = line.trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            let message = format!("invalid document separator: ---{}", line.trim_end());
            return Err(Problem::new(message));
        }
        // The line end before the dashes belongs to the document: a block may end with it.
        parts.push(start..at + 1);
        (start, from) = (end, end);
    }
    parts.push(start..text.len());
    Ok(parts)
}

/// The tree of one document and the line it starts on; none where there is nothing.
fn parse(build: &Build<'_>, text: &str, above: usize, file: &str) -> Result<Option<(Node, u32)>> {
    let above = u32::try_from(above).unwrap_or(u32::MAX);
    let mut allowance = build.allowance.borrow_mut();
    let node = node::read(text.as_bytes(), &Build::yaml(), &mut allowance)
        .map_err(|error| malformed(error, above, file))?;
    let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(None) };
    let line = first_line(&node).unwrap_or(1).saturating_add(above);
    Ok(Some((node, line)))
}

fn first_line(node: &Node) -> Option<u32> {
    match node {
        Node::Scalar(scalar) => Some(scalar.line),
        Node::List(items) => first_line(items.first()?),
        Node::Map(members) => members.iter().next().map(|member| member.key.line),
    }
}

/// A document that is no YAML. Go counts lines from the start of the document, the position from
/// that of the file.
fn malformed(error: Error, above: u32, file: &str) -> Problem {
    let mut problem = Problem::unreadable(error, file);
    if let Some(position) = &mut problem.position {
        position.line = position.line.saturating_add(above);
    }
    if problem.kind == ProblemKind::Wrong {
        problem.kind = ProblemKind::Malformed;
        problem.message = format!("MalformedYAMLError: {} in File: {file}", problem.message);
    }
    problem
}

/// The items of a `List` that is alone in its file, or the document itself.
fn unwrap(mut node: Node, single: bool) -> Vec<Node> {
    let is_list = matches!(node.text_at(&["kind"]), Some("List" | "ResourceList"));
    let has = |key: &str| node.get(key).is_some();
    if !(single && is_list && (has("items") || has("functionConfig"))) {
        return vec![node];
    }
    let items = node.as_map_mut().and_then(|members| members.remove("items"));
    if let Some(Node::List(items)) = items { items } else { Vec::new() }
}

/// The resources, where the items of lists go behind all others.
fn flatten(build: &Build<'_>, found: Vec<(Node, Origin)>) -> Result<Vec<Resource>> {
    let mut queue: VecDeque<(Node, Origin)> = VecDeque::new();
    for (node, origin) in found {
        queue.extend(checked(node, &origin)?.map(|node| (node, origin)));
    }
    let mut resources = Vec::with_capacity(queue.len());
    while let Some((mut node, origin)) = queue.pop_front() {
        match items(&mut node).map_err(|problem| problem.at((&origin).into()))? {
            None => {
                let mut resource = Resource::new(node, &build.schema);
                resource.origin = Some(origin);
                resources.push(resource);
            }
            Some(items) => {
                for item in items {
                    queue.extend(checked(item, &origin)?.map(|node| (node, origin.clone())));
                }
            }
        }
    }
    Ok(resources)
}

/// The items of a `FooList`; none where it is no list of resources.
fn items(node: &mut Node) -> Result<Option<Vec<Node>>> {
    let kind = node.text_at(&["kind"]).unwrap_or_default().to_owned();
    if !kind.ends_with("List") || node.get("items").is_none() {
        return Ok(None);
    }
    match node.as_map_mut().and_then(|members| members.remove("items")) {
        Some(Node::List(items)) => Ok(Some(items)),
        Some(other) if other.is_null() => Ok(Some(Vec::new())),
        Some(other) => {
            let found = if other.as_map().is_some() { "map[string]interface {}" } else { "string" };
            Err(Problem::new(format!("expected array in {kind}/items, but found {found}")))
        }
        None => Ok(None),
    }
}

/// The document if it is a resource; none where nothing is in it.
fn checked(node: Node, origin: &Origin) -> Result<Option<Node>> {
    if node.is_null()
        || node.as_map().is_some_and(Members::is_empty)
        || node.as_list().is_some_and(<[_]>::is_empty)
    {
        return Ok(None);
    }
    identify(&node, origin)?;
    Ok(Some(node))
}

/// Whether a tree is called something: it must have a kind, and a name if it is no list.
///
/// # Errors
/// Where it does not.
pub(crate) fn identify(node: &Node, origin: &Origin) -> Result<()> {
    let problem = |message: String| Err(Problem::new(message).at(origin.into()));
    if node.as_map().is_none() {
        return problem(format!("missing Resource metadata in {origin}"));
    }
    let text = |path: &[&str]| {
        let node = node.at(path).filter(|node| !node.is_null());
        node.and_then(Node::as_text).map_or("", |text| text.as_str())
    };
    let (kind, name) = (text(&["kind"]), text(&["metadata", "name"]));
    if kind.is_empty() {
        return problem(format!("missing kind in object {{{{ }} {{{{{name} }}}}}}"));
    }
    if name.is_empty() && !kind.ends_with("List") {
        let api_version = text(&["apiVersion"]);
        return problem(format!(
            "missing metadata.name in object {{{{{api_version} {kind}}} {{{{ }}}}}}"
        ));
    }
    // Upstream crashes on most of them, as the build notes things there; a list of labels stays.
    if node.at(&["metadata", "annotations"]).is_some_and(|it| it.as_list().is_some()) {
        return problem("metadata.annotations must be a map and is a list".to_owned());
    }
    Ok(())
}
