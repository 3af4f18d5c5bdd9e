//! Rules for what decides a field: what is declared, or what lives.
//!
//! One type of [`Rule`] says for which objects, which fields and in which cases what is declared
//! or what lives counts. A [`Policy`] is rules that were compiled once; it serves the comparison
//! ([`Policy::select`]) and the apply ([`Policy::applied`]) alike, so that both agree.
//!
//! Of several rules about one field the last one decides. A difference that a rule accepts stays
//! visible with the id of the rule, and a rule that does not fit an object is an error of that
//! object ([`PolicyError::Object`]).

mod applied;
mod catalogue;
mod cursor;
mod error;
mod events;
mod explain;
mod few;
mod form;
pub mod import;
mod labels;
mod path;
mod pattern;
mod read;
mod rule;
mod suggest;
mod target;
mod trie;

use std::sync::Arc;

pub use self::applied::Applying;
pub use self::catalogue::Catalogue;
pub use self::cursor::{Cursor, Item, Selected, Verdict};
pub use self::error::PolicyError;
pub use self::explain::{Effect, Explanation, Holder, Question, Ruling};
use self::few::Few;
pub use self::labels::Labels;
pub use self::path::{RulePath, Step, Want};
pub use self::pattern::Pattern;
pub use self::read::Document;
pub use self::rule::{OwnedBy, Reference, Rule, Select, Take, When};
pub use self::suggest::{suggest, suggest_all};
use self::target::Targets;
use self::trie::{Group, Trie};
use crate::Object;

/// Rules, compiled. Cheap to clone.
///
/// ```
/// use gitops_diff::policy::{Policy, Rule, Select, Take, When};
///
/// let mut rule = Rule::new("spec.replicas".parse()?, Take::Live);
/// rule.select = Select::kind("apps", "Deployment");
/// let policy = Policy::new(vec![rule])?;
///
/// let web = serde_json::from_str(
///     r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}"#,
/// )?;
/// let rules = policy.select(&web, When::Drift).unwrap();
/// let verdict = rules.root().field("spec").field("replicas").verdict(|_| false).unwrap();
/// assert_eq!(verdict.take, Take::Live);
/// assert_eq!(verdict.id, "live spec.replicas of Deployment.apps");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    trie: Arc<Trie>,
    /// What the objects of a set refer to, by the number of the reference.
    targets: Arc<[Targets]>,
}

impl Policy {
    /// Compiles rules; of several about one field the last one decides.
    ///
    /// # Errors
    /// [`PolicyError::Rule`] for a rule that would take the identity from objects, that is about
    /// everything, or that has the id of another; [`PolicyError::Limit`] for too many.
    pub fn new(rules: Vec<Rule>) -> Result<Self, PolicyError> {
        Trie::new(rules).map(|trie| Self { trie: Arc::new(trie), targets: Arc::default() })
    }

    /// The rules in order.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.trie.rules.iter().map(|it| &**it)
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.trie.rules.is_empty()
    }

    /// Whether there are rules for what other objects refer to.
    pub(crate) fn refers(&self) -> bool {
        !self.trie.references.is_empty()
    }

    /// The rules for an object in a case; `None` where there is none.
    ///
    /// Rules for what other objects refer to need [`Policy::among`] first.
    pub fn select(&self, object: &Object, when: When) -> Option<Selected<'_>> {
        if self.is_empty() {
            return None;
        }
        let trie = &*self.trie;
        let exact = trie.exact.get(object.id().group_kind());
        let exact = exact.into_iter().flatten().map(|it| &trie.groups[*it as usize]);
        let loose = trie.loose.iter().map(|it| &trie.groups[*it as usize]);
        let loose = loose.filter(|it| it.select.fits_kind(object.id().group(), object.id().kind()));
        let fits = |it: &&Group| {
            it.whens.iter().any(|it| it.includes(when))
                && it.select.fits_beyond_kind(object)
                && it.reference.is_none_or(|it| self.is_target(it, object.id()))
        };
        let roots: Few = exact.chain(loose).filter(fits).map(|it| it.root).collect();
        (!roots.is_empty()).then_some(Selected { policy: self, when, roots })
    }
}
