//! What the repositories hold.

use std::path::Path;
use std::process::Command;

use gitops_examples::demo;
use tempfile::TempDir;

use crate::left_out;

/// A folder of plain manifests, and what the story does with them.
pub(crate) struct Manifests {
    /// Its name in messages.
    pub(crate) name: &'static str,
    /// The folder that is applied.
    pub(crate) path: &'static str,
    /// All files, by path.
    pub(crate) files: Vec<(String, String)>,
    /// The Deployment that is edited, as `namespace/name`, and its file.
    pub(crate) deployment: (&'static str, &'static str),
    pub(crate) deployment_file: &'static str,
    /// A file whose removal prunes.
    pub(crate) removed_file: &'static str,
}

/// The shop of the examples.
pub(crate) fn shop() -> Manifests {
    let files = demo::FILES.iter().map(|(path, content)| ((*path).into(), (*content).into()));
    Manifests {
        name: "shop",
        path: "shop",
        files: files.collect(),
        deployment: ("shop", "web"),
        deployment_file: "shop/web.yaml",
        removed_file: "shop/banner.yaml",
    }
}

/// The plain manifests of real repositories, as far as the corpus is at hand.
pub(crate) fn real() -> Vec<Manifests> {
    let Ok(corpus) = std::env::var("GITOPS_CORPUS") else {
        left_out("the manifests of real repositories", "GITOPS_CORPUS is not set");
        return Vec::new();
    };
    let corpus = Path::new(&corpus).join("kustomize/real");
    vec![
        Manifests {
            name: "argocd-example-apps",
            path: "sock-shop/base",
            files: with_namespace(
                unpack(&corpus.join("argoproj+argocd-example-apps.tar.zst"), "sock-shop/base"),
                "sock-shop",
            ),
            deployment: ("sock-shop", "front-end"),
            deployment_file: "sock-shop/base/front-end-dep.yaml",
            removed_file: "sock-shop/base/session-db-svc.yaml",
        },
        Manifests {
            name: "microservices-demo",
            path: "kubernetes-manifests",
            files: unpack(
                &corpus.join("GoogleCloudPlatform+microservices-demo.tar.zst"),
                "kubernetes-manifests",
            ),
            deployment: ("default", "frontend"),
            deployment_file: "kubernetes-manifests/frontend.yaml",
            removed_file: "kubernetes-manifests/adservice.yaml",
        },
    ]
}

/// The manifests name no namespace; the one that they are applied to is declared beside them.
fn with_namespace(mut files: Vec<(String, String)>, name: &str) -> Vec<(String, String)> {
    let text = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n");
    files.push((format!("{name}/base/namespace.yaml"), text));
    files
}

/// The files below `path` of an archive.
fn unpack(archive: &Path, path: &str) -> Vec<(String, String)> {
    let folder = TempDir::new().unwrap();
    let tar = Command::new("tar")
        .args(["--zstd", "-xf"])
        .arg(archive)
        .arg("-C")
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(tar.success(), "{} can be unpacked", archive.display());
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join(path))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = format!("{path}/{}", entry.file_name().to_str().unwrap());
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}
