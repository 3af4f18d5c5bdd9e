//! Which commit a selector means, among the refs that a repository lists.

use gix::hash::ObjectId;

use super::objects::{digest, id};
use crate::version::{Constraint, Version};
use crate::{RefSelector, Revision, SourceError};

/// A ref as listed: its full name, and what it points to once tags are peeled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) target: ObjectId,
}

/// A selector that was checked.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    Name { full: String, shown: String },
    Short { name: String },
    Semver { range: Constraint, text: String, prefix: String },
    Commit(ObjectId),
}

impl Selection {
    pub(super) fn new(selector: &RefSelector) -> Result<Self, SourceError> {
        let named = |folder: &str, name: &str| {
            let full = format!("{folder}{name}");
            check_name(&full)?;
            Ok(Self::Name { full, shown: name.to_owned() })
        };
        match selector {
            RefSelector::Branch(name) => named("refs/heads/", name),
            RefSelector::Tag(name) => named("refs/tags/", name),
            RefSelector::Name(name) => named("", name),
            RefSelector::Short(name) => {
                check_name(name)?;
                Ok(Self::Short { name: name.clone() })
            }
            RefSelector::Semver { range: text, prefix } => {
                let (range, text) = (range(text)?, text.clone());
                Ok(Self::Semver { range, text, prefix: prefix.clone() })
            }
            RefSelector::Commit(digest) => id(digest).map(Self::Commit),
        }
    }

    /// The refs to ask for: those that start with one of these.
    pub(super) fn prefixes(&self) -> Vec<String> {
        match self {
            Self::Name { full, .. } => vec![full.clone()],
            Self::Short { name } => short_for(name).into(),
            Self::Semver { prefix, .. } => vec![format!("refs/tags/{prefix}")],
            Self::Commit(_) => Vec::new(),
        }
    }

    /// The refs to list for a person who asked for one that is not there.
    pub(super) fn neighbours(&self) -> Option<&'static str> {
        match self {
            Self::Name { full, .. } if full.starts_with("refs/heads/") => Some("refs/heads/"),
            Self::Name { full, .. } if full.starts_with("refs/tags/") => Some("refs/tags/"),
            Self::Semver { .. } => Some("refs/tags/"),
            Self::Short { .. } => Some("refs/heads/"),
            _ => None,
        }
    }

    /// The revision meant, if it is among the refs.
    pub(super) fn pick(&self, refs: &[Listed]) -> Option<Revision> {
        match self {
            Self::Commit(id) => Some(Revision::detached(digest(*id))),
            Self::Name { full, shown } => {
                let found = refs.iter().find(|listed| listed.name == *full)?;
                Some(Revision::new(shown, digest(found.target)))
            }
            Self::Short { name } => {
                let mut wanted = short_for(name).into_iter();
                let found = wanted.find_map(|full| refs.iter().find(|it| it.name == full))?;
                Some(Revision::new(name, digest(found.target)))
            }
            Self::Semver { range, prefix, .. } => {
                let versions = refs.iter().filter_map(|listed| {
                    let tag = listed.name.strip_prefix("refs/tags/")?;
                    let text = tag.strip_prefix(prefix.as_str())?;
                    let text = text.strip_prefix('v').unwrap_or(text);
                    let version = Version::parse_strict(text).ok()?;
                    range.holds(&version).then_some((version, tag, listed.target))
                });
                let (_, tag, target) =
                    versions.max_by(|a, b| a.0.compare(&b.0).then_with(|| a.1.cmp(b.1)))?;
                Some(Revision::new(tag, digest(target)))
            }
        }
    }

    /// The error for a repository that has no such ref, but those.
    pub(super) fn not_found(&self, place: &str, others: &[Listed]) -> SourceError {
        const SHOWN: usize = 10;
        let wanted = match self {
            Self::Name { full, .. } => format!("no ref `{full}`"),
            Self::Short { name } => format!("no tag or branch `{name}`"),
            Self::Semver { text, prefix, .. } if prefix.is_empty() => {
                format!("no tag with a version in `{text}`")
            }
            Self::Semver { text, prefix, .. } => {
                format!("no tag `{prefix}…` with a version in `{text}`")
            }
            Self::Commit(id) => format!("no commit {id}"),
        };
        let skip = self.neighbours().map_or(0, str::len);
        let names = others.iter().filter_map(|listed| listed.name.get(skip..));
        let mut hint: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
        if others.len() > SHOWN {
            hint.push(format!("{} more", others.len() - SHOWN));
        }
        let hint = hint.join(", ");
        let hint = if hint.is_empty() { hint } else { format!("; there are {hint}") };
        SourceError::NotFound(format!("{place} has {wanted}{hint}"))
    }
}

/// What a short name may stand for, the first one that is there (git's `ref_rev_parse_rules`).
fn short_for(name: &str) -> [String; 4] {
    ["", "refs/", "refs/tags/", "refs/heads/"].map(|folder| format!("{folder}{name}"))
}

/// The range that `text` is; nothing stands for any release.
fn range(text: &str) -> Result<Constraint, SourceError> {
    let text = if text.trim().is_empty() { "*" } else { text };
    Constraint::parse(text).map_err(|why| {
        SourceError::invalid(format!(
            "`{text}` is no version range ({why}); write one such as `>=1.2.0 <2.0.0`, `1.x` or \
             `^1.4`"
        ))
    })
}

/// Refuses what Git refuses as a ref (git-check-ref-format), since it would be sent as it is.
fn check_name(full: &str) -> Result<(), SourceError> {
    gix::validate::reference::name_partial(full.into()).map(|_| ()).map_err(|error| {
        SourceError::invalid(format!("`{}` is no name of a ref: {error}", full.escape_debug()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(names: &[&str]) -> Vec<Listed> {
        let id = |index: usize| ObjectId::from_hex(format!("{index:040}").as_bytes()).unwrap();
        let listed =
            |(index, name): (usize, &&str)| Listed { name: (*name).to_owned(), target: id(index) };
        names.iter().enumerate().map(listed).collect()
    }

    #[test]
    fn a_selector_picks_one_ref() {
        let all = refs(&[
            "HEAD",
            "refs/heads/main",
            "refs/heads/main-2",
            "refs/tags/main",
            "refs/tags/v1.2.0",
            "refs/tags/1.10.0",
            "refs/tags/v1.11.0-rc.1",
            "refs/tags/app-v3.0.0",
            "refs/tags/nonsense",
            "refs/pull/7/head",
        ]);
        let semver = |range: &str, prefix: &str| RefSelector::Semver {
            range: range.into(),
            prefix: prefix.into(),
        };
        for (selector, picked) in [
            (RefSelector::Branch("main".into()), "main@00000001"),
            (RefSelector::Tag("main".into()), "main@00000003"),
            (RefSelector::Name("refs/pull/7/head".into()), "refs/pull/7/head@00000009"),
            (RefSelector::Name("HEAD".into()), "HEAD@00000000"),
            (RefSelector::Short("main".into()), "main@00000003"),
            (RefSelector::Short("main-2".into()), "main-2@00000002"),
            (RefSelector::Short("heads/main".into()), "heads/main@00000001"),
            (RefSelector::Short("HEAD".into()), "HEAD@00000000"),
            (semver("1.x", ""), "1.10.0@00000005"),
            (semver(">=1-0", ""), "v1.11.0-rc.1@00000006"),
            (semver("*", "app-"), "app-v3.0.0@00000007"),
        ] {
            let picked_revision = Selection::new(&selector).unwrap().pick(&all).unwrap();
            let (name, digits) = picked.rsplit_once('@').unwrap();
            assert_eq!(picked_revision.name(), Some(name));
            assert!(
                picked_revision.digest().hex().ends_with(digits),
                "{selector:?}: {picked_revision}"
            );
        }
        let short = RefSelector::Short("mai".into());
        let branch = RefSelector::Branch("mai".into());
        for selector in [branch, short, semver("2.x", ""), semver("*", "web-")] {
            assert_eq!(Selection::new(&selector).unwrap().pick(&all), None);
        }
    }

    #[test]
    fn a_missing_ref_names_the_others() {
        let selection = Selection::new(&RefSelector::Branch("mian".into())).unwrap();
        let error =
            selection.not_found("https://host/repo", &refs(&["refs/heads/main", "refs/heads/dev"]));
        insta::assert_snapshot!(error, @"https://host/repo has no ref `refs/heads/mian`; there are `main`, `dev`");
        insta::assert_snapshot!(selection.not_found("https://host/repo", &[]), @"https://host/repo has no ref `refs/heads/mian`");
    }

    #[test]
    fn a_name_that_git_refuses_is_refused() {
        for name in ["", "a b", "a..b", "a\nwant x", "-\0", "a~1", "a.lock"] {
            assert!(Selection::new(&RefSelector::Branch(name.into())).is_err(), "{name:?}");
        }
    }
}
