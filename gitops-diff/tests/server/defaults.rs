//! What is filled in.

mod others;
mod pods;
mod services;
mod workloads;

use super::{Found, check, defaulted};

/// A kind, an object as it is written, and what is filled in.
type Case = (&'static str, &'static str, &'static [Found<'static>]);

fn check_all(cases: &[Case]) {
    for (kind, body, expected) in cases {
        check(&defaulted(kind, body), &format!("{kind} {body}"), expected);
    }
}
