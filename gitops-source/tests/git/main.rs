//! Git sources against real repositories and real, hostile and broken servers.

#![cfg(feature = "git")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]
#![expect(clippy::print_stdout, reason = "tests say what they counted and what they left out")]

mod support;

mod faults;
mod file;
mod hostile;
mod kill;
mod links;
mod local;
mod server;
mod transport;
