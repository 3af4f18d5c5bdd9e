//! Rules as values: how they are written and read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::{Document, Fields, Node, Wrong};
use super::{Labels, OwnedBy, Pattern, PolicyError, Reference, Rule, Select, Take, When};
use crate::{ManagerOperation, Map, Origin, Text, Value};

const OPERATIONS: [(&str, ManagerOperation); 2] =
    [("Apply", ManagerOperation::Apply), ("Update", ManagerOperation::Update)];

impl Rule {
    /// Reads a list of rules, or a map with `rules`: one rule after the other in the form of
    /// [`Rule`].
    ///
    /// ```
    /// use gitops_diff::policy::{Document, Rule};
    ///
    /// let rules = serde_json::from_str(
    ///     r#"{"rules": [
    ///         {"select": {"kind": "Deployment"}, "path": "/spec/replicas", "take": "live"},
    ///         {"path": "spec", "take": "sometimes"}
    ///     ]}"#,
    /// )?;
    /// let error = Rule::read_all(Document::new(&rules)).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "rule 2: take: `sometimes` is none of desired, live, desired-else-live, \
    ///      live-else-desired, remove",
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`PolicyError::Rule`] with the number of the rule, the field, and where it was written.
    pub fn read_all(document: Document<'_>) -> Result<Vec<Self>, PolicyError> {
        let whole = |wrong| refused(0, None, wrong, document);
        let (prefix, items) = rules(document.value).map_err(whole)?;
        let rules = items.iter().enumerate();
        let read = rules.map(|(at, item)| {
            let pointer = format!("{prefix}/{at}");
            let mut rule = Self::read(item).map_err(|mut wrong| {
                wrong.pointer.insert_str(0, &pointer);
                let id = item.get("id").and_then(Value::as_str).map(Text::from);
                refused(at + 1, id, wrong, document)
            })?;
            rule.origin = (document.places)(&pointer);
            Ok(rule)
        });
        read.collect()
    }

    fn read(value: &Value) -> Result<Self, Wrong> {
        let mut fields = Node::root(value).fields()?;
        let id = fields.filled("id")?;
        let because = fields.filled("because")?;
        let select = fields.get("select").map(|it| Select::read(&it)).transpose()?;
        let path = fields.parsed("path")?;
        let owner = fields.get("owner").map(|it| OwnedBy::read(&it)).transpose()?;
        let when = fields.get("when").map(|it| it.word(&When::NAMES)).transpose()?;
        let take = fields.get("take").map(|it| it.word(&Take::NAMES)).transpose()?;
        if path.is_none() && owner.is_none() {
            let why = "neither `path` nor `owner` says which fields it is about \
                       (`path: \"\"` is the whole object)";
            return Err(fields.wrong(why));
        }
        let take = take.ok_or_else(|| fields.wrong("`take` is missing"))?;
        fields.done()?;
        Ok(Self {
            id,
            because,
            select: select.unwrap_or_default(),
            path: path.unwrap_or_default(),
            owner,
            when: when.unwrap_or_default(),
            take,
            origin: None,
        })
    }

    /// The rule in its form, without what is as by default.
    pub fn to_value(&self) -> Value {
        let text = |text: &Option<Text>| text.clone().map(Value::from);
        let path = (!self.path.is_empty() || self.owner.is_none()).then(|| self.path.to_string());
        members([
            ("id", text(&self.id)),
            ("because", text(&self.because)),
            ("select", Some(self.select.to_value()).filter(|it| *it != Value::Map(Map::new()))),
            ("path", path.map(Value::from)),
            ("owner", self.owner.as_ref().map(OwnedBy::to_value)),
            ("when", (self.when != When::Always).then(|| self.when.to_string().into())),
            ("take", Some(self.take.to_string().into())),
        ])
    }
}

fn refused(number: usize, id: Option<Text>, wrong: Wrong, document: Document<'_>) -> PolicyError {
    let at = (document.places)(&wrong.pointer).map(Box::new);
    PolicyError::Rule { number, id, field: wrong.field, why: wrong.why, at }
}

/// The pointer to the list of rules, and its items.
fn rules(value: &Value) -> Result<(&'static str, &[Value]), Wrong> {
    let root = Node::root(value);
    if let Value::List(items) = value {
        return Ok(("", items));
    }
    let mut fields = root.fields()?;
    let rules = fields.get("rules").ok_or_else(|| root.wrong("`rules` is missing"))?;
    rules.items()?;
    fields.done()?;
    Ok(("/rules", rules.value.as_list().unwrap_or_default()))
}

fn members<const N: usize>(members: [(&'static str, Option<Value>); N]) -> Value {
    let given = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Value::Map(given.collect())
}

impl Select {
    fn read(node: &Node<'_>) -> Result<Self, Wrong> {
        let mut fields = node.fields()?;
        let select = Self {
            group: fields.parsed("group")?,
            version: fields.parsed("version")?,
            kind: fields.parsed("kind")?,
            namespace: fields.parsed("namespace")?,
            name: fields.parsed("name")?,
            labels: labels(&mut fields, "labels")?,
            annotations: labels(&mut fields, "annotations")?,
            has: fields.filled("has")?,
            target_of: fields.get("targetOf").map(|it| Reference::read(&it)).transpose()?,
        };
        fields.done()?;
        Ok(select)
    }

    fn to_value(&self) -> Value {
        let pattern = |it: &Option<Pattern>| it.as_ref().map(|it| it.as_str().into());
        let labels = |it: &Labels| (!it.is_empty()).then(|| it.to_string().into());
        members([
            ("group", pattern(&self.group)),
            ("version", pattern(&self.version)),
            ("kind", pattern(&self.kind)),
            ("namespace", pattern(&self.namespace)),
            ("name", pattern(&self.name)),
            ("labels", labels(&self.labels)),
            ("annotations", labels(&self.annotations)),
            ("has", self.has.clone().map(Value::from)),
            ("targetOf", self.target_of.as_ref().map(Reference::to_value)),
        ])
    }
}

/// A selector as text, or as a map of labels to their values.
fn labels(fields: &mut Fields<'_>, name: &'static str) -> Result<Labels, Wrong> {
    let Some(node) = fields.get(name) else { return Ok(Labels::default()) };
    let Value::Map(labels) = node.value else { return node.parsed() };
    labels.iter().try_fold(Labels::default(), |mut all, (key, value)| {
        let value =
            value.as_str().ok_or_else(|| node.wrong(format!("`{key}` must be a string")))?;
        all.push(key, "In", vec![value.into()]).map_err(|why| node.wrong(why))?;
        Ok(all)
    })
}

impl Reference {
    fn read(node: &Node<'_>) -> Result<Self, Wrong> {
        let mut fields = node.fields()?;
        let group = fields.text("group")?.unwrap_or_default().into();
        let kind = fields.filled("kind")?.ok_or_else(|| fields.wrong("`kind` is missing"))?;
        let path = fields.filled("path")?.ok_or_else(|| fields.wrong("`path` is missing"))?;
        fields.done()?;
        Ok(Self { group, kind, path })
    }

    fn to_value(&self) -> Value {
        members([
            ("group", Some(self.group.clone().into())),
            ("kind", Some(self.kind.clone().into())),
            ("path", Some(self.path.clone().into())),
        ])
    }
}

impl OwnedBy {
    fn read(node: &Node<'_>) -> Result<Self, Wrong> {
        let mut fields = node.fields()?;
        let manager = fields.parsed("manager")?;
        let manager = manager.ok_or_else(|| fields.wrong("`manager` is missing"))?;
        let operation = fields.get("operation").map(|it| it.word(&OPERATIONS)).transpose()?;
        fields.done()?;
        Ok(Self { manager, operation })
    }

    fn to_value(&self) -> Value {
        members([
            ("manager", Some(self.manager.as_str().into())),
            ("operation", self.operation.map(|it| it.to_string().into())),
        ])
    }
}

impl Rule {
    /// Reads rules in the form of [`Rule::read_all`] from JSON, each with the line of `file` on
    /// which it starts.
    ///
    /// # Errors
    /// As [`Rule::read_all`], and where `json` is no JSON.
    pub fn from_json(json: &str, file: &str) -> Result<Vec<Self>, PolicyError> {
        let value = serde_json::from_str(json).map_err(|why| PolicyError::Rule {
            number: 0,
            id: None,
            field: String::new(),
            why: why.to_string(),
            at: Some(Box::new(origin(file, why.line()))),
        })?;
        let lines = lines(json);
        let places = |pointer: &str| {
            let rest = pointer.strip_prefix("/rules").unwrap_or(pointer);
            let number = rest.strip_prefix('/')?.split('/').next()?.parse::<usize>().ok()?;
            Some(origin(file, *lines.get(number)?))
        };
        Self::read_all(Document { value: &value, places: &places })
    }
}

fn origin(file: &str, line: usize) -> Origin {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    Origin { file: file.into(), line, document: 1 }
}

/// The lines on which the items of the one list of a JSON document start.
fn lines(json: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let (mut line, mut depth, mut list) = (1, 0_usize, None);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' => line += 1,
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                if list == Some(depth) {
                    lines.push(line);
                }
                if byte == b'[' {
                    list = list.or(Some(depth + 1));
                }
                depth += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    lines
}

fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value).map_err(|wrong| {
            let colon = if wrong.field.is_empty() { "" } else { ": " };
            serde::de::Error::custom(format_args!("{}{colon}{}", wrong.field, wrong.why))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Result<Rule, String> {
        serde_json::from_str(json).map_err(|it| it.to_string())
    }

    #[test]
    fn a_rule_reads_back_from_what_is_written() {
        for json in [
            r#"{"path":"","select":{"kind":"Job"},"take":"live"}"#,
            r#"{"owner":{"manager":"hpa"},"take":"live"}"#,
            r#"{"because":"it scales","id":"a","owner":{"manager":"k*","operation":"Update"},
                "path":"spec.replicas","select":{"annotations":"a=b","group":"apps","version":"v*",
                "has":"spec.x","kind":"{Deployment,StatefulSet}","labels":"tier in (a,b),!old",
                "name":"/web-[0-9]+/","namespace":"","targetOf":{"group":"autoscaling",
                "kind":"HorizontalPodAutoscaler","path":"spec.scaleTargetRef"}},
                "take":"desired-else-live","when":"update"}"#,
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(rule(json).unwrap().to_value(), value);
        }
    }

    #[test]
    fn a_rule_of_another_form_is_refused_with_its_field() {
        let cases = [
            ("[]", "must be a map, not a list"),
            (
                r#"{"take":"live"}"#,
                "neither `path` nor `owner` says which fields it is about (`path: \"\"` is the whole object)",
            ),
            (r#"{"path":"a"}"#, "`take` is missing"),
            (r#"{"path":7,"take":"live"}"#, "path: must be a string, not a number"),
            (
                r#"{"path":"a..b","take":"live"}"#,
                "path: `a..b` is no path: nothing stands before `.b`",
            ),
            (
                r#"{"path":"a","take":"live","when":"never"}"#,
                "when: `never` is none of create, update, drift, always",
            ),
            (
                r#"{"path":"a","take":"live","ids":1}"#,
                "ids: there is no such field; known are `id`, `because`, `select`, `path`, `owner`, `when`, `take`",
            ),
            (
                r#"{"path":"a","take":"live","select":{"name":"["}}"#,
                "select.name: `[` is no pattern: `[` without `]`",
            ),
            (
                r#"{"path":"a","take":"live","select":{"labels":{"a":1}}}"#,
                "select.labels: `a` must be a string",
            ),
            (r#"{"path":"a","take":"live","owner":{}}"#, "owner: `manager` is missing"),
        ];
        for (json, expected) in cases {
            assert_eq!(rule(json).unwrap_err(), expected, "{json}");
        }
    }
}
