//! Packaged charts: a gzipped archive with one folder at its top. The rules and limits are those
//! of Helm's `pkg/chart/loader/archive`.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::files::{Budget, ChartFile, without_mark};

/// The files of the archive `content`, which lies at `place` in the tree.
///
/// # Errors
/// Why it cannot be unpacked, in Helm's words.
pub(super) fn unpack(
    content: &[u8],
    place: &Arc<str>,
    budget: &mut Budget,
) -> Result<Vec<ChartFile>, String> {
    check_header(content)?;
    // Headers count too: no archive is read further than its files may be large.
    let bound = budget.limits.bytes.saturating_mul(2).saturating_add(1 << 20);
    let room = Cell::new(HEADERS);
    let unpacked = Metered { content: MultiGzDecoder::new(content).take(bound), room: &room };
    let mut archive = Archive::new(unpacked);
    let mut remaining = budget.limits.bytes;
    let mut files = Vec::new();
    let mut buffer = Vec::new();
    for entry in archive.entries().map_err(|error| words(&error))? {
        let mut entry = entry.map_err(|error| words(&error))?;
        room.set(HEADERS);
        let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        let skipped = matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader);
        if kind.is_dir() || raw.ends_with('/') || skipped {
            continue;
        }
        let name = inner_name(&raw)?;
        let size = if kind.is_file() { entry.size() } else { 0 };
        check_size(&raw, size, remaining, budget)?;
        room.set(size);
        let data = read(&mut entry, size, &mut buffer).map_err(|error| words(&error))?;
        let written = data.len() as u64;
        remaining = remaining.saturating_sub(written);
        if written < size || remaining == 0 {
            return Err(too_large(budget.limits.bytes));
        }
        budget.take(written)?;
        room.set(HEADERS);
        let place = Arc::from(format!("{place}/{name}"));
        files.push(ChartFile { name, data: without_mark(data), place });
    }
    if files.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(files)
}

/// Bytes from the end of a file to the start of the next one: padding and headers, of which Go
/// reads a mebibyte each.
const HEADERS: u64 = 4 << 20;

/// An archive of which only so much is read as there is room for, since headers are read as a
/// whole before anyone sees them.
struct Metered<'r, R> {
    content: R,
    room: &'r Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.room.get()).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            return Err(io::Error::other("archive/tar: header field too long"));
        }
        let read = self.content.read(&mut buffer[..most])?;
        self.room.set(self.room.get() - read as u64);
        Ok(read)
    }
}

/// Up to `size` bytes of `entry`, in a buffer that is not cleared between files.
fn read<'b>(entry: &mut impl Read, size: u64, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
    let size = usize::try_from(size).map_err(io::Error::other)?;
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    let mut read = 0;
    while read < size {
        match entry.read(&mut buffer[read..size])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(&buffer[..read])
}

/// The error of an archive that has not even the header of one; Helm tells it apart.
pub(super) const NO_HEADER: &str = "gzip: invalid header";

fn check_header(content: &[u8]) -> Result<(), String> {
    match content {
        [] => Err("EOF".to_owned()),
        [0x1f, 0x8b, 8, ..] => Ok(()),
        _ => Err(NO_HEADER.to_owned()),
    }
}

/// The errors that Go has words for.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            "gzip: invalid checksum".to_owned()
        }
        _ => error.to_string(),
    }
}

fn check_size(raw: &str, size: u64, remaining: u64, budget: &Budget) -> Result<(), String> {
    if size > remaining {
        return Err(too_large(budget.limits.bytes));
    }
    let limit = budget.limits.file_bytes;
    if size > limit {
        let raw = crate::helm::words::quote(raw);
        return Err(format!(
            "decompressed chart file {raw} is larger than the maximum file size {limit}"
        ));
    }
    Ok(())
}

fn too_large(limit: u64) -> String {
    format!("decompressed chart is larger than the maximum size {limit}")
}

/// The name of a file below the folder at the top.
fn inner_name(raw: &str) -> Result<String, String> {
    let delimiter = if raw.contains('\\') { '\\' } else { '/' };
    let (top, rest) = raw.split_once(delimiter).unwrap_or((raw, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let name = clean(&rest);
    if name == "." {
        let raw = crate::helm::words::quote(raw);
        return Err(format!("chart illegally contains content outside the base directory: {raw}"));
    }
    if name.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    if let [drive, b':', b'/', ..] = name.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Err("chart contains illegally named files".to_owned());
    }
    if top == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    Ok(name)
}

/// A relative path without `.`, `..` inside, and empty segments: Go's `path.Clean`.
pub(super) fn clean(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    if kept.is_empty() { ".".to_owned() } else { kept.join("/") }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::read::GzEncoder;
    use tar::{Builder, Header};

    use super::super::files::ChartLimits;
    use super::*;

    fn unpacked(files: &[(&str, &[u8])]) -> Result<usize, String> {
        let mut archive = Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = Header::new_gnu();
            header.set_size(content.len() as u64);
            archive.append_data(&mut header, path, *content).expect("a vector takes all");
        }
        let archive = archive.into_inner().expect("a vector takes all");
        let mut packed = Vec::new();
        GzEncoder::new(&*archive, Compression::fast()).read_to_end(&mut packed).expect("no disk");
        let limits = ChartLimits { bytes: 20 << 20, ..ChartLimits::default() };
        unpack(&packed, &Arc::from("c.tgz"), &mut Budget::new(limits)).map(|files| files.len())
    }

    #[test]
    fn names_without_end_are_not_read() {
        let long = format!("c/{}", "n".repeat(5 << 20));
        assert_eq!(
            unpacked(&[("c/a", b"a"), (&long, b"")]),
            Err("archive/tar: header field too long".to_owned())
        );
        let large = vec![b'a'; 5 << 20];
        assert_eq!(unpacked(&[("c/a", &large), ("c/b", &large), ("c/c", b"")]), Ok(3));
    }

    #[test]
    fn names_that_leave_the_chart_are_refused() {
        let cases = [
            ("c/Chart.yaml", Ok("Chart.yaml")),
            ("c/a/../b//./d", Ok("b/d")),
            (r"c\templates\a.yaml", Ok("templates/a.yaml")),
            ("c//etc/passwd", Err("chart illegally contains absolute paths")),
            ("c/../../x", Err("chart illegally references parent directory")),
            ("c/..x", Err("chart illegally references parent directory")),
            ("c/C:/x", Err("chart contains illegally named files")),
            (
                "Chart.yaml",
                Err("chart illegally contains content outside the base directory: \"Chart.yaml\""),
            ),
            ("Chart.yaml/x", Err("chart yaml not in base directory")),
        ];
        for (raw, wanted) in cases {
            assert_eq!(inner_name(raw), wanted.map(str::to_owned).map_err(str::to_owned), "{raw}");
        }
    }
}
