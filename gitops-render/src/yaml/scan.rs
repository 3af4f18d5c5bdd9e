//! From text to events, with the rules of go-yaml's scanner and parser (libyaml's, YAML 1.1).
//!
//! [`Parser`] takes the tokens of a [`scanner`](self::scanner) to events by a stack of states, so
//! that no nesting is a recursion. go-yaml v2 and v3 differ in how far they look ahead, in
//! comments, and in the line that an error names. Where the rules come from: `scannerc.go`,
//! `parserc.go` and `readerc.go` of `go.yaml.in/yaml/v2` and `v3`.

mod block;
mod comment;
mod cursor;
mod fold;
mod parser;
mod plain;
mod quoted;
mod scanner;
mod tag;
mod token;

pub(super) use self::parser::Parser;
