//! Names, tags and digests of images.

use std::cell::OnceCell;

use gitops_diff::golang;
use regex::Regex;

use super::Transformer;
use crate::kustomize::config::Config;
use crate::kustomize::fieldspec::{Field, Make};
use crate::kustomize::kustomization::{FieldSpec, Image};
use crate::kustomize::node::{Node, Tag};
use crate::kustomize::problem::Result;
use crate::kustomize::resources::Resources;

/// Changes images by their names.
///
/// Upstream looks for them twice, wherever there are containers and in the fields of the
/// configuration, so that a suffix of a tag is often put there twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Images {
    pub(crate) images: Vec<Image>,
    /// The images.
    pub(crate) fields: Vec<FieldSpec>,
}

impl Images {
    /// Those of `images`.
    pub(crate) fn new(images: &[Image], config: &Config) -> Self {
        Self { images: images.to_vec(), fields: config.images.clone() }
    }
}

impl Transformer for Images {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let fields = Field::all(&self.fields);
        let rules: Vec<Rule<'_>> = self.images.iter().map(Rule::new).collect();
        for resource in resources.iter_mut().filter(|it| !it.is_gone()) {
            let gvk = resource.id().gvk.clone();
            if gvk.kind == "CustomResourceDefinition" {
                continue;
            }
            let own: Vec<&Field> = Field::of_kind(&fields, &gvk).collect();
            let root = resource.node_mut();
            for rule in &rules {
                rule.in_containers(root)?;
                own.iter().try_for_each(|field| {
                    field.visit(root, &Make::Nothing, &mut |node| rule.change(node))
                })?;
            }
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.images.len()
    }
}

/// What becomes of the images of a name.
struct Rule<'a> {
    /// Compiled for the first image that starts like the name; none where the name is no regular
    /// expression, and so nothing's name.
    pattern: OnceCell<Option<Regex>>,
    image: &'a Image,
}

const TAG: &str = "(:[a-zA-Z0-9_.{}-]*)?";
const DIGEST: &str = "(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?";

impl<'a> Rule<'a> {
    fn new(image: &'a Image) -> Self {
        Self { pattern: OnceCell::new(), image }
    }

    /// Whether the image has the name, which is a regular expression.
    fn means(&self, text: &str) -> bool {
        let name = &self.image.name;
        let pattern = || golang::compile(&format!("^{name}{TAG}{DIGEST}$")).ok();
        text.starts_with(letters(name))
            && self.pattern.get_or_init(pattern).as_ref().is_some_and(|it| it.is_match(text))
    }

    /// Changes the images in all lists of containers, however deep they are.
    fn in_containers(&self, node: &mut Node) -> Result<()> {
        match node {
            Node::Scalar(_) => Ok(()),
            Node::List(items) => items.iter_mut().try_for_each(|item| self.in_containers(item)),
            Node::Map(members) => members.iter_mut().try_for_each(|member| {
                self.in_containers(&mut member.value)?;
                match &mut member.value {
                    Node::List(items)
                        if matches!(&*member.key.text, "containers" | "initContainers") =>
                    {
                        items.iter_mut().try_for_each(|item| self.in_container(item))
                    }
                    _ => Ok(()),
                }
            }),
        }
    }

    fn in_container(&self, container: &mut Node) -> Result<()> {
        match container.fields_mut()?.and_then(|members| members.get_mut("image")) {
            Some(image) => self.change(image),
            None => Ok(()),
        }
    }

    fn change(&self, node: &mut Node) -> Result<()> {
        let Node::Scalar(scalar) = node else { return Err(node.wrong_kind("ScalarNode")) };
        match self.changed(&scalar.text) {
            Some(text) => node.set_text(text, Tag::Unknown),
            None => Ok(()),
        }
    }

    /// What the image is called instead, if it is meant.
    fn changed(&self, text: &str) -> Option<String> {
        if !self.means(text) {
            return None;
        }
        let Image { new_name, new_tag, digest, tag_suffix, .. } = self.image;
        let mut image = Parts::of(text);
        if !new_name.is_empty() {
            image.name = new_name;
        }
        let mut suffix = "";
        if !new_tag.is_empty() || !digest.is_empty() {
            (image.tag, image.digest) = (new_tag, digest);
        } else if !tag_suffix.is_empty() {
            (suffix, image.digest) = (tag_suffix, "");
        }
        Some(image.joined(suffix))
    }
}

/// What everything starts with that the expression `name` matches; nothing where that takes thought.
fn letters(name: &str) -> &str {
    let is_simple = !name.contains(['|', '?', '*', '+', '{', '(', '[', '\\', '^', '$']);
    name.split('.').next().filter(|_| is_simple).unwrap_or_default()
}

/// The parts of the name of an image.
struct Parts<'a> {
    name: &'a str,
    tag: &'a str,
    digest: &'a str,
}

impl<'a> Parts<'a> {
    /// A colon before the first slash belongs to a port.
    fn of(text: &'a str) -> Self {
        let path = text.find('/').unwrap_or_default();
        let at = |mark| text[path..].find(mark).map(|at| at + path);
        let (name, tag, digest) = match (at(':'), at('@')) {
            (None, None) => (text, "", ""),
            (Some(colon), None) => (&text[..colon], &text[colon + 1..], ""),
            (Some(colon), Some(at)) if colon < at => {
                (&text[..colon], &text[colon + 1..at], &text[at + 1..])
            }
            (_, Some(at)) => (&text[..at], "", &text[at + 1..]),
        };
        Self { name, tag, digest }
    }

    fn joined(&self, suffix: &str) -> String {
        let mut text = self.name.to_owned();
        if !self.tag.is_empty() || !suffix.is_empty() {
            text.extend([":", self.tag, suffix]);
        }
        if !self.digest.is_empty() {
            text.extend(["@", self.digest]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, expected: bool) {
        let image = Image { name: name.into(), ..Image::default() };
        assert_eq!(Rule::new(&image).means(text), expected, "{name} {text}");
    }

    #[test]
    fn a_name_is_an_expression_before_a_tag_and_a_digest() {
        check("nginx", "nginx:1", true);
        check("nginx", "nginx:1@sha256:ab", true);
        check("nginx", "nginx-2:1", false);
        check("quay.io/a", "quay.io/a", true);
        check("quay.io/a", "quayxio/a:2", true);
        check("quay.io/a", "docker.io/a", false);
        check("nginx|redis", "redis:1", true);
        check("x?redis", "redis:1", true);
        check("[rx]edis", "redis:1", true);
        check("(", "(", false);
    }
}
