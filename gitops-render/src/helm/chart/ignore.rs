//! `.helmignore`: which files of a folder do not belong to its chart. The rules are those of
//! Helm's `pkg/ignore`.

use std::collections::HashMap;

use crate::helm::pattern::Pattern;

/// The rules of a folder, in their order.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    /// Whether a folder is left out, for those that were asked for.
    folders: HashMap<String, bool>,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    /// Whether it is about the path, not only the last name of it.
    path: bool,
    negated: bool,
    folders_only: bool,
}

/// How many rules there may be, since each is held against each file.
const RULES: usize = 10_000;

impl Rules {
    /// The rules of the text of a `.helmignore`, and the one that always holds.
    ///
    /// # Errors
    /// What Helm says of a rule that is none, or that there are too many.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.lines().count() > RULES {
            return Err(format!(".helmignore has more than {RULES} lines; ignore folders instead"));
        }
        let lines = text.lines().chain(["templates/.?*"]);
        let rules =
            lines.filter_map(|line| rule(line.trim()).transpose()).collect::<Result<_, _>>();
        Ok(Self { rules: rules?, folders: HashMap::new() })
    }

    /// Whether the file `path`, or a folder that holds it, is left out.
    pub(super) fn ignore(&mut self, path: &str) -> bool {
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            let ignored = if let Some(ignored) = self.folders.get(folder) {
                *ignored
            } else {
                let ignored = self.ignores(folder, Entry::Folder);
                self.folders.insert(folder.to_owned(), ignored);
                ignored
            };
            if ignored {
                return true;
            }
        }
        self.ignores(path, Entry::File)
    }

    fn ignores(&self, path: &str, entry: Entry) -> bool {
        for rule in &self.rules {
            let wrong_kind = rule.folders_only && entry != Entry::Folder;
            let matches = !wrong_kind && rule.matches(path);
            if matches != rule.negated {
                return true;
            }
        }
        false
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    File,
    Folder,
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.pattern.matches(if self.path { path } else { name })
    }
}

fn rule(text: &str) -> Result<Option<Rule>, String> {
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    if text.contains("**") {
        return Err("double-star (**) syntax is not supported".to_owned());
    }
    Pattern::new(text)?;
    let (negated, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (folders_only, text) = match text.strip_suffix('/') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (path, text) = match text.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (text.contains('/'), text),
    };
    Ok(Some(Rule { pattern: Pattern::new(text)?, path, negated, folders_only }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_left_out_as_helm_does() {
        let cases = [
            ("helm.txt", "helm.txt", true),
            ("helm.*", "helm.txt", true),
            ("helm.*", "rudder.txt", false),
            ("*.txt", "cargo/a.txt", true),
            ("cargo/*.txt", "cargo/a.txt", true),
            ("/*.txt", "cargo/a.txt", false),
            ("cargo/", "cargo/a.txt", true),
            ("cargo/", "cargo", false),
            ("mast/", "ship/mast/a", true),
            ("/mast/", "ship/mast/a", false),
            ("!helm.txt", "helm.txt", false),
            ("!helm.txt", "tiller.txt", true),
            ("!*.txt\n", "a/b.txt", true), // The folder is no `*.txt`.
            ("# a\n\n  *.md  ", "a.md", true),
            ("", "templates/.hidden", true),
            ("", "templates/x/.hidden", false),
            ("", "templates/.dotdir/x.yaml", true),
        ];
        for (text, path, wanted) in cases {
            assert_eq!(Rules::new(text).unwrap().ignore(path), wanted, "{text:?} {path}");
        }
    }

    #[test]
    fn rules_that_are_none_are_refused() {
        for (text, wanted) in
            [("a/**", "double-star (**) syntax is not supported"), ("[", "syntax error in pattern")]
        {
            assert_eq!(Rules::new(text).unwrap_err(), wanted);
        }
    }

    #[test]
    fn more_rules_than_anybody_writes_are_refused() {
        let error = Rules::new(&"a\n".repeat(RULES + 1)).unwrap_err();
        assert_eq!(error, ".helmignore has more than 10000 lines; ignore folders instead");
    }
}
