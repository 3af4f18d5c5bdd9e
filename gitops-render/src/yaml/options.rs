//! How a text is read: whose rules, what of duplicate keys, and what it may cost.

/// Whose rules turn a scalar's text into a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// go-yaml v2 as `sigs.k8s.io/yaml` calls it: kubectl, Argo CD and Helm. `yes`, `on` and `y`
    /// are booleans, a date is a string, and of two members of one name that come out of `<<`
    /// and out of the map itself the later in the text stays.
    #[default]
    GoV2,
    /// go-yaml v3 as kyaml calls it: Kustomize and with it Flux. `yes` is a string, an unquoted
    /// date is a time (RFC 3339 here), and a map's own members go before those out of `<<`.
    GoV3,
}

/// What happens where a map has two members of one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Duplicates {
    /// An error that names both lines, as Kustomize and Flux have it.
    #[default]
    Refuse,
    /// The last stays, as with `sigs.k8s.io/yaml` where it is not strict.
    LastWins,
}

/// Which escapes a text in double quotes may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escapes {
    /// Those of YAML 1.1, as in go-yaml.
    #[default]
    Yaml,
    /// Those of JSON too, `\/` and pairs of surrogates: for JSON, which Go's tools read as YAML
    /// in some places, and as what it is in others, kubectl for one.
    Json,
}

/// How a text is read.
///
/// ```
/// use gitops_render::yaml::{Dialect, Options};
///
/// let kyaml = Options { dialect: Dialect::GoV3, ..Options::default() };
/// let documents = gitops_render::yaml::parse(b"answer: yes", &kyaml)?;
/// assert_eq!(documents[0].value.get("answer"), Some(&"yes".into()));
/// # Ok::<(), gitops_render::yaml::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whose rules.
    pub dialect: Dialect,
    /// What of duplicate keys.
    pub duplicates: Duplicates,
    /// Which escapes.
    pub escapes: Escapes,
    /// What it may cost.
    pub limits: Limits,
}

/// Limits on one text; what is over one is an [`Error::Limit`](super::Error::Limit).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes of the text; 32 MiB by default.
    pub bytes: u64,
    /// How many documents, empty ones too; 100,000 by default.
    pub documents: u64,
    /// How deep lists and maps nest; 128 by default. More than 512 is read as 512, so that no
    /// walk of the result can exhaust the stack.
    pub depth: u64,
    /// How many values and keys, those that aliases stand for too; 2,000,000 by default.
    pub nodes: u64,
    /// Bytes of text that anchors and aliases stand for; 16 MiB by default.
    pub alias_bytes: u64,
    /// Values and keys that anchors and aliases stand for; 500,000 by default.
    pub alias_nodes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            documents: 100_000,
            depth: 128,
            nodes: 2_000_000,
            alias_bytes: 16 << 20,
            alias_nodes: 500_000,
        }
    }
}
