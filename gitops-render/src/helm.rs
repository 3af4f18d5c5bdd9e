//! Charts, byte for byte as `helm template` prints them.
//!
//! | part | what it does | whose rules |
//! |---|---|---|
//! | `go` | values as templates see them: typed numbers, strings of bytes, shared maps | Go's `reflect` |
//! | `gofmt` | `printf` and friends | `fmt`, `strconv` |
//! | `gotemplate` | reads and runs templates | `text/template` |
//! | `sprig` | the functions of every chart | Masterminds/sprig v3.3 |
//! | `functions` | the functions that Helm adds | Helm's `pkg/engine` |
//! | `strvals` | `--set` and its sisters | Helm's `pkg/strvals` |
//! | `chart` | reads charts, merges their values, resolves their dependencies | Helm's `pkg/chart` |
//! | `release` | cuts, checks and sorts what templates print | Helm's `pkg/release` |

#![allow(dead_code, unused_imports)] // Until the renderer calls all of it.

mod functions;
mod go;
mod gofmt;
mod gotemplate;
mod registry;
mod sprig;
#[cfg(test)]
mod tables;
mod world;
