//! Which resources a patch or a replacement means.

mod labels;
mod lexer;

use std::cell::OnceCell;

use regex::Regex;

use self::labels::LabelSelector;
use super::id::{Gvk, ResId};
use super::kustomization::Selector as Fields;
use super::problem::{Problem, Result};
use super::resource::Resource;
use super::resources::Resources;

/// Resources by kind, name and namespace, by labels and by annotations; what is not said matches
/// everything.
#[derive(Debug)]
pub(crate) struct Selector {
    group: Expression,
    version: Expression,
    kind: Expression,
    name: Expression,
    namespace: Expression,
    labels: Lazy,
    annotations: Lazy,
}

/// A regular expression that has to match as a whole.
#[derive(Debug)]
enum Expression {
    /// Nothing is said.
    Anything,
    /// `.*`
    Line,
    /// Letters and `.`, as nearly always: to compile it would cost more than all else of a patch.
    Letters(String),
    Pattern(Regex),
}

/// A selector of labels that is read when the first resource gets that far: as upstream has it,
/// what is wrong with it is no error where nothing else matches.
#[derive(Debug)]
struct Lazy {
    source: String,
    parsed: OnceCell<std::result::Result<LabelSelector, String>>,
}

impl Selector {
    /// Compiles what a kustomization says.
    ///
    /// # Errors
    /// Where a part is no regular expression of Go.
    pub(crate) fn new(fields: &Fields) -> Result<Self> {
        Ok(Self {
            group: Expression::new(&fields.id.group)?,
            version: Expression::new(&fields.id.version)?,
            kind: Expression::new(&fields.id.kind)?,
            name: Expression::new(&fields.id.name)?,
            namespace: Expression::new(&fields.id.namespace)?,
            labels: Lazy::new(&fields.labels),
            annotations: Lazy::new(&fields.annotations),
        })
    }

    /// Whether it means the resource, by what that is called now or was called at first.
    ///
    /// # Errors
    /// Where a selector of labels or annotations cannot be read.
    pub(crate) fn matches(&self, resource: &Resource) -> Result<bool> {
        let (current, original) = (resource.id(), resource.original_id());
        let either = |matches: &dyn Fn(&ResId) -> bool| matches(original) || matches(current);
        Ok(either(&|id| self.namespace.matches(id.effective_namespace()))
            && either(&|id| self.name.matches(&id.name))
            && self.matches_gvk(&current.gvk)
            && self.labels.matches(resource, "labels")?
            && self.annotations.matches(resource, "annotations")?)
    }

    /// Whether group, version and kind are meant.
    pub(crate) fn matches_gvk(&self, gvk: &Gvk) -> bool {
        self.group.matches(&gvk.group)
            && self.version.matches(&gvk.version)
            && self.kind.matches(&gvk.kind)
    }

    /// Whether the name is meant.
    pub(crate) fn matches_name(&self, name: &str) -> bool {
        self.name.matches(name)
    }

    /// Whether the namespace is meant.
    pub(crate) fn matches_namespace(&self, namespace: &str) -> bool {
        self.namespace.matches(namespace)
    }

    /// Whether labels and annotations of the resource are meant.
    ///
    /// # Errors
    /// Where a selector of labels or annotations cannot be read.
    pub(crate) fn matches_metadata(&self, resource: &Resource) -> Result<bool> {
        Ok(self.labels.matches(resource, "labels")?
            && self.annotations.matches(resource, "annotations")?)
    }
}

impl Resources {
    /// Where the resources are that `selector` means.
    ///
    /// # Errors
    /// Where a selector of labels or annotations cannot be read.
    pub(crate) fn select(&self, selector: &Selector) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        for (at, resource) in self.iter().enumerate() {
            if selector.matches(resource)? {
                found.push(at);
            }
        }
        Ok(found)
    }
}

impl Expression {
    fn new(source: &str) -> Result<Self> {
        if source.is_empty() {
            return Ok(Self::Anything);
        }
        if source == ".*" {
            return Ok(Self::Line);
        }
        if source.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.".contains(&byte)) {
            return Ok(Self::Letters(source.to_owned()));
        }
        let anchored = format!("^(?:{source})$");
        match gitops_diff::golang::compile(&anchored) {
            Ok(regex) => Ok(Self::Pattern(regex)),
            Err(why) => Err(Problem::new(format!("error parsing regexp: {why}: `{anchored}`"))),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Line => !text.contains('\n'),
            Self::Letters(letters) => matches_letters(letters, text),
            Self::Pattern(regex) => regex.is_match(text),
        }
    }
}

/// Whether the text has these letters, of which a `.` stands for any but a line end.
fn matches_letters(letters: &str, text: &str) -> bool {
    let mut left = text.chars();
    let is_next =
        |wanted: char| left.next().is_some_and(|it| it == wanted || wanted == '.' && it != '\n');
    letters.chars().all(is_next) && left.next().is_none()
}

impl Lazy {
    fn new(source: &str) -> Self {
        Self { source: source.to_owned(), parsed: OnceCell::new() }
    }

    fn matches(&self, resource: &Resource, field: &str) -> Result<bool> {
        let parsed = self.parsed.get_or_init(|| LabelSelector::parse(&self.source));
        let selector = parsed.as_ref().map_err(Problem::new)?;
        let map = resource.node().at(&["metadata", field]);
        Ok(selector
            .matches(|key| map?.get(key).map(|it| it.as_text().map_or("", |it| it.as_str()))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::kustomization::IdFields;
    use super::super::node::tests::tree;
    use super::super::schema::Schema;
    use super::*;

    fn resource() -> Resource {
        let node = tree(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: p-web\n  namespace: shop\n  \
             labels: {app: web, tier: '2'}\n  annotations:\n    \
             internal.config.kubernetes.io/previousNames: web\n    \
             internal.config.kubernetes.io/previousNamespaces: default\n    \
             internal.config.kubernetes.io/previousKinds: Deployment\n",
        );
        Resource::new(node, &Arc::new(Schema::default()))
    }

    fn fields(edit: impl FnOnce(&mut Fields)) -> Fields {
        let mut fields = Fields::default();
        edit(&mut fields);
        fields
    }

    fn id(name: &str, namespace: &str, kind: &str) -> Fields {
        let id = IdFields {
            name: name.into(),
            namespace: namespace.into(),
            kind: kind.into(),
            ..IdFields::default()
        };
        fields(|it| it.id = id)
    }

    fn check(fields: &Fields, expected: std::result::Result<bool, &str>) {
        let found = Selector::new(fields).and_then(|it| it.matches(&resource()));
        let found = found.map_err(|problem| problem.message);
        assert_eq!(
            found.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|it| *it),
            "{fields:?}"
        );
    }

    #[test]
    fn names_are_those_of_now_or_those_of_first() {
        check(&id("", "", ""), Ok(true));
        check(&id("web", "", ""), Ok(true));
        check(&id("p-web", "", ""), Ok(true));
        check(&id("we", "", ""), Ok(false));
        check(&id("we.|x", "", ""), Ok(true));
        check(&id("web", "default", "Deployment"), Ok(true));
        check(&id("web", "shop", "Deploy.*"), Ok(true));
        check(&id("web", "sho", ""), Ok(false));
        check(&id("", "", "deployment"), Ok(false));
    }

    #[test]
    fn simple_expressions_mean_what_the_compiled_ones_do() {
        let texts = ["", "a", "a.b", "axb", "a\nb", "aéb", "ab", "xa.b", "a.bx", "a-b/c_1"];
        for source in [".*", "a", "a.b", "...", "a-b/c_1", "."] {
            let simple = Expression::new(source).expect("an expression");
            assert!(matches!(simple, Expression::Line | Expression::Letters(_)), "{source}");
            let compiled = gitops_diff::golang::compile(&format!("^(?:{source})$"));
            let compiled = Expression::Pattern(compiled.expect("an expression"));
            for text in texts {
                assert_eq!(simple.matches(text), compiled.matches(text), "{source} {text:?}");
            }
        }
    }

    #[test]
    fn labels_and_annotations_count_only_where_the_rest_matches() {
        check(&fields(|it| it.labels = "app=web,tier in (1,2)".into()), Ok(true));
        check(&fields(|it| it.labels = "!app".into()), Ok(false));
        check(&fields(|it| it.annotations = "owner".into()), Ok(false));
        let wrong = "unable to parse requirement: found '', expected: identifier";
        check(&fields(|it| it.labels = "!".into()), Err(wrong));
        let mut elsewhere = id("other", "", "");
        elsewhere.labels = "!".into();
        check(&elsewhere, Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let problem = Selector::new(&id("(", "", "")).expect_err("an open bracket");
        assert!(problem.message.starts_with("error parsing regexp: "), "{problem}");
        assert!(problem.message.ends_with(": `^(?:()$`"), "{problem}");
    }
}
