//! The part of jq in which paths of fields are written.

use crate::policy::path::{Step, Want};
use crate::policy::{Pattern, RulePath};
use crate::{Text, Value};

/// Deeper than anybody writes; a limit against hostile input.
const MAX_DEPTH: u8 = 32;
/// The most paths that one expression may stand for.
const MAX_PATHS: usize = 256;

/// The paths that an expression such as `.spec.containers[] | select(.name == "a") | .image`
/// leads to.
///
/// # Errors
/// What stands there that is not part of this language.
pub(super) fn paths(text: &str) -> Result<Vec<RulePath>, String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let found = reader.either(&[Vec::new()])?;
    reader.space();
    match reader.rest {
        "" => Ok(found.into_iter().map(RulePath::new).collect()),
        rest => Err(format!("`{rest}` cannot be read")),
    }
}

type Steps = Vec<Step>;
/// One way in which items fit.
type Fit = Vec<(Text, Want)>;

/// An expression on its way to be read.
struct Reader<'t> {
    rest: &'t str,
    depth: u8,
}

impl Reader<'_> {
    /// Paths between commas, each from every one of `from`.
    fn either(&mut self, from: &[Steps]) -> Result<Vec<Steps>, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("it is nested too deeply".into());
        }
        let mut all = self.pipe(from)?;
        while self.eat(",") {
            all.extend(self.pipe(from)?);
        }
        self.depth -= 1;
        match all.len() {
            0..=MAX_PATHS => Ok(all),
            _ => Err(format!("it stands for more than {MAX_PATHS} paths")),
        }
    }

    fn pipe(&mut self, from: &[Steps]) -> Result<Vec<Steps>, String> {
        let mut all = self.term(from.to_vec())?;
        while self.eat("|") {
            all = self.term(all)?;
        }
        Ok(all)
    }

    fn term(&mut self, from: Vec<Steps>) -> Result<Vec<Steps>, String> {
        self.space();
        if self.eat("(") {
            let inner = self.either(&from)?;
            self.expect(")")?;
            return self.suffixes(inner);
        }
        if let Some(rest) = self.rest.strip_prefix("select") {
            self.rest = rest;
            self.expect("(")?;
            let fits = self.any_of()?;
            self.expect(")")?;
            let fitting = selected(from, &fits)?;
            return self.suffixes(fitting);
        }
        match self.rest.as_bytes() {
            [b'.', b'.', ..] => Err("`..` leads anywhere; name the fields".into()),
            [b'.', ..] => {
                self.rest = &self.rest[1..];
                let named = self.name_here()?;
                self.suffixes(from.into_iter().map(|it| extended(it, named.clone())).collect())
            }
            _ => Err(format!("`{}` is no path that can be carried over", self.rest)),
        }
    }

    /// A name right after a dot.
    fn name_here(&mut self) -> Result<Option<Step>, String> {
        if self.rest.starts_with('"') {
            return self.string().map(|it| Some(Step::Field(it.into())));
        }
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let end = self.rest.find(|it| !is_name(it)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.starts_with(|it: char| it.is_ascii_digit()) {
            return Err(format!("`{name}` is no name of a field"));
        }
        self.rest = rest;
        Ok((!name.is_empty()).then(|| Step::Field(name.into())))
    }

    /// What may follow a term without a space: fields, brackets, question marks.
    fn suffixes(&mut self, mut all: Vec<Steps>) -> Result<Vec<Steps>, String> {
        loop {
            let step = if self.rest.starts_with('[') {
                self.rest = &self.rest[1..];
                self.bracket()?
            } else if self.rest.starts_with('?') {
                self.rest = &self.rest[1..];
                continue;
            } else if self.rest.starts_with('.') && !self.rest.starts_with("..") {
                self.rest = &self.rest[1..];
                match self.name_here()? {
                    Some(step) => step,
                    None if self.rest.starts_with('[') => continue,
                    None => return Err("a name is missing after the dot".into()),
                }
            } else {
                return Ok(all);
            };
            all = all.into_iter().map(|it| extended(it, Some(step.clone()))).collect();
        }
    }

    fn bracket(&mut self) -> Result<Step, String> {
        if self.eat("]") {
            return Ok(Step::Any);
        }
        self.space();
        if self.rest.starts_with('"') {
            let name = self.string()?;
            self.expect("]")?;
            return Ok(Step::Field(name.into()));
        }
        let end = self.rest.find(']').ok_or("`[` without `]`")?;
        let inner = self.rest[..end].trim();
        let index = crate::policy::path::index(inner);
        self.rest = &self.rest[end + 1..];
        index
            .map(Step::Index)
            .ok_or_else(|| format!("`[{inner}]` is neither a name, nor a place, nor `[]`"))
    }

    /// Conditions between `or`.
    fn any_of(&mut self) -> Result<Vec<Fit>, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("it is nested too deeply".into());
        }
        let mut fits = self.all_of()?;
        while self.word("or") {
            fits.extend(self.all_of()?);
        }
        self.depth -= 1;
        if fits.len() > MAX_PATHS {
            return Err(format!("it stands for more than {MAX_PATHS} paths"));
        }
        Ok(fits)
    }

    /// Conditions between `and`.
    fn all_of(&mut self) -> Result<Vec<Fit>, String> {
        let mut fits = self.condition()?;
        while self.word("and") {
            let others = self.condition()?;
            if fits.len() * others.len() > MAX_PATHS {
                return Err(format!("it stands for more than {MAX_PATHS} paths"));
            }
            let both = |one: &Fit, other: &Fit| one.iter().chain(other).cloned().collect();
            fits = fits.iter().flat_map(|it| others.iter().map(move |o| both(it, o))).collect();
        }
        Ok(fits)
    }

    fn condition(&mut self) -> Result<Vec<Fit>, String> {
        self.space();
        if self.eat("(") {
            let inner = self.any_of()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let name = self.field_name()?;
        if self.eat("==") {
            let value = self.literal()?;
            return Ok(vec![vec![(name, Want::Is(value))]]);
        }
        if self.eat("|") {
            let pattern = self.test()?;
            return Ok(vec![vec![(name, Want::Like(pattern))]]);
        }
        Err(format!("`{}` is no condition that can be carried over", self.rest.trim()))
    }

    /// `.name`, `.metadata.name`.
    fn field_name(&mut self) -> Result<Text, String> {
        let no = |rest: &str| format!("`{}` is no condition that can be carried over", rest.trim());
        if !self.rest.starts_with('.') {
            return Err(no(self.rest));
        }
        let from = self.rest;
        let all = self.term(vec![Vec::new()])?;
        let names = all.first().filter(|_| all.len() == 1).and_then(|steps| {
            let names = steps.iter().map(|it| match it {
                Step::Field(name) => Some(name.as_str()),
                _ => None,
            });
            names.collect::<Option<Vec<_>>>()
        });
        match names {
            Some(names) if !names.is_empty() => Ok(names.join(".").into()),
            _ => Err(no(from)),
        }
    }

    /// `startswith("a")`, `endswith("a")`, `contains("a")`, `test("a")`.
    fn test(&mut self) -> Result<Pattern, String> {
        self.space();
        let end = self.rest.find('(').ok_or_else(|| format!("`{}` is no test", self.rest))?;
        let (word, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        self.space();
        let text = self.string()?;
        self.expect(")")?;
        let exact = Pattern::exact(&text);
        match word.trim() {
            "startswith" => format!("{exact}*").parse(),
            "endswith" => format!("*{exact}").parse(),
            "contains" => format!("*{exact}*").parse(),
            "test" => format!("/(?s:.*)(?:{text})(?s:.*)/").parse(),
            word => Err(format!("`{word}` is no test that can be carried over")),
        }
    }

    fn literal(&mut self) -> Result<Value, String> {
        self.space();
        if self.rest.starts_with('"') {
            return self.string().map(Value::from);
        }
        let end = self.rest.find([')', ' ', '|', ',']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let value =
            serde_json::from_str::<Value>(word).map_err(|_| format!("`{word}` is no value"))?;
        self.rest = rest;
        Ok(value)
    }

    fn string(&mut self) -> Result<String, String> {
        let wrong = || format!("`{}` starts with no string", self.rest);
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let text = values.next().and_then(Result::ok).ok_or_else(wrong)?;
        self.rest = &self.rest[values.byte_offset()..];
        Ok(text)
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `sign`, if it is next.
    fn eat(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes a word, if it is next.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        let rest = rest.filter(|it| it.starts_with([' ', '(', '.', '\t', '\n']));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.eat(sign) {
            return Ok(());
        }
        Err(match self.rest.trim() {
            "" => format!("`{sign}` is missing at the end"),
            rest => format!("`{sign}` is missing before `{rest}`"),
        })
    }
}

fn extended(mut steps: Steps, step: Option<Step>) -> Steps {
    steps.extend(step);
    steps
}

/// The same paths, the last step of each only to items that fit.
fn selected(from: Vec<Steps>, fits: &[Fit]) -> Result<Vec<Steps>, String> {
    let mut all = Vec::new();
    for mut steps in from {
        let before = match steps.pop() {
            Some(Step::Any) => Vec::new(),
            Some(Step::Item(before)) => before,
            _ => return Err("`select` must follow `[]`".into()),
        };
        for fit in fits {
            let mut wanted = before.clone();
            for (name, want) in fit {
                if wanted.iter().any(|(other, _)| other == name) {
                    return Err(format!("`.{name}` is asked for twice"));
                }
                wanted.push((name.clone(), want.clone()));
            }
            all.push(extended(steps.clone(), Some(Step::Item(wanted))));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_stand_for_paths() {
        let cases: [(&str, &[&str]); 22] = [
            (".spec.replicas", &["spec.replicas"]),
            (".spec | .replicas", &["spec.replicas"]),
            (".webhooks[]?.clientConfig.caBundle", &["webhooks.*.clientConfig.caBundle"]),
            (".webhooks.[].a", &["webhooks.*.a"]),
            (".spec.a, .spec.b", &["spec.a", "spec.b"]),
            (".spec | (.a, .b).c", &["spec.a.c", "spec.b.c"]),
            (r#".metadata.annotations["a.b/c"]"#, &[r#"metadata.annotations["a.b/c"]"#]),
            (r#".metadata.annotations."a.b/c""#, &[r#"metadata.annotations["a.b/c"]"#]),
            (r#".metadata.annotations | ."a.b/c""#, &[r#"metadata.annotations["a.b/c"]"#]),
            (".spec.ports[0].nodePort", &["spec.ports[0].nodePort"]),
            (
                r#".spec.template.spec.initContainers[] | select(.name == "injected")"#,
                &["spec.template.spec.initContainers[name=injected]"],
            ),
            (
                r#".spec.containers[] | select(.name=="a") | .env[] | select(.name=="B").value"#,
                &["spec.containers[name=a].env[name=B].value"],
            ),
            (
                r#".l[] | select(.a == "x" and .b == 1 or (.c == true))"#,
                &["l[a=x,b=1]", "l[c=true]"],
            ),
            (r#".l[] | select(.a == "x") | select(.b == "y")"#, &["l[a=x,b=y]"]),
            (r#".l[]|select(.metadata.name=="x")"#, &["l[metadata.name=x]"]),
            (r#".l[] | select(.n | startswith("x-"))"#, &[r#"l[n~"x-*"]"#]),
            (r#".l[] | select(.n | endswith("-x")).a"#, &[r#"l[n~"*-x"].a"#]),
            (r#".l[] | select(.n | contains("x"))"#, &[r#"l[n~"*x*"]"#]),
            (r#".l[] | select(.n | test("^x[0-9]"))"#, &[r#"l[n~"/(?s:.*)(?:^x[0-9])(?s:.*)/"]"#]),
            (".spec.template.spec.containers[].image", &["spec.template.spec.containers.*.image"]),
            ("(.spec.a)", &["spec.a"]),
            (".", &[""]),
        ];
        for (expression, expected) in cases {
            let found = paths(expression).unwrap_or_else(|why| panic!("{expression}: {why}"));
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{expression}");
        }
    }

    #[test]
    fn what_is_more_than_a_path_is_refused_with_its_place() {
        let cases = [
            ("", "`` is no path that can be carried over"),
            ("..", "`..` leads anywhere; name the fields"),
            (".a[1:]", "`[1:]` is neither a name, nor a place, nor `[]`"),
            (".a[-1]", "`[-1]` is neither a name, nor a place, nor `[]`"),
            (".a.", "a name is missing after the dot"),
            (".a | keys", "`keys` is no path that can be carried over"),
            (".a | select(.b == 1)", "`select` must follow `[]`"),
            (".a[] | select(.b)", "`)` is no condition that can be carried over"),
            (
                r#".a[] | select(.b != "c")"#,
                r#"`!= "c")` is no condition that can be carried over"#,
            ),
            (r#".a[] | select(.b | ascii("c"))"#, "`ascii` is no test that can be carried over"),
            (r#".a[] | select(.b == "c""#, "`)` is missing at the end"),
            (r#".a[] | select(.b == "c" and .b == "d")"#, "`.b` is asked for twice"),
            (r".a[] | select(.b == c)", "`c` is no value"),
            (".a .b", "`.b` cannot be read"),
            (".a[", "`[` without `]`"),
        ];
        for (expression, expected) in cases {
            assert_eq!(paths(expression).unwrap_err(), expected, "{expression}");
        }
    }
}
