//! The rules of server-side apply, one by one, and its laws.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod custom;
mod laws;
mod ownership;
mod rules;
mod script;
