//! Macros: calls that bind variables.

use super::syntax::{Access, Expr, Fold, How, Kind, SyntaxError};
use crate::Text;

/// What a method call stands for.
pub(super) enum Expanded {
    Fold(Expr),
    /// A method after all.
    Method(Expr, Vec<Expr>),
}

/// The macros: name, number of arguments, how many of them are names, what it does.
const MACROS: [(&str, usize, usize, How); 19] = [
    ("all", 2, 1, How::All),
    ("exists", 2, 1, How::Exists),
    ("exists_one", 2, 1, How::ExistsOne),
    ("existsOne", 2, 1, How::ExistsOne),
    ("map", 2, 1, How::List),
    ("map", 3, 1, How::List),
    ("filter", 2, 1, How::Filter),
    ("sortBy", 2, 1, How::SortBy),
    ("optMap", 2, 1, How::Optional),
    ("optFlatMap", 2, 1, How::Flat),
    ("all", 3, 2, How::All),
    ("exists", 3, 2, How::Exists),
    ("existsOne", 3, 2, How::ExistsOne),
    ("transformList", 3, 2, How::List),
    ("transformList", 4, 2, How::List),
    ("transformMap", 3, 2, How::Map),
    ("transformMap", 4, 2, How::Map),
    ("transformMapEntry", 3, 2, How::Entries),
    ("transformMapEntry", 4, 2, How::Entries),
];

/// `has(a.b)`.
pub(super) fn has(mut args: Vec<Expr>, at: usize) -> Result<Expr, SyntaxError> {
    let wrong = || SyntaxError { at, message: "invalid argument to has() macro".into() };
    let (Some(arg), true) = (args.pop(), args.is_empty()) else {
        return Err(wrong());
    };
    match arg.kind {
        Kind::Select(mut select) if select.how == Access::Plain => {
            select.how = Access::Test;
            Ok(Expr { kind: Kind::Select(select), at: arg.at })
        }
        _ => Err(wrong()),
    }
}

/// Makes a macro of a method call that is one.
pub(super) fn expand(
    of: Expr,
    name: &str,
    mut args: Vec<Expr>,
    at: usize,
) -> Result<Expanded, SyntaxError> {
    let found = MACROS.iter().find(|(it, count, ..)| *it == name && *count == args.len());
    let Some((.., count, how)) = found else {
        return Ok(Expanded::Method(of, args));
    };
    let wrong = |at| {
        let message = format!("argument to {name}() macro must be a simple identifier");
        SyntaxError { at, message }
    };
    let mut names: Vec<Text> = Vec::new();
    for arg in args.drain(..*count) {
        match arg.kind {
            Kind::Name(name) if !names.contains(&name) => names.push(name),
            _ => return Err(wrong(arg.at)),
        }
    }
    let body = args.pop().ok_or_else(|| wrong(at))?;
    let fold = Fold { how: *how, range: of, names, keep: args.pop(), body };
    Ok(Expanded::Fold(Expr { kind: Kind::Fold(Box::new(fold)), at }))
}
