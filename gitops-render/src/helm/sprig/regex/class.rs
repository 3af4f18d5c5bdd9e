//! Classes of characters: ranges, folding of case, and the classes that have names.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// The last character of Unicode.
pub(super) const LAST: u32 = 0x10_FFFF;

/// A set of code points, surrogates among them, which no text has.
#[derive(Clone, Debug, Default)]
pub(super) struct Set(Vec<(u32, u32)>);

impl Set {
    /// The code points from `low` to `high`.
    pub(super) fn range(low: u32, high: u32) -> Self {
        Self(vec![(low, high)])
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many ranges it has: what it costs.
    pub(super) fn cost(&self) -> usize {
        self.0.len()
    }

    /// With all that differs by case only.
    pub(super) fn folded(self) -> Self {
        let mut class = self.into_class();
        class.case_fold_simple();
        Self::of(&class)
    }

    /// All others.
    pub(super) fn negated(self) -> Self {
        let mut class = self.into_class();
        class.negate();
        Self::of(&class)
    }

    fn of(class: &ClassUnicode) -> Self {
        Self(class.iter().map(|it| (it.start().into(), it.end().into())).collect())
    }

    /// As the matching library has it.
    pub(super) fn into_hir(self) -> Hir {
        Hir::class(Class::Unicode(self.into_class()))
    }

    fn into_class(self) -> ClassUnicode {
        let ranges = self.0.into_iter().filter_map(|(low, high)| {
            let low = if (0xD800..0xE000).contains(&low) { 0xE000 } else { low };
            let high = if (0xD800..0xE000).contains(&high) { 0xD7FF } else { high };
            let (low, high) = (char::from_u32(low)?, char::from_u32(high)?);
            (low <= high).then(|| ClassUnicodeRange::new(low, high))
        });
        ClassUnicode::new(ranges)
    }
}

/// `\d` and its sisters, by the letter after the backslash.
pub(super) fn perl(letter: u8) -> Option<(Set, bool)> {
    let ranges: &[(u8, u8)] = match letter.to_ascii_lowercase() {
        b'd' => &[(b'0', b'9')],
        b's' => &[(b'\t', b'\n'), (0x0C, b'\r'), (b' ', b' ')],
        b'w' => WORD,
        _ => return None,
    };
    Some((ascii(ranges), letter.is_ascii_uppercase()))
}

const WORD: &[(u8, u8)] = &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];

/// `[:alpha:]` and its sisters, by the name between the colons.
pub(super) fn posix(name: &[u8]) -> Option<(Set, bool)> {
    let (name, negated) = name.strip_prefix(b"^").map_or((name, false), |name| (name, true));
    let ranges: &[(u8, u8)] = match name {
        b"alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        b"alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        b"ascii" => &[(0, 0x7F)],
        b"blank" => &[(b'\t', b'\t'), (b' ', b' ')],
        b"cntrl" => &[(0, 0x1F), (0x7F, 0x7F)],
        b"digit" => &[(b'0', b'9')],
        b"graph" => &[(b'!', b'~')],
        b"lower" => &[(b'a', b'z')],
        b"print" => &[(b' ', b'~')],
        b"punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"space" => &[(b'\t', b'\r'), (b' ', b' ')],
        b"upper" => &[(b'A', b'Z')],
        b"word" => WORD,
        b"xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    };
    Some((ascii(ranges), negated))
}

fn ascii(ranges: &[(u8, u8)]) -> Set {
    Set(ranges.iter().map(|&(low, high)| (low.into(), high.into())).collect())
}

/// `\p{Greek}` by its name: a general category or a script, as Go knows them.
pub(super) fn unicode(name: &str) -> Option<Set> {
    let name = canonical(name);
    let query = match name.as_str() {
        "Any" => return Some(Set::range(0, LAST)),
        "Ascii" => return Some(Set::range(0, 0x7F)),
        "Assigned" => r"\P{gc=Cn}".to_owned(),
        "Lc" => r"\p{gc=LC}".to_owned(),
        name if CATEGORIES.contains(&name) => format!(r"\p{{gc={name}}}"),
        name if SCRIPTS.contains(&name) => format!(r"\p{{sc={name}}}"),
        _ => return None,
    };
    match regex_syntax::parse(&query).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(Set::of(&class)),
        _ => None,
    }
}

/// A capital, then small letters, without what joins words.
fn canonical(name: &str) -> String {
    let mut letters = name.chars().filter(|it| !matches!(it, '_' | '-' | ' '));
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|it| it.to_ascii_lowercase())).collect()
}

/// The general categories, short and long.
const CATEGORIES: &[&str] = &[
    "C",
    "Cc",
    "Cf",
    "Cn",
    "Co",
    "Cs",
    "L",
    "Ll",
    "Lm",
    "Lo",
    "Lt",
    "Lu",
    "M",
    "Mc",
    "Me",
    "Mn",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Pe",
    "Pf",
    "Pi",
    "Po",
    "Ps",
    "S",
    "Sc",
    "Sk",
    "Sm",
    "So",
    "Z",
    "Zl",
    "Zp",
    "Zs",
    "Casedletter",
    "Closepunctuation",
    "Cntrl",
    "Combiningmark",
    "Connectorpunctuation",
    "Control",
    "Currencysymbol",
    "Dashpunctuation",
    "Decimalnumber",
    "Digit",
    "Enclosingmark",
    "Finalpunctuation",
    "Format",
    "Initialpunctuation",
    "Letter",
    "Letternumber",
    "Lineseparator",
    "Lowercaseletter",
    "Mark",
    "Mathsymbol",
    "Modifierletter",
    "Modifiersymbol",
    "Nonspacingmark",
    "Number",
    "Openpunctuation",
    "Other",
    "Otherletter",
    "Othernumber",
    "Otherpunctuation",
    "Othersymbol",
    "Paragraphseparator",
    "Privateuse",
    "Punct",
    "Punctuation",
    "Separator",
    "Spaceseparator",
    "Spacingmark",
    "Surrogate",
    "Symbol",
    "Titlecaseletter",
    "Unassigned",
    "Uppercaseletter",
];

/// The scripts. Those of several words are not known by any name in Go 1.26.
const SCRIPTS: &[&str] = &[
    "Adlam",
    "Ahom",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Carian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dogra",
    "Duployan",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Inherited",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kharoshthi",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Medefaidrin",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nandinagari",
    "Newa",
    "Nko",
    "Nushu",
    "Ogham",
    "Oriya",
    "Osage",
    "Osmanya",
    "Palmyrene",
    "Phoenician",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "Sinhala",
    "Sogdian",
    "Soyombo",
    "Sundanese",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Yezidi",
    "Yi",
];
