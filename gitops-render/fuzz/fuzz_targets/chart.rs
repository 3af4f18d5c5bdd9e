//! Any folder of files and any archive ends in a text within the limits, in what has to be fetched
//! first or in an error that has a message, and the same twice.
#![no_main]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gitops_render::HelmValues;
use gitops_render_fuzz::{check, helm};
use gitops_source::Tree;
use libfuzzer_sys::fuzz_target;

/// Stands before each file of a folder; its path is the rest of the line.
const FILE: &str = "\n==== ";

/// The first byte of an archive.
const PACKED: u8 = 0x1f;

/// Stands before an archive that is yet to be packed.
const UNPACKED: u8 = b'@';

fuzz_target!(|data: &[u8]| {
    let helm = helm(HelmValues::default());
    match data {
        [PACKED, ..] => check(&helm, &archive(data.to_vec()), "c.tgz"),
        [UNPACKED, rest @ ..] => check(&helm, &archive(packed(rest.to_vec())), "c.tgz"),
        _ => {
            if let Some(tree) = std::str::from_utf8(data).ok().and_then(folder) {
                check(&helm, &tree, "");
            }
        }
    }
});

fn folder(text: &str) -> Option<Tree> {
    let files = text.split(FILE).skip(1);
    let files = files.map(|part| part.split_once('\n').unwrap_or((part, "")));
    Tree::from_files(files.map(|(path, text)| (path, text.to_owned()))).ok()
}

fn archive(content: Vec<u8>) -> Tree {
    Tree::from_files([("c.tgz", content)]).expect("the path is plain")
}

/// An archive of `tar`, whose headers get the checksums that they should have.
fn packed(mut tar: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + 512) {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().copied().map(u32::from).sum();
        if sum > 8 * u32::from(b' ') {
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        } else {
            header[148..156].fill(0);
        }
        let size = String::from_utf8_lossy(&header[124..136]).into_owned();
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).unwrap_or_default();
        at = at.saturating_add(512).saturating_add(size.div_ceil(512).saturating_mul(512));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&tar).expect("a vector takes all that is written");
    encoder.finish().expect("a vector takes all that is written")
}
