//! Label selectors, in the text form of Kubernetes.

use std::fmt;
use std::str::FromStr;

use crate::Text;

/// What the labels of an object must be; all requirements hold.
///
/// The form is that of `kubectl get -l`: `app=web,tier in (front, edge),!legacy`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: Text,
    demand: Demand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Demand {
    Exists,
    Missing,
    In(Vec<Text>),
    NotIn(Vec<Text>),
}

impl Labels {
    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether labels are as demanded, by what `label` says of each key.
    pub fn holds<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.0.iter().all(|it| it.holds(label(&it.key)))
    }

    /// That `key` has the value `value`, too.
    #[must_use]
    pub fn and(mut self, key: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.0.push(Requirement { key: key.into(), demand: Demand::In(vec![value.into()]) });
        self
    }

    /// That what `other` demands holds, too.
    pub(super) fn with(mut self, other: &Self) -> Self {
        self.0
            .extend(other.0.iter().filter(|it| !self.0.contains(it)).cloned().collect::<Vec<_>>());
        self
    }

    /// A requirement in the words of `matchExpressions`.
    pub(super) fn push(
        &mut self,
        key: &str,
        operator: &str,
        mut values: Vec<Text>,
    ) -> Result<(), String> {
        values.sort();
        let demand = match (operator, values.is_empty()) {
            ("Exists", true) => Demand::Exists,
            ("DoesNotExist", true) => Demand::Missing,
            ("In", false) => Demand::In(values),
            ("NotIn", false) => Demand::NotIn(values),
            _ => return Err(format!("`{operator}` with {} value(s) is no demand", values.len())),
        };
        check(key, &demand)?;
        self.0.push(Requirement { key: key.into(), demand });
        Ok(())
    }
}

impl Requirement {
    fn holds(&self, value: Option<&str>) -> bool {
        let among = |values: &[Text]| value.is_some_and(|it| values.iter().any(|v| *v == it));
        match &self.demand {
            Demand::Exists => value.is_some(),
            Demand::Missing => value.is_none(),
            Demand::In(values) => among(values),
            Demand::NotIn(values) => !among(values),
        }
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Requirement { key, demand }) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "," })?;
            match demand {
                Demand::Exists => write!(f, "{key}")?,
                Demand::Missing => write!(f, "!{key}")?,
                Demand::In(values) if values.len() == 1 => write!(f, "{key}={}", values[0])?,
                Demand::NotIn(values) if values.len() == 1 => write!(f, "{key}!={}", values[0])?,
                Demand::In(values) => write!(f, "{key} in ({})", values.join(","))?,
                Demand::NotIn(values) => write!(f, "{key} notin ({})", values.join(","))?,
            }
        }
        Ok(())
    }
}

impl FromStr for Labels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Vec::new();
        for part in parts(text).filter(|it| !it.trim().is_empty()) {
            let requirement = requirement(part.trim())
                .ok_or_else(|| format!("`{}` is no demand on a label", part.trim()))?;
            check(&requirement.key, &requirement.demand)?;
            all.push(requirement);
        }
        Ok(Self(all))
    }
}

/// The parts between commas that stand in no parentheses.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

fn requirement(text: &str) -> Option<Requirement> {
    let of = |key: &str, demand| Some(Requirement { key: key.trim().into(), demand });
    let one = |value: &str| vec![Text::from(value.trim())];
    if let Some(key) = text.strip_prefix('!') {
        return of(key, Demand::Missing);
    }
    if let Some((head, values)) = text.strip_suffix(')').and_then(|it| it.split_once('(')) {
        let mut values: Vec<Text> = values.split(',').map(|it| it.trim().into()).collect();
        values.sort();
        let (key, word) = head.trim().rsplit_once(char::is_whitespace)?;
        return match word {
            "in" => of(key, Demand::In(values)),
            "notin" => of(key, Demand::NotIn(values)),
            _ => None,
        };
    }
    if let Some((key, value)) = text.split_once("!=") {
        return of(key, Demand::NotIn(one(value)));
    }
    if let Some((key, value)) = text.split_once('=') {
        return of(key, Demand::In(one(value.strip_prefix('=').unwrap_or(value))));
    }
    of(text, Demand::Exists)
}

/// Refuses what is no label key or value, so that what is printed reads back.
fn check(key: &str, demand: &Demand) -> Result<(), String> {
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    if key.is_empty() || !key.chars().all(|it| plain(it) || it == '/') {
        return Err(format!("`{key}` is no key of a label"));
    }
    let values = match demand {
        Demand::In(values) | Demand::NotIn(values) => &values[..],
        Demand::Exists | Demand::Missing => &[],
    };
    match values.iter().find(|value| !value.chars().all(plain)) {
        Some(value) => Err(format!("`{value}` is no value of a label")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_demands_what_it_says() {
        let label = |key: &str| match key {
            "app" => Some("web"),
            "tier" => Some("edge"),
            _ => None,
        };
        let cases = [
            ("", true),
            ("app=web", true),
            ("app==web,tier=front", false),
            ("app!=web", false),
            ("other!=web", true),
            ("tier in (front, edge)", true),
            ("tier notin (front,edge)", false),
            ("tier,!legacy", true),
            ("!tier", false),
        ];
        for (text, expected) in cases {
            let labels: Labels = text.parse().unwrap();
            assert_eq!(labels.holds(label), expected, "{text}");
            assert_eq!(labels.to_string().parse(), Ok(labels), "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        let cases = [
            ("a b", "`a b` is no key of a label"),
            ("=x", "`` is no key of a label"),
            ("a in b", "`a in b` is no key of a label"),
            ("a among (b)", "`a among (b)` is no demand on a label"),
            ("a=b c", "`b c` is no value of a label"),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Labels>().unwrap_err(), expected);
        }
    }
}
