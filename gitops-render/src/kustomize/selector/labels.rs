//! Selectors of labels, as Kubernetes writes them: `app=web,tier in (a,b),!old`.
//!
//! The grammar and the wording of what is wrong are those of `labels.Parse` in apimachinery.

use super::lexer::{Token, lex};

/// What labels have to be; all of it has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabelSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

type Result<T> = std::result::Result<T, String>;

impl LabelSelector {
    /// Reads a selector; an empty one matches everything.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(source: &str) -> Result<Self> {
        Parser { tokens: lex(source), at: 0 }.selector().map(Self)
    }

    /// Whether it holds for labels, given as what the label of a key says.
    pub(super) fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|requirement| requirement.matches(label(&requirement.key)))
    }
}

impl Requirement {
    fn matches(&self, label: Option<&str>) -> bool {
        let has = |label: &str| self.values.iter().any(|value| value == label);
        match self.operator {
            Operator::In => label.is_some_and(has),
            Operator::NotIn => !label.is_some_and(has),
            Operator::Exists => label.is_some(),
            Operator::Missing => label.is_none(),
            Operator::Greater => self.compare(label, |label, value| label > value),
            Operator::Less => self.compare(label, |label, value| label < value),
        }
    }

    fn compare(&self, label: Option<&str>, holds: fn(i64, i64) -> bool) -> bool {
        let label = label.and_then(|it| it.parse().ok());
        let value = self.values.first().and_then(|it| it.parse().ok());
        label.zip(value).is_some_and(|(label, value)| holds(label, value))
    }

    fn checked(self) -> Result<Self> {
        if matches!(self.operator, Operator::Greater | Operator::Less)
            && self.values.iter().any(|value| value.parse::<i64>().is_err())
        {
            return Err("for 'Gt', 'Lt' operators, the value must be an integer".to_owned());
        }
        self.values.iter().try_for_each(|value| check_value(&self.key, value))?;
        Ok(self)
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    /// The next token; the end stands behind all others, however often it is asked for.
    fn peek(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn selector(&mut self) -> Result<Vec<Requirement>> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::End => return Ok(requirements),
                Token::Word(_) | Token::Not => {}
                other => return wrong(&other, " expected: !, identifier, or 'end of string'"),
            }
            let requirement = self.requirement();
            requirements
                .push(requirement.map_err(|why| format!("unable to parse requirement: {why}"))?);
            match self.next() {
                Token::End => return Ok(requirements),
                Token::Comma if matches!(self.peek(), Token::Word(_) | Token::Not) => {}
                Token::Comma => return wrong(&self.peek(), " expected: identifier after ','"),
                other => return wrong(&other, " expected: ',' or 'end of string'"),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement> {
        let mut token = self.next();
        let missing = token == Token::Not;
        if missing {
            token = self.next();
        }
        let Token::Word(key) = token else { return wrong(&token, " expected: identifier") };
        check_key(&key)?;
        let ends = matches!(self.peek(), Token::End | Token::Comma);
        if missing || ends {
            let operator = if missing { Operator::Missing } else { Operator::Exists };
            return Ok(Requirement { key, operator, values: Vec::new() });
        }
        let (operator, values) = self.values()?;
        Requirement { key, operator, values }.checked()
    }

    fn values(&mut self) -> Result<(Operator, Vec<String>)> {
        match self.next() {
            Token::Word(word) if word == "in" => Ok((Operator::In, self.set()?)),
            Token::Word(word) if word == "notin" => Ok((Operator::NotIn, self.set()?)),
            Token::Equals => Ok((Operator::In, self.single()?)),
            Token::NotEquals => Ok((Operator::NotIn, self.single()?)),
            Token::Greater => Ok((Operator::Greater, self.single()?)),
            Token::Less => Ok((Operator::Less, self.single()?)),
            other => wrong(&other, " expected: '=', '!=', '==', 'in', notin'"),
        }
    }

    fn single(&mut self) -> Result<Vec<String>> {
        if matches!(self.peek(), Token::End | Token::Comma) {
            return Ok(vec![String::new()]);
        }
        match self.next() {
            Token::Word(word) => Ok(vec![word]),
            other => wrong(&other, " expected: identifier"),
        }
    }

    fn set(&mut self) -> Result<Vec<String>> {
        match self.next() {
            Token::Open => {}
            other => return Err(format!("found '{}' expected: '('", other.text())),
        }
        match self.peek() {
            Token::Close => {
                self.next();
                Ok(vec![String::new()])
            }
            Token::Word(_) | Token::Comma => self.list(),
            other => wrong(&other, " expected: ',', ')' or identifier"),
        }
    }

    /// What stands up to the closing bracket; between two commas stands an empty value.
    fn list(&mut self) -> Result<Vec<String>> {
        let mut values = Vec::new();
        loop {
            match self.next() {
                Token::Word(word) => {
                    values.push(word);
                    match self.peek() {
                        Token::Comma | Token::Close => {}
                        other => return wrong(&other, " expected: ',' or ')'"),
                    }
                }
                Token::Comma => {
                    let before_value = matches!(self.peek(), Token::Word(_));
                    if values.is_empty() || !before_value {
                        values.push(String::new());
                    }
                }
                Token::Close => return Ok(values),
                other => return wrong(&other, " expected: ',', or identifier"),
            }
        }
    }
}

fn wrong<T>(token: &Token, expected: &str) -> Result<T> {
    Err(format!("found '{}',{expected}", token.text()))
}

const NAME: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const DOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

/// Whether the text starts and ends with a letter or digit and has nothing else than those and
/// `-_.` between them.
fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(it))
}

fn is_domain(text: &str) -> bool {
    let lower = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    text.split('.').all(|part| is_name(part) && part.bytes().all(lower))
}

fn name_rule() -> String {
    format!(
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
         validation is '{NAME}')"
    )
}

fn check_key(key: &str) -> Result<()> {
    let parts: Vec<&str> = key.split('/').collect();
    let mut wrong = Vec::new();
    let name = match parts[..] {
        [name] => name,
        [prefix, name] => {
            wrong.extend(prefix_problem(prefix).map(|it| format!("prefix part {it}")));
            name
        }
        _ => {
            let rule = name_rule();
            return Err(format!(
                "invalid label key {key:?}: a qualified name {rule} with an optional DNS subdomain \
                 prefix and '/' (e.g. 'example.com/MyName')"
            ));
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        wrong.push("name part must be no more than 63 characters".to_owned());
    }
    if !is_name(name) {
        wrong.push(format!("name part {}", name_rule()));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("invalid label key {key:?}: {}", wrong.join("; ")))
}

fn prefix_problem(prefix: &str) -> Option<String> {
    match prefix {
        "" => Some("must be non-empty".to_owned()),
        _ if prefix.len() > 253 => Some("must be no more than 253 characters".to_owned()),
        _ if !is_domain(prefix) => Some(format!(
            "a DNS-1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
             and must start and end with an alphanumeric character (e.g. 'example.com', regex used \
             for validation is '{DOMAIN}')"
        )),
        _ => None,
    }
}

fn check_value(key: &str, value: &str) -> Result<()> {
    let rule = if value.len() > 63 {
        "must be no more than 63 characters".to_owned()
    } else if value.is_empty() || is_name(value) {
        return Ok(());
    } else {
        format!(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' \
             or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
             'my_value',  or '12345', regex used for validation is '({NAME})?')"
        )
    };
    Err(format!("invalid label value: {value:?}: at key: {key:?}: {rule}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: bool) {
        let labels = [("app", "web"), ("tier", "2"), ("empty", ""), ("in", "x")];
        let label = |key: &str| labels.iter().find(|it| it.0 == key).map(|it| it.1);
        let selector = LabelSelector::parse(source).unwrap_or_else(|why| panic!("{source}: {why}"));
        assert_eq!(selector.matches(label), expected, "{source}");
    }

    #[test]
    fn requirements_hold_or_do_not() {
        for holds in [
            "",
            " ",
            "app",
            "app=web",
            "app == web",
            "app!=api",
            "none!=x",
            "!none",
            "app in (api, web)",
            "none notin (a)",
            "app notin(api)",
            "tier>1",
            "tier<10",
            "empty=",
            "empty in ()",
            "empty in (a,)",
            "empty in (,a)",
            "empty in (a,,b)",
            "app,tier",
            "app=web,!none",
            "in=x",
            "in in (x)",
            "app in (in,web)",
        ] {
            check(holds, true);
        }
        for fails in [
            "none",
            "app=api",
            "!app",
            "none in (a)",
            "app notin (web)",
            "tier>2",
            "app>1",
            "app,none",
            "app in ()",
        ] {
            check(fails, false);
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_as_upstream_says_it() {
        let cases = [
            ("app,", "found '', expected: identifier after ','"),
            (",app", "found ',', expected: !, identifier, or 'end of string'"),
            (
                "app web",
                "unable to parse requirement: found 'web', expected: '=', '!=', '==', 'in', notin'",
            ),
            ("app=web)", "found ')', expected: ',' or 'end of string'"),
            ("app in web", "unable to parse requirement: found 'web' expected: '('"),
            ("app in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("app==(", "unable to parse requirement: found '(', expected: identifier"),
            (
                "tier>x",
                "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer",
            ),
            (
                "/a",
                "unable to parse requirement: invalid label key \"/a\": prefix part must be non-empty",
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(LabelSelector::parse(source), Err(expected.to_owned()), "{source}");
        }
        for source in ["a/b/c", "-a", "a=-b", "A/b", "a=b c", "a in (b c)", "a=b,c=d,", "="] {
            assert!(LabelSelector::parse(source).is_err(), "{source}");
        }
    }
}
