//! Makes the tables of `benches/README.md`: our ways to compare beside those of others, in one run.
//!
//! ```console
//! cargo run --release -p gitops-benches --bin table            # prints
//! cargo run --release -p gitops-benches --bin table -- --write # and puts them into the README
//! ```
//!
//! Where Go is there, the engines that are written in it run on the same cases (`benches/peers`).

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

mod agreement;
mod fleet;
mod memory;
mod pairs;
mod peers;
mod readme;

use std::fmt::Write;

fn main() -> std::io::Result<()> {
    let cases = gitops_benches::cases();
    let peers = peers::run(&cases)?;
    let mut text = String::new();
    let parts: [&dyn Fn() -> String; 4] = [
        &|| pairs::table(&cases, &peers),
        &|| agreement::table(&cases, &peers),
        &fleet::table,
        &memory::table,
    ];
    for part in parts.iter().map(|part| part()) {
        println!("{part}");
        let _ = writeln!(text, "{part}");
    }
    if std::env::args().any(|it| it == "--write") {
        readme::write(&text)?;
    }
    Ok(())
}
