//! The namespace of all resources, and of what names it in them.

use std::collections::HashMap;

use gitops_diff::Text;

use super::Transformer;
use crate::kustomize::config::Config;
use crate::kustomize::fieldspec::{Field, Make};
use crate::kustomize::id::{Gvk, ResId};
use crate::kustomize::kustomization::FieldSpec;
use crate::kustomize::node::{Node, Scalar, Tag};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;

/// Sets the namespace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Namespace {
    pub(crate) name: Text,
    /// Where it stands beside `metadata/namespace`.
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) overwrite: Overwrite,
    pub(crate) subjects: Subjects,
}

/// Which namespaces are replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Overwrite {
    /// All.
    #[default]
    All,
    /// Only those that are not set.
    Unset,
}

/// Which subjects of role bindings get the namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those called `default`.
    #[default]
    NamedDefault,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    None,
}

impl Subjects {
    /// The value of `setRoleBindingSubjects`.
    ///
    /// # Errors
    /// Where there is no such value.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text {
            "" | "defaultOnly" => Ok(Self::NamedDefault),
            "allServiceAccounts" => Ok(Self::ServiceAccounts),
            "none" => Ok(Self::None),
            other => Err(Problem::new(format!(
                "invalid value {other:?} for setRoleBindingSubjects: must be one of \
                 \"defaultOnly\", \"none\" or \"allServiceAccounts\""
            ))),
        }
    }
}

impl Namespace {
    /// That of `namespace`.
    pub(crate) fn new(namespace: &Text, config: &Config) -> Self {
        Self {
            name: namespace.clone(),
            fields: config.namespace.clone(),
            overwrite: Overwrite::All,
            subjects: Subjects::NamedDefault,
        }
    }

    /// Sets it in one resource.
    pub(crate) fn change(&self, resource: &mut Resource, fields: &Compiled) -> Result<()> {
        let gvk = resource.id().gvk.clone();
        let root = resource.node_mut();
        if !gvk.cluster_scoped {
            fields.own.visit(root, &Make::Scalar(Tag::Unknown), &mut |node| self.set(node))?;
        }
        let is_binding = is_role_binding(&gvk.kind);
        if is_binding {
            self.set_subjects(root)?;
        }
        let is_core = root.text_at(&["apiVersion"]) == Some("v1");
        for field in Field::of_kind(&fields.others, &gvk) {
            let is_left = match field.path() {
                "metadata/namespace" => true,
                "metadata/name" => !is_core,
                "subjects/namespace" => is_binding && is_role_binding(&field.kinds().kind),
                _ => false,
            };
            if !is_left {
                self.set_field(root, field)?;
            }
        }
        Ok(())
    }

    fn set_field(&self, root: &mut Node, field: &Field) -> Result<()> {
        let mut is_scalar = true;
        let mut set = |node: &mut Node| {
            is_scalar = node.as_scalar().is_some();
            self.set(node)
        };
        field.visit(root, &Make::Scalar(Tag::Str), &mut set).map_err(|problem| {
            problem.within(if is_scalar {
                "namespace transformation failed"
            } else {
                "namespace field specs must target scalar nodes"
            })
        })
    }

    fn set(&self, node: &mut Node) -> Result<()> {
        let is_set = |scalar: &Scalar| !scalar.is_null() && !scalar.text.is_empty();
        if self.overwrite == Overwrite::Unset && node.as_scalar().is_some_and(is_set) {
            return Ok(());
        }
        node.set_text(self.name.clone(), Tag::Str)
    }

    /// Sets it in the subjects of a role binding.
    fn set_subjects(&self, root: &mut Node) -> Result<()> {
        let (key, value) = match self.subjects {
            Subjects::None => return Ok(()),
            Subjects::NamedDefault => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        };
        let context = "setting namespace on (cluster)role binding subjects";
        match root.get_mut("subjects") {
            None => Ok(()),
            Some(node) if node.is_null() => Ok(()),
            Some(Node::List(subjects)) => subjects
                .iter_mut()
                .try_for_each(|subject| self.set_subject(subject, key, value))
                .map_err(|problem| problem.within(context)),
            Some(other) => Err(other.wrong_kind("SequenceNode").within(context)),
        }
    }

    fn set_subject(&self, subject: &mut Node, key: &str, value: &str) -> Result<()> {
        let context = || format!("looking up {key} on (cluster)role binding subject");
        let Some(members) = subject.fields_mut().map_err(|it| it.within(context()))? else {
            return Ok(());
        };
        match members.get(key) {
            Some(Node::Scalar(scalar)) if scalar.is_null() || scalar.text != value => Ok(()),
            Some(Node::Scalar(_)) => {
                let namespace =
                    members.get_or_insert("namespace", || Node::Scalar(Scalar::plain("")));
                self.set(namespace)
            }
            Some(other) => Err(other.wrong_kind("ScalarNode").within(context())),
            None => Ok(()),
        }
    }
}

/// The paths of the fields.
pub(crate) struct Compiled {
    own: Field,
    others: Vec<Field>,
}

impl Compiled {
    pub(crate) fn new(fields: &[FieldSpec]) -> Self {
        let own =
            FieldSpec { path: "metadata/namespace".into(), create: true, ..FieldSpec::default() };
        Self { own: Field::new(&own), others: Field::all(fields) }
    }
}

fn is_role_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

impl Transformer for Namespace {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        if self.name.is_empty() {
            return Ok(());
        }
        let fields = Compiled::new(&self.fields);
        let mut names = Names::of(resources);
        for at in 0..resources.len() {
            let resource = resources.get_mut(at);
            if resource.is_gone() || resource.annotation(internal::HELM_GENERATED) == Some("true") {
                continue;
            }
            let before = Name::of(resource.id());
            resource.store_previous_id();
            self.change(resource, &fields)?;
            let after = Name::of(resource.id());
            if names.rename(before, after) != 1 {
                return Err(conflict(resources, at));
            }
        }
        Ok(())
    }
}

/// How many resources have a name.
struct Names(HashMap<Name, usize>);

/// What must not be the same for two resources.
#[derive(PartialEq, Eq, Hash)]
struct Name {
    gvk: Gvk,
    namespace: Text,
    text: Text,
}

impl Name {
    fn of(id: &ResId) -> Self {
        Self {
            gvk: id.gvk.clone(),
            namespace: id.effective_namespace().into(),
            text: id.name.clone(),
        }
    }
}

impl Names {
    fn of(resources: &Resources) -> Self {
        let mut names = HashMap::new();
        for resource in resources.iter() {
            *names.entry(Name::of(resource.id())).or_default() += 1;
        }
        Self(names)
    }

    /// How many have the new name, now that one of the old name got it.
    fn rename(&mut self, before: Name, after: Name) -> usize {
        *self.0.entry(before).or_default() -= 1;
        let count = self.0.entry(after).or_default();
        *count += 1;
        *count
    }
}

fn conflict(resources: &Resources, at: usize) -> Problem {
    let same = resources.by_current_id(resources.get(at).id());
    let same: Vec<String> = same.into_iter().map(|it| resources.get(it).json()).collect();
    Problem::new(format!("namespace transformation produces ID conflict: [{}]", same.join(" ")))
}
