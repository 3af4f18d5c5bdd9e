//! Variables: values of fields that replace `$(NAME)` in others.

mod expand;
mod lookup;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use gitops_diff::Text;

use self::expand::{Value, expand};
use super::config::Config;
use super::fieldspec::{Field, Make};
use super::id::{Gvk, ResId};
use super::kustomization::{FieldSpec, Variable};
use super::node::{Node, Scalar, Style, Tag};
use super::problem::{Problem, Result};
use super::resources::Resources;

/// The variables of a build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<Text, Variable>);

impl Variables {
    /// Adds those of a kustomization, and notes in the resources that hold their values that they
    /// do.
    ///
    /// # Errors
    /// Where there is one of the name already, or several resources could be meant.
    pub(crate) fn declare(
        &mut self,
        variables: &[Variable],
        resources: &mut Resources,
    ) -> Result<()> {
        let places = Places::of(resources, variables);
        for variable in variables {
            match places.find(resources, variable)[..] {
                [] => {}
                [at] => resources.get_mut(at).variables.push(variable.name.clone()),
                ref several => {
                    return Err(Problem::new(format!(
                        "found {} resId matches for var {} (unable to disambiguate)",
                        several.len(),
                        Shown { variable, gvk: variable.gvk() }
                    )));
                }
            }
        }
        variables.iter().try_for_each(|variable| self.add(variable.clone().with_defaults()))
    }

    /// Adds those of another kustomization.
    ///
    /// # Errors
    /// Where there is one of the name already.
    pub(crate) fn merge(&mut self, other: Self) -> Result<()> {
        other.0.into_values().try_for_each(|variable| self.add(variable))
    }

    fn add(&mut self, variable: Variable) -> Result<()> {
        let name = variable.name.clone();
        match self.0.insert(name, variable) {
            None => Ok(()),
            Some(old) => Err(Problem::new(format!("var '{}' already encountered", old.name))),
        }
    }

    /// Puts the values of the variables where their names stand. Gives the names of those that
    /// stand nowhere.
    ///
    /// # Errors
    /// Where a variable has no value, or its name stands where no text can be.
    pub(crate) fn resolve(
        &self,
        resources: &mut Resources,
        config: &Config,
    ) -> Result<BTreeSet<Text>> {
        let values = self.values(resources)?;
        let mut unused: BTreeSet<Text> = values.keys().cloned().collect();
        if !values.is_empty() {
            replace_all(resources, &config.var_reference, &values, &mut unused)?;
        }
        Ok(unused)
    }

    fn values(&self, resources: &Resources) -> Result<BTreeMap<Text, Value>> {
        let mut holders: HashMap<&Text, usize> = HashMap::new();
        for (at, resource) in resources.iter().enumerate() {
            for name in &resource.variables {
                holders.entry(name).or_insert(at);
            }
        }
        let value = |(name, variable): (&Text, &Variable)| {
            let shown = Shown { variable, gvk: variable.gvk() };
            let Some(at) = holders.get(name) else {
                return Err(Problem::new(format!(
                    "var '{shown}' cannot be mapped to a field in the set of known resources"
                )));
            };
            match lookup::value(resources.get(*at).node(), &variable.field.field_path) {
                Some(value) => Ok((name.clone(), value)),
                None => Err(Problem::new(format!(
                    "field specified in var '{shown}' not found in corresponding resource"
                ))),
            }
        };
        self.0.iter().map(value).collect()
    }
}

impl Variable {
    /// The kind of the resource that holds the value.
    fn gvk(&self) -> Gvk {
        let (id, api_version) = (&self.object.id, &self.object.api_version);
        let mut gvk = Gvk {
            group: id.group.clone(),
            version: id.version.clone(),
            kind: id.kind.clone(),
            cluster_scoped: false,
        };
        match api_version.split('/').collect::<Vec<_>>()[..] {
            [""] => {}
            [version] => gvk.version = version.into(),
            [group, version] => (gvk.group, gvk.version) = (group.into(), version.into()),
            _ => {}
        }
        gvk
    }

    fn with_defaults(mut self) -> Self {
        if self.field.field_path.is_empty() {
            self.field.field_path = "metadata.name".into();
        }
        self
    }
}

/// A variable as upstream prints it in errors: `{NAME ConfigMap.v1.[noGrp] {data.key}}`.
struct Shown<'a> {
    variable: &'a Variable,
    gvk: Gvk,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Variable { name, field, .. } = self.variable;
        write!(f, "{{{name} {} {{{}}}}}", self.gvk, field.field_path)
    }
}

/// As it is written: without what `apiVersion` says of the kind.
impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.object.id;
        let (group, version, kind) = (id.group.clone(), id.version.clone(), id.kind.clone());
        let gvk = Gvk { group, version, kind, cluster_scoped: false };
        Shown { variable: self, gvk }.fmt(f)
    }
}

/// Where the resources are that have or had a name.
struct Places(HashMap<Text, Vec<usize>>);

impl Places {
    fn of(resources: &Resources, variables: &[Variable]) -> Self {
        let mut places: HashMap<Text, Vec<usize>> =
            variables.iter().map(|it| (it.object.id.name.clone(), Vec::new())).collect();
        if places.is_empty() {
            return Self(places);
        }
        for (at, resource) in resources.iter().enumerate().filter(|(_, it)| !it.is_gone()) {
            for id in resource.all_ids() {
                match places.get_mut(&id.name) {
                    Some(all) if all.last() != Some(&at) => all.push(at),
                    _ => {}
                }
            }
        }
        Self(places)
    }

    /// Those that hold the value of `variable`: where it names no namespace, those in any.
    fn find(&self, resources: &Resources, variable: &Variable) -> Vec<usize> {
        let id = &variable.object.id;
        let wanted =
            ResId { gvk: variable.gvk(), name: id.name.clone(), namespace: id.namespace.clone() };
        let is_meant = |own: &ResId| {
            if wanted.namespace.is_empty() { own.gvkn_equals(&wanted) } else { own.equals(&wanted) }
        };
        let places = self.0.get(&id.name).map_or(&[][..], Vec::as_slice);
        places.iter().copied().filter(|at| resources.get(*at).all_ids().any(is_meant)).collect()
    }
}

fn replace_all(
    resources: &mut Resources,
    specs: &[FieldSpec],
    values: &BTreeMap<Text, Value>,
    unused: &mut BTreeSet<Text>,
) -> Result<()> {
    let fields = Field::all(specs);
    for resource in resources.iter_mut() {
        let gvk = resource.id().gvk.clone();
        let root = resource.node_mut();
        for field in Field::of_kind(&fields, &gvk) {
            field.visit(root, &Make::Nothing, &mut |node| replace(node, values, unused))?;
        }
    }
    Ok(())
}

/// Replaces names in a text, in the texts of a list or in those of a map.
fn replace(
    node: &mut Node,
    values: &BTreeMap<Text, Value>,
    unused: &mut BTreeSet<Text>,
) -> Result<()> {
    match node {
        Node::Scalar(scalar) => {
            replace_in(scalar, values, unused);
            Ok(())
        }
        Node::List(items) => items.iter_mut().try_for_each(|item| match item {
            Node::Scalar(scalar) if is_text(scalar) => {
                replace_in(scalar, values, unused);
                Ok(())
            }
            _ => Err(Problem::new("invalid value type expect a string")),
        }),
        Node::Map(members) => members.iter_mut().try_for_each(|member| {
            let key = &member.key;
            if !is_text(key) {
                let (text, tag) = (&key.text, key.tag_name());
                return Err(Problem::new(format!("invalid map key: value='{text}', tag='{tag}'")));
            }
            if let Node::Scalar(scalar) = &mut member.value {
                replace_in(scalar, values, unused);
            }
            Ok(())
        }),
    }
}

/// Whether upstream takes it for a text: also where nobody looked at it yet.
fn is_text(scalar: &Scalar) -> bool {
    matches!(scalar.tag, Tag::Str | Tag::Unknown)
}

fn replace_in(scalar: &mut Scalar, values: &BTreeMap<Text, Value>, unused: &mut BTreeSet<Text>) {
    if !is_text(scalar) {
        return;
    }
    let value = expand(&scalar.text, &mut |name| {
        let value = values.get(name).filter(|value| **value != Value::Compound)?;
        unused.remove(name);
        Some(value.clone())
    });
    (scalar.text, scalar.tag) = value.into_parts();
    (scalar.style, scalar.tagged) = (Style::Plain, false);
}

#[cfg(test)]
mod tests;
