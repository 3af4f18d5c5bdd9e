//! Puts the tables into the README.

use std::path::Path;

const START: &str = "<!-- made by `table`: start -->\n";
const END: &str = "<!-- made by `table`: end -->";

/// Replaces what stands between the marks.
pub(crate) fn write(tables: &str) -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path)?;
    let parts = readme.split_once(START).zip(readme.split_once(END));
    let Some(((before, _), (_, after))) = parts else {
        return Err(std::io::Error::other("README.md has lost the marks of its tables"));
    };
    std::fs::write(&path, format!("{before}{START}\n{}\n\n{END}{after}", tables.trim()))
}
