//! Which version of Helm a render is equal to.

use std::fmt;
use std::str::FromStr;

/// The version of Helm whose bytes a render prints.
///
/// | rule | 3.21 | 4.2.3 | 4.2.4 |
/// |---|---|---|---|
/// | documents are cut at | `---`, with white space around | the same | lines that start with `---` |
/// | white space at the end of a document | goes | stays but for the one before `---` | stays |
/// | defaults that are `null` | stay | go | go |
/// | webhook configurations are installed | among the unknown kinds | last of the known | the same |
/// | `.Chart` | a struct, whose unknown fields are errors | a map | the same |
/// | `mustToYaml`, `mustToToml` | are no functions | are | are |
/// | `.Capabilities.KubeVersion` | without what follows the numbers | as written | as written |
/// | errors of templates | on one line | a line for each step | the same |
/// | documents of a file of values | the first counts | all, merged | all, merged |
/// | `--set-json` | `a.b=JSON` | also an object alone | the same |
/// | lines of an empty file (`.Files.Lines`) | none | an error | an error |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HelmCompat {
    /// 3.21, as of the 3.x line.
    V3_21,
    /// 4.2.0 to 4.2.3.
    V4_2_3,
    /// 4.2.4.
    #[default]
    V4_2_4,
}

impl HelmCompat {
    /// All versions.
    pub const ALL: [Self; 3] = [Self::V3_21, Self::V4_2_3, Self::V4_2_4];
}

impl fmt::Display for HelmCompat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V3_21 => "3.21",
            Self::V4_2_3 => "4.2.3",
            Self::V4_2_4 => "4.2.4",
        })
    }
}

impl FromStr for HelmCompat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|version| version.to_string() == text);
        known.ok_or_else(|| format!("`{text}` is none of the versions 3.21, 4.2.3 and 4.2.4"))
    }
}
