//! Which files of a folder are manifests.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Folders, PlainOptions};
use crate::RenderError;

/// The rules of [`PlainOptions`], ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    folders: Folders,
    include: Option<GlobSet>,
    exclude: GlobSet,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is read.
    Take,
    /// The options or its hidden name leave it out.
    Leave,
    /// Its name does not end as a manifest's.
    Other,
    /// It configures a tool and is no object: `kustomization.yaml`.
    Configuration,
}

impl Selection {
    pub(super) fn new(options: &PlainOptions) -> Result<Self, RenderError> {
        let include = (!options.include.is_empty()).then(|| globs(&options.include, "include"));
        Ok(Self {
            folders: options.folders,
            include: include.transpose()?,
            exclude: globs(&options.exclude, "exclude")?,
        })
    }

    /// The verdict on the file `path`, relative to the rendered folder.
    pub(super) fn judge(&self, path: &str) -> Verdict {
        let hidden = path.split('/').any(|segment| segment.starts_with('.'));
        let below = self.folders == Folders::Skip && path.contains('/');
        let listed = self.include.as_ref().is_none_or(|globs| globs.is_match(path));
        if hidden || below || !listed || self.exclude.is_match(path) {
            return Verdict::Leave;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        if crate::detect::KUSTOMIZATIONS.contains(&name) {
            return Verdict::Configuration;
        }
        match name.rsplit_once('.') {
            Some((_, "yaml" | "yml" | "json")) => Verdict::Take,
            _ => Verdict::Other,
        }
    }
}

fn globs(patterns: &[String], option: &str) -> Result<GlobSet, RenderError> {
    let refuse = |error: &globset::Error| {
        RenderError::Unsupported(format!("`{option}` has a glob that cannot be read: {error}"))
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern.trim_start_matches("./"))
            .literal_separator(true)
            .build()
            .map_err(|error| refuse(&error))?;
        set.add(glob);
    }
    set.build().map_err(|error| refuse(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: &PlainOptions, cases: &[(&str, Verdict)]) {
        let selection = Selection::new(options).unwrap();
        for (path, expected) in cases {
            assert_eq!(selection.judge(path), *expected, "{path}");
        }
    }

    #[test]
    fn manifests_of_all_folders_are_taken_and_hidden_files_left() {
        check(
            &PlainOptions::default(),
            &[
                ("web.yaml", Verdict::Take),
                ("a/b/web.yml", Verdict::Take),
                ("web.json", Verdict::Take),
                (".github/workflow.yaml", Verdict::Leave),
                (".hidden.yaml", Verdict::Leave),
                ("README.md", Verdict::Other),
                ("yaml", Verdict::Other),
                ("a/kustomization.yaml", Verdict::Configuration),
                ("Kustomization", Verdict::Configuration),
            ],
        );
    }

    #[test]
    fn globs_narrow_what_is_taken_and_exclude_goes_first() {
        let options = PlainOptions {
            include: vec!["apps/**/*.yaml".into(), "*.yaml".into()],
            exclude: vec!["./apps/old/**".into(), "**/values*.yaml".into()],
            ..PlainOptions::default()
        };
        check(
            &options,
            &[
                ("apps/web.yaml", Verdict::Take),
                ("apps/new/web.yaml", Verdict::Take),
                ("apps/old/web.yaml", Verdict::Leave),
                ("top.yaml", Verdict::Take),
                ("values.yaml", Verdict::Leave),
                ("lib/web.yaml", Verdict::Leave),
                ("apps/web.json", Verdict::Leave),
            ],
        );
    }

    #[test]
    fn sub_folders_can_be_left_out() {
        let options = PlainOptions { folders: Folders::Skip, ..PlainOptions::default() };
        check(&options, &[("web.yaml", Verdict::Take), ("a/web.yaml", Verdict::Leave)]);
    }

    #[test]
    fn a_broken_glob_is_an_error_that_names_the_option() {
        let options = PlainOptions { exclude: vec!["a[".into()], ..PlainOptions::default() };
        let error = Selection::new(&options).unwrap_err().to_string();
        assert!(error.starts_with("`exclude` has a glob that cannot be read"), "{error}");
    }
}
