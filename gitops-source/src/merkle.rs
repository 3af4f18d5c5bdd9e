//! Digests of folders, from the digests of what stands in them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::{Digest, File, TreePath};

/// The lines of folders whose digests are not known yet, the deepest first; by names.
type Listings = BTreeMap<(Reverse<usize>, TreePath), BTreeMap<String, String>>;

/// The digest of each folder: what is known, else the SHA-256 of the kinds, names and digests of
/// what stands directly in it.
pub(crate) fn folder_digests(
    files: &BTreeMap<TreePath, File>,
    mut digests: BTreeMap<TreePath, Digest>,
) -> BTreeMap<TreePath, Digest> {
    let mut listings = Listings::new();
    if !digests.contains_key("") {
        listings.entry(place("")).or_default();
    }
    for (path, digest) in &digests {
        list(&mut listings, &digests, path, 'd', digest);
    }
    for (path, file) in files {
        let kind = if file.executable { 'x' } else { 'f' };
        list(&mut listings, &digests, path, kind, &file.digest);
    }
    while let Some(((_, folder), lines)) = listings.pop_first() {
        let digest = Digest::sha256(lines.into_values().collect::<String>());
        list(&mut listings, &digests, &folder, 'd', &digest);
        digests.insert(folder, digest);
    }
    digests
}

/// Writes an entry into the listing of its folder, unless that folder's digest is known.
fn list(
    listings: &mut Listings,
    known: &BTreeMap<TreePath, Digest>,
    path: &TreePath,
    kind: char,
    digest: &Digest,
) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if path.is_root() || known.contains_key(folder) {
        return;
    }
    let line = format!("{kind} {name}\0{digest}\n");
    listings.entry(place(folder)).or_default().insert(name.to_owned(), line);
}

fn place(folder: &str) -> (Reverse<usize>, TreePath) {
    let folder = TreePath::trusted(folder);
    (Reverse(folder.segments().count()), folder)
}
