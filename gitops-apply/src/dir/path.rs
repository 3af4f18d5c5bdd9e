//! The file of an object: the same for the same identity, never that of another one, and never
//! outside the folder.

use std::fmt::Write as _;
use std::path::PathBuf;

use gitops_diff::{Fingerprint, ObjectId};

/// The longest name; file systems take 255 bytes, and the draft of a file needs some.
const LONGEST: usize = 200;

/// `NAMESPACE/KIND.GROUP_NAME.EXTENSION`. Underscores separate, and those of names are encoded.
pub(super) fn of(id: &ObjectId, extension: &str) -> PathBuf {
    let folder = match id.namespace() {
        Some(namespace) => shortened(encoded(namespace)),
        None => "_cluster".into(),
    };
    let kind = match id.group() {
        "" => encoded(id.kind()),
        group => format!("{}.{}", encoded(id.kind()), encoded(group)),
    };
    let name = shortened(format!("{kind}_{}", encoded(id.name())));
    PathBuf::from(folder).join(format!("{name}.{extension}"))
}

/// Percent-encodes all but letters, digits, `-` and inner dots.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || byte == b'-' || (byte == b'.' && !encoded.is_empty());
        if plain {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A name that is too long ends in the digest of all of it, after an underscore too many.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let digest = Fingerprint::of(&name);
    format!("{}__{}", &name[..LONGEST - 50], &digest.as_str()[..32])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Component;

    use gitops_diff::GroupKind;

    use super::*;

    #[test]
    fn files_are_named_after_their_objects() {
        let cases = [
            ("ConfigMap/shop/settings", "shop/ConfigMap_settings.json"),
            ("Deployment.apps/shop/web", "shop/Deployment.apps_web.json"),
            ("Namespace/shop", "_cluster/Namespace_shop.json"),
            ("ClusterRole.r/system:node", "_cluster/ClusterRole.r_system%3Anode.json"),
            ("ConfigMap/_cluster/a_b", "%5Fcluster/ConfigMap_a%5Fb.json"),
            ("ConfigMap/../..", "%2E./ConfigMap_%2E..json"),
        ];
        for (id, path) in cases {
            assert_eq!(of(&id.parse().unwrap(), "json"), PathBuf::from(path), "{id}");
        }
    }

    #[test]
    fn no_two_objects_share_a_file_and_none_leaves_the_folder() {
        let texts =
            ["", ".", "..", "/", "a/b", "a", "a-b", "b", "a_b", "%61", "A", "\0", "é", "\\"];
        let long = "x".repeat(300);
        let longer = format!("{long}y");
        let texts: Vec<&str> = texts.iter().copied().chain([&*long, &*longer]).collect();
        let mut seen = HashSet::new();
        let mut ids = HashSet::new();
        for group in &texts {
            for namespace in &texts {
                for name in &texts {
                    let kind = GroupKind::new(*group, "Kind");
                    let id = ObjectId::new(kind, Some(namespace), *name);
                    let path = of(&id, "json");
                    assert!(path.components().all(|it| matches!(it, Component::Normal(_))));
                    assert_eq!(path.components().count(), 2, "{}", path.display());
                    assert!(path.iter().all(|it| it.len() < 250), "{}", path.display());
                    assert_eq!(ids.insert(id), seen.insert(path));
                }
            }
        }
    }
}
