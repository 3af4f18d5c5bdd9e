//! How far in things stand.

use crate::yaml::Dialect;

/// Whose emitter writes, and with which settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Whose rules: v2 folds lines after column 80 and does not indent lists below a key, v3 never
    /// folds. Numbers come as `encoding/json` writes them under v2, which `sigs.k8s.io/yaml` goes
    /// through, and as `strconv` does under v3: `1000000` and `1e+06` for the same float.
    pub dialect: Dialect,
    /// Spaces for each level under v3, as `Encoder.SetIndent` takes them: 2 by default, as Helm's
    /// `toYamlPretty` and kyaml have it; 4 where a program does not set it. v2 always has 2, and
    /// so have numbers below 2 and above 9.
    pub indent: usize,
    /// Where lists below a key stand under v3.
    pub lists: Lists,
}

/// Where the items of a list below a key stand under v3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lists {
    /// One level further in than the key.
    #[default]
    Indented,
    /// Two columns less, as after `Encoder.CompactSeqIndent`, which kyaml calls.
    Compact,
}

impl Default for Layout {
    fn default() -> Self {
        Self { dialect: Dialect::GoV2, indent: 2, lists: Lists::Indented }
    }
}

impl Layout {
    /// The spaces for each level.
    pub(super) fn step(&self) -> usize {
        match (self.dialect, self.indent) {
            (Dialect::GoV3, 2..=9) => self.indent,
            _ => 2,
        }
    }

    /// Where what belongs to a key at `indent` stands: at the next multiple of the step.
    pub(super) fn below_key(&self, indent: usize) -> usize {
        let step = self.step();
        match self.dialect {
            Dialect::GoV2 => indent + step,
            Dialect::GoV3 => (indent + step) / step * step,
        }
    }

    pub(super) fn list_below_key(&self, indent: usize) -> usize {
        match (self.dialect, self.lists) {
            (Dialect::GoV2, _) => indent,
            (Dialect::GoV3, Lists::Indented) => self.below_key(indent),
            (Dialect::GoV3, Lists::Compact) => self.below_key(indent) - 2,
        }
    }

    /// Lines are folded at the first single space behind this column.
    pub(super) fn width(&self) -> usize {
        match self.dialect {
            Dialect::GoV2 => 80,
            Dialect::GoV3 => usize::MAX,
        }
    }
}
