//! The matchers of kapp, as what rules select: one selection for each way to match.

use crate::policy::read::{Node, Wrong};
use crate::policy::{Labels, Pattern, Select};

/// The most selections that one matcher may stand for.
const MAX_SELECTS: usize = 1000;

/// What a matcher selects.
pub(super) fn selects(matcher: &Node<'_>) -> Result<Vec<Select>, Wrong> {
    let (kind, node) = only(matcher)?;
    match kind {
        "allMatcher" => Ok(vec![Select::default()]),
        "anyMatcher" => {
            let all = inner(&node)?.iter().map(selects).collect::<Result<Vec<_>, _>>()?;
            Ok(all.concat())
        }
        "andMatcher" => {
            let mut all = vec![Select::default()];
            for matcher in inner(&node)? {
                all = both(&matcher, &all, &selects(&matcher)?)?;
            }
            Ok(all)
        }
        "notMatcher" => {
            let mut fields = node.fields()?;
            let inner = fields.get("matcher").ok_or_else(|| node.wrong("`matcher` is missing"))?;
            fields.done()?;
            not(&inner).map(|it| vec![it])
        }
        kind => one(kind, &node).map(|it| vec![it]),
    }
}

/// The one matcher that is given, with its name.
fn only<'a>(matcher: &Node<'a>) -> Result<(&'static str, Node<'a>), Wrong> {
    const KINDS: [&str; 11] = [
        "allMatcher",
        "anyMatcher",
        "notMatcher",
        "andMatcher",
        "apiGroupKindMatcher",
        "apiVersionKindMatcher",
        "kindNamespaceNameMatcher",
        "hasAnnotationMatcher",
        "hasNamespaceMatcher",
        "customResourceMatcher",
        "emptyFieldMatcher",
    ];
    let mut fields = matcher.fields()?;
    let mut given: Vec<_> =
        KINDS.into_iter().filter_map(|kind| Some((kind, fields.get(kind)?))).collect();
    fields.done()?;
    match (given.pop(), given.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(matcher.wrong("must hold one matcher")),
    }
}

fn inner<'a>(node: &Node<'a>) -> Result<Vec<Node<'a>>, Wrong> {
    let mut fields = node.fields()?;
    let matchers = fields.items("matchers")?;
    fields.done()?;
    Ok(matchers)
}

fn one(kind: &str, node: &Node<'_>) -> Result<Select, Wrong> {
    let mut fields = node.fields()?;
    let mut text =
        |name| Ok::<_, Wrong>(Some(Pattern::exact(fields.text(name)?.unwrap_or_default())));
    let select = match kind {
        "apiGroupKindMatcher" => {
            Select { group: text("apiGroup")?, kind: text("kind")?, ..Select::default() }
        }
        "apiVersionKindMatcher" => {
            let kind = text("kind")?;
            let api_version = fields.text("apiVersion")?.unwrap_or_default();
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            let (group, version) = (Some(Pattern::exact(group)), Some(Pattern::exact(version)));
            Select { group, version, kind, ..Select::default() }
        }
        "kindNamespaceNameMatcher" => Select {
            kind: text("kind")?,
            namespace: text("namespace")?,
            name: text("name")?,
            ..Select::default()
        },
        "hasAnnotationMatcher" => {
            let mut annotations = Labels::default();
            for key in fields.items("keys")? {
                annotations.push(key.text()?, "Exists", Vec::new()).map_err(|it| key.wrong(it))?;
            }
            Select { annotations, ..Select::default() }
        }
        "hasNamespaceMatcher" => {
            let names = fields.items("names")?;
            let names: Vec<&str> = names.iter().map(Node::text).collect::<Result<_, _>>()?;
            let pattern = match &names[..] {
                [] => "?*".to_owned(),
                [one] => Pattern::exact(one).as_str().to_owned(),
                several => format!("{{{}}}", several.join(",")),
            };
            let namespace = pattern.parse().map_err(|why: String| node.wrong(why))?;
            Select { namespace: Some(namespace), ..Select::default() }
        }
        other => {
            return Err(node.wrong(format!(
                "`{other}` depends on more than fields that are there; name the kinds"
            )));
        }
    };
    fields.done()?;
    Ok(select)
}

/// What is selected by not being so; only what a field or an annotation tells.
fn not(matcher: &Node<'_>) -> Result<Select, Wrong> {
    let (kind, node) = only(matcher)?;
    let mut fields = node.fields()?;
    let select = match kind {
        "emptyFieldMatcher" => {
            let path = fields.items("path")?;
            let names: Vec<&str> = path.iter().map(Node::text).collect::<Result<_, _>>()?;
            if names.is_empty() || names.iter().any(|it| it.contains('.')) {
                return Err(node.wrong("`path` must be names without dots"));
            }
            Select { has: Some(names.join(".").into()), ..Select::default() }
        }
        "hasAnnotationMatcher" => match &fields.items("keys")?[..] {
            [key] => {
                let mut annotations = Labels::default();
                let pushed = annotations.push(key.text()?, "DoesNotExist", Vec::new());
                pushed.map_err(|why| key.wrong(why))?;
                Select { annotations, ..Select::default() }
            }
            _ => {
                return Err(
                    node.wrong("not to have several annotations at once cannot be carried over")
                );
            }
        },
        other => {
            return Err(node.wrong(format!("that `{other}` does not match cannot be carried over")));
        }
    };
    fields.done()?;
    Ok(select)
}

/// Each of one with each of the other.
fn both(node: &Node<'_>, some: &[Select], others: &[Select]) -> Result<Vec<Select>, Wrong> {
    if some.len() * others.len() > MAX_SELECTS {
        return Err(node.wrong(format!("it stands for more than {MAX_SELECTS} selections")));
    }
    let mut all = Vec::new();
    for one in some {
        for other in others {
            all.extend(merged(one, other).map_err(|why| node.wrong(why))?);
        }
    }
    Ok(all)
}

/// What both select; nothing where they contradict.
fn merged(one: &Select, other: &Select) -> Result<Option<Select>, String> {
    let mut contradicts = false;
    let mut pattern = |a: &Option<Pattern>, b: &Option<Pattern>| match (a, b) {
        (Some(a), Some(b)) if a != b => {
            let exact = a.as_exact().zip(b.as_exact());
            contradicts |= exact.is_some();
            match (exact, a.as_exact()) {
                (Some(_), _) => Ok(None),
                (None, Some(text)) if b.matches(text) => Ok(Some(a.clone())),
                _ => Err(format!("both `{a}` and `{b}` cannot be carried over")),
            }
        }
        (a, b) => Ok(a.clone().or_else(|| b.clone())),
    };
    let merged = Select {
        group: pattern(&one.group, &other.group)?,
        version: pattern(&one.version, &other.version)?,
        kind: pattern(&one.kind, &other.kind)?,
        namespace: pattern(&one.namespace, &other.namespace)?,
        name: pattern(&one.name, &other.name)?,
        labels: Labels::default(),
        annotations: one.annotations.clone().with(&other.annotations),
        has: match (&one.has, &other.has) {
            (Some(a), Some(b)) if a != b => {
                return Err(format!("to have both `{a}` and `{b}` cannot be carried over"));
            }
            (a, b) => a.clone().or_else(|| b.clone()),
        },
        target_of: None,
    };
    Ok((!contradicts).then_some(merged))
}
