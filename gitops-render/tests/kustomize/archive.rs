//! Trees out of packed archives.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use gitops_source::Tree;

/// The files of an archive by their paths; links stand as what they point to.
pub(crate) fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, links) = entries(path);
    for (link, target) in &links {
        for (path, content) in behind(&files, link, target) {
            files.insert(path, content);
        }
    }
    files
}

/// The tree of an archive.
pub(crate) fn tree(path: &Path) -> Tree {
    Tree::from_files(files(path)).expect("because its paths are those of a repository")
}

type Files = BTreeMap<String, Vec<u8>>;

fn entries(path: &Path) -> (Files, Vec<(String, String)>) {
    let packed = std::fs::File::open(path).expect("because it is in the corpus");
    let unpacked = ruzstd::decoding::StreamingDecoder::new(packed).expect("a zstd frame");
    let mut archive = tar::Archive::new(unpacked);
    let (mut files, mut links) = (Files::new(), Vec::new());
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let path = path.trim_start_matches("./").to_owned();
        match entry.header().entry_type() {
            tar::EntryType::Regular => {
                let mut content = Vec::new();
                entry.read_to_end(&mut content).expect("its content");
                files.insert(path, content);
            }
            tar::EntryType::Symlink => {
                let target = entry.link_name().ok().flatten().expect("a target");
                links.push((path, target.to_string_lossy().into_owned()));
            }
            _ => {}
        }
    }
    (files, links)
}

/// What stands at `link` when it points to `target`: a file, or all files of a folder.
fn behind(files: &Files, link: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let mut segments: Vec<&str> = link.split('/').collect();
    segments.pop();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    let full = segments.join("/");
    let below = format!("{full}/");
    files
        .iter()
        .filter_map(|(path, content)| {
            let rest = path.strip_prefix(&below).map(|rest| format!("{link}/{rest}"));
            let at = if *path == full { Some(link.to_owned()) } else { rest };
            Some((at?, content.clone()))
        })
        .collect()
}
