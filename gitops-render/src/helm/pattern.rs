//! Patterns of file names, as Go's `path.Match` reads them.

/// A pattern such as `*.tpl` or `docs/[a-c]?`. No `*` and no `?` stands for a `/`.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Clone, Debug)]
enum Token {
    /// Any number of characters.
    Star,
    /// Any character.
    One,
    Exactly(char),
    /// One of some ranges, or none of them.
    Class {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
}

impl Pattern {
    /// # Errors
    /// Go's error, where the pattern is not one.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut rest = text.chars();
        let mut tokens = Vec::new();
        while let Some(next) = rest.next() {
            tokens.push(match next {
                '*' if matches!(tokens.last(), Some(Token::Star)) => continue,
                '*' => Token::Star,
                '?' => Token::One,
                '\\' => Token::Exactly(rest.next().ok_or_else(bad)?),
                '[' => class(&mut rest)?,
                other => Token::Exactly(other),
            });
        }
        Ok(Self(tokens))
    }

    /// Whether all of `name` is what the pattern says.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut token, mut at) = (0, 0);
        // The last star, and how far the name goes that it stands for.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match (self.0.get(token), name.get(at)) {
                (Some(Token::Star), _) => {
                    star = Some((token, at));
                    token += 1;
                }
                (None, None) => return true,
                (Some(wanted), Some(found)) if wanted.takes(*found) => {
                    token += 1;
                    at += 1;
                }
                _ => match star {
                    Some((start, end)) if name.get(end).is_some_and(|next| *next != '/') => {
                        star = Some((start, end + 1));
                        (token, at) = (start + 1, end + 1);
                    }
                    _ => return false,
                },
            }
        }
    }
}

impl Token {
    fn takes(&self, found: char) -> bool {
        match self {
            Self::Star => false,
            Self::One => found != '/',
            Self::Exactly(wanted) => found == *wanted,
            Self::Class { ranges, negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&found)) != *negated
            }
        }
    }
}

/// The ranges up to the closing bracket.
fn class(rest: &mut std::str::Chars<'_>) -> Result<Token, String> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Ok(Token::Class { ranges, negated });
        }
        let low = member(rest)?;
        let high = if rest.as_str().starts_with('-') {
            rest.next();
            member(rest)?
        } else {
            low
        };
        ranges.push((low, high));
    }
}

fn member(rest: &mut std::str::Chars<'_>) -> Result<char, String> {
    let member = match rest.next() {
        None | Some('-' | ']') => return Err(bad()),
        Some('\\') => rest.next().ok_or_else(bad)?,
        Some(other) => other,
    };
    // Something has to close the class.
    if rest.as_str().is_empty() { Err(bad()) } else { Ok(member) }
}

fn bad() -> String {
    "syntax error in pattern".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_go() {
        let cases = [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "ab/c", false),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("ab[^c]", "abc", false),
            ("ab[b-d]", "abc", true),
            ("a[^a]b", "a☺b", true),
            ("[\\]a]", "]", true),
            ("a\\*b", "a*b", true),
            ("a?b", "a/b", false),
            ("*x", "xxx", true),
            ("", "", true),
            ("**", "a", true),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(Pattern::new(pattern).unwrap().matches(name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["[", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[^", "[^bc", "a[", "\\"] {
            assert_eq!(Pattern::new(pattern).map(|_| ()), Err(bad()), "{pattern}");
        }
    }
}
