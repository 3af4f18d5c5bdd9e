//! YAML to values: go-yaml v2 into `interface {}`, then through JSON, as `sigs.k8s.io/yaml` goes,
//! with the errors of each step.

mod tree;

use self::tree::Unsupported;
pub(super) use self::tree::{Index, Node, Tree};
use crate::helm::functions::json::Decoded;
use crate::helm::go::{Entries, Map, Str, Value};
use crate::helm::gotemplate::{Fault, Machine};
use crate::yaml::scalar::{Scalar, resolve, resolve_tagged};
use crate::yaml::{Dialect, Error};

/// The first document of `text`, with numbers as JSON has them, or what is wrong with it.
///
/// # Errors
/// A limit.
pub(super) fn decode(
    machine: &mut Machine<'_>,
    text: &[u8],
) -> Result<Result<Value, String>, Fault> {
    // A byte can become half a value: `[1,1]`.
    machine.charge(text.len().saturating_mul(size_of::<Value>() / 2))?;
    let tree = match Tree::read(text) {
        Ok(tree) => tree,
        Err(Error::Limit { what, limit, option, .. }) => {
            return Err(Fault::limit(what, limit, option));
        }
        Err(error) => return Ok(Err(converting(&error.as_go()))),
    };
    let mut decoder =
        Decoder { machine, tree: &tree, aliases: Vec::new(), counts: [1, 0], refused: Vec::new() };
    Ok(match decoder.value(tree.root()) {
        Ok(value) => match decoder.unsupported(&value).or_else(|| no_json(&value)) {
            Some(error) => Err(converting(&error)),
            None => Ok(value),
        },
        Err(Problem::Yaml(error)) => Err(converting(&format!("yaml: {error}"))),
        Err(Problem::Fault(fault)) => return Err(fault),
    })
}

fn converting(error: &str) -> String {
    format!("error converting YAML to JSON: {error}")
}

impl From<Result<Value, String>> for Decoded {
    fn from(decoded: Result<Value, String>) -> Self {
        match decoded {
            Ok(value) => Self { value, error: None },
            Err(error) => Self { value: Value::Nil, error: Some(error) },
        }
    }
}

enum Problem {
    /// What go-yaml says.
    Yaml(String),
    Fault(Fault),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

struct Decoder<'a, 'm> {
    machine: &'a mut Machine<'m>,
    tree: &'a Tree,
    /// The aliases that are being followed.
    aliases: Vec<Index>,
    /// Nodes so far: all of them, and those below aliases.
    counts: [u64; 2],
    /// Maps with a key that cannot be one in JSON. Other values may have taken their places.
    refused: Vec<(Map, Unsupported)>,
}

impl Decoder<'_, '_> {
    fn value(&mut self, at: Index) -> Result<Value, Problem> {
        self.count()?;
        Ok(match self.tree.node(at) {
            Node::Scalar(word) => scalar_value(word.meaning()?, &word.text),
            Node::List(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.value(*item)).collect();
                Value::list(items?)
            }
            Node::Map(members) => {
                let (mut entries, mut unsupported) = (Entries::new(), None);
                self.members(members, &mut entries, &mut unsupported)?;
                let map = Map::of(entries);
                self.refused.extend(unsupported.map(|key| (map.clone(), key)));
                Value::Map(map)
            }
            Node::Alias { target, name } => {
                self.follow(at, name, |decoder| decoder.value(*target))?
            }
        })
    }

    /// What JSON says of the first key in `value` that it cannot have.
    fn unsupported(&self, value: &Value) -> Option<String> {
        match value {
            _ if self.refused.is_empty() => None,
            Value::Map(map) => {
                let here = self.refused.iter().find(|(it, _)| it.address() == map.address());
                let within = || map.entries().values().find_map(|it| self.unsupported(it));
                here.map(|(_, key)| key.to_string()).or_else(within)
            }
            Value::List(list) => list.iter().find_map(|it| self.unsupported(it)),
            _ => None,
        }
    }

    /// Counts a node, and stops where nearly all come out of aliases.
    fn count(&mut self) -> Result<(), Problem> {
        self.counts[0] += 1;
        if !self.aliases.is_empty() {
            self.counts[1] += 1;
            self.machine.charge(size_of::<Value>())?;
        }
        let [all, aliased] = self.counts;
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let ratio = aliased as f64 / all as f64;
        if aliased > 100 && all > 1000 && ratio > allowed_ratio(all) {
            return Err(Problem::Yaml("document contains excessive aliasing".to_owned()));
        }
        Ok(())
    }

    fn follow<T>(
        &mut self,
        alias: Index,
        name: &str,
        then: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.aliases.contains(&alias) {
            return Err(Problem::Yaml(format!("anchor '{name}' value contains itself")));
        }
        self.aliases.push(alias);
        let result = then(self)?;
        self.aliases.pop();
        Ok(result)
    }

    /// Sets the members of a map in the order of the text, so that later ones stay.
    fn members(
        &mut self,
        members: &[(Index, Index)],
        into: &mut Entries,
        unsupported: &mut Option<Unsupported>,
    ) -> Result<(), Problem> {
        for (key, value) in members {
            if self.tree.is_merge(*key) {
                self.merge(*value, into, unsupported)?;
                continue;
            }
            let (name, at) = (self.name(*key)?, *value);
            let value = self.value(at)?;
            match name {
                Ok(name) => {
                    into.insert(name, value);
                }
                Err(key) => {
                    // Only now is it known that no alias in the value leads back to it.
                    let found = self.tree.unsupported_key(&key, at);
                    if unsupported.as_ref().is_none_or(|it| it.key == found.key) {
                        *unsupported = Some(found);
                    }
                }
            }
        }
        Ok(())
    }

    /// The key as text, if JSON can have it, else what it means.
    fn name(&mut self, key: Index) -> Result<Result<Str, Scalar>, Problem> {
        self.count()?;
        match self.tree.node(key) {
            Node::Scalar(word) => {
                let meaning = word.meaning()?;
                let name = key_text(&meaning, &word.text);
                Ok(name.ok_or(meaning))
            }
            Node::Alias { target, name } => self.follow(key, name, |decoder| decoder.name(*target)),
            Node::List(_) | Node::Map(_) => {
                // Decoded first, and counted.
                self.counts[0] -= 1;
                self.value(key)?;
                let shown = self.tree.go_syntax(key);
                Err(Problem::Yaml(format!("invalid map key: {shown}")))
            }
        }
    }

    fn merge(
        &mut self,
        value: Index,
        into: &mut Entries,
        unsupported: &mut Option<Unsupported>,
    ) -> Result<(), Problem> {
        let refused = || {
            let message = "map merge requires map or sequence of maps as the value";
            Problem::Yaml(message.to_owned())
        };
        match self.tree.node(value) {
            Node::List(items) => {
                for item in items.iter().rev() {
                    if !self.tree.is_map(*item) {
                        return Err(refused());
                    }
                    self.merge_map(*item, into, unsupported)?;
                }
                Ok(())
            }
            _ if self.tree.is_map(value) => self.merge_map(value, into, unsupported),
            _ => Err(refused()),
        }
    }

    fn merge_map(
        &mut self,
        at: Index,
        into: &mut Entries,
        unsupported: &mut Option<Unsupported>,
    ) -> Result<(), Problem> {
        self.count()?;
        match self.tree.node(at) {
            Node::Map(members) => self.members(members, into, unsupported),
            Node::Alias { target, name } => {
                self.follow(at, name, |decoder| decoder.merge_map(*target, into, unsupported))
            }
            Node::Scalar(_) | Node::List(_) => Ok(()),
        }
    }
}

/// go-yaml's `allowedAliasRatio`.
fn allowed_ratio(count: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    match count {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((count - LOW) as f64 / (HIGH - LOW) as f64),
    }
}

/// The value as it comes out of JSON.
fn scalar_value(meaning: Scalar, text: &str) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "as Go reads numbers of JSON")]
    match meaning {
        Scalar::Null => Value::Nil,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Float(value as f64),
        Scalar::Unsigned(value) => Value::Float(value as f64),
        Scalar::Float(value) => Value::Float(value),
        Scalar::Text | Scalar::Time(_) => Value::string(text),
        Scalar::Bytes(bytes) => Value::string(String::from_utf8_lossy(&bytes).as_ref()),
    }
}

fn key_text(meaning: &Scalar, text: &str) -> Option<Str> {
    Some(match meaning {
        Scalar::Null | Scalar::Unsigned(_) => return None,
        Scalar::Bool(value) => Str::from(value.to_string()),
        Scalar::Int(value) => Str::from(value.to_string()),
        Scalar::Float(value) => Str::from(crate::yaml::number::go_general_32(*value)),
        Scalar::Text | Scalar::Time(_) => Str::from(text),
        Scalar::Bytes(bytes) => Str::from(String::from_utf8_lossy(bytes).as_ref()),
    })
}

/// What JSON says of the first number that it does not have.
fn no_json(value: &Value) -> Option<String> {
    match value {
        Value::Float(value) if !value.is_finite() => {
            Some(format!("json: unsupported value: {}", tree::non_finite(*value)))
        }
        Value::List(list) => list.iter().find_map(no_json),
        Value::Map(map) => map.entries().values().find_map(no_json),
        _ => None,
    }
}

impl tree::Word {
    fn meaning(&self) -> Result<Scalar, Problem> {
        match &self.tag {
            None if self.plain => Ok(resolve(&self.text, Dialect::GoV2)),
            None => Ok(Scalar::Text),
            Some(tag) => resolve_tagged(&self.text, self.plain, tag, Dialect::GoV2)
                .map_err(|_| Problem::Yaml(self.mismatch(tag))),
        }
    }

    fn mismatch(&self, tag: &str) -> String {
        if tag == "!!binary" {
            return "!!binary value contains invalid base64 data".to_owned();
        }
        let found = match resolve(&self.text, Dialect::GoV2) {
            Scalar::Null => "!!null",
            Scalar::Bool(_) => "!!bool",
            Scalar::Int(_) | Scalar::Unsigned(_) => "!!int",
            Scalar::Float(_) => "!!float",
            _ => "!!str",
        };
        format!("cannot decode {found} `{}` as a {tag}", self.text)
    }
}
