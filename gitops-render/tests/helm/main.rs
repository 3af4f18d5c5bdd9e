//! Charts beside what `helm template` printed. Needs `GITOPS_CORPUS`; best run with `--release`.
//!
//! `GITOPS_SHOW=5` prints that many differences, `GITOPS_CASE=text` takes only the cases whose
//! name holds the text.

mod corpus;
mod hostile;
mod kept;
mod live;
mod negative;
mod options;
mod printed;
mod rendered;
mod tally;
