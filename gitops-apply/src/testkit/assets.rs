//! Where the programs are.

use std::path::{Path, PathBuf};

use super::StartError;

/// The programs of an API server: a folder in the layout of `KUBEBUILDER_ASSETS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    etcd: PathBuf,
    kube_apiserver: PathBuf,
}

impl Assets {
    /// What `KUBEBUILDER_ASSETS` names, or `None` where it is unset or empty.
    ///
    /// # Errors
    /// [`StartError::Assets`] when it is set and a program is missing: somebody meant to run the
    /// tests, so they are not left out.
    pub fn from_env() -> Result<Option<Self>, StartError> {
        match std::env::var_os("KUBEBUILDER_ASSETS") {
            Some(folder) if !folder.is_empty() => Self::in_folder(Path::new(&folder)).map(Some),
            _ => Ok(None),
        }
    }

    /// The programs in this folder.
    ///
    /// # Errors
    /// [`StartError::Assets`] when one of them is missing.
    pub fn in_folder(folder: &Path) -> Result<Self, StartError> {
        let program = |name| {
            let path = folder.join(name);
            if path.is_file() { Ok(path) } else { Err(StartError::Assets { missing: path }) }
        };
        Ok(Self { etcd: program("etcd")?, kube_apiserver: program("kube-apiserver")? })
    }

    pub(super) fn etcd(&self) -> &Path {
        &self.etcd
    }

    pub(super) fn kube_apiserver(&self) -> &Path {
        &self.kube_apiserver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("etcd"), "").unwrap();
        let error = Assets::in_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("kube-apiserver"), "{error}");

        std::fs::write(folder.path().join("kube-apiserver"), "").unwrap();
        let assets = Assets::in_folder(folder.path()).unwrap();
        assert_eq!(assets.etcd(), folder.path().join("etcd"));
    }
}
