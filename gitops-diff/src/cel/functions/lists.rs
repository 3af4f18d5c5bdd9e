//! Methods of lists: Kubernetes' own and those of the lists extension (version 3).

use std::cmp::Ordering;

use super::{as_index, int};
use crate::cel::eval::Meter;
use crate::cel::operators::{arithmetic, compare, contains, equal};
use crate::cel::value::{Evaluated, Fail, List, Val};

/// Calls a method; `None` where lists have none of that name.
pub(super) fn call<'a>(
    name: &str,
    list: &List<'a>,
    args: &[Val<'a>],
    meter: &mut Meter,
) -> Option<Evaluated<'a>> {
    let items = &list.items[..];
    Some(match (name, args) {
        ("isSorted", []) => is_sorted(items).map(Val::Bool),
        ("sum", []) => sum(items),
        ("min", []) => extreme(items, Ordering::Less, "min"),
        ("max", []) => extreme(items, Ordering::Greater, "max"),
        ("indexOf", [value]) => place(items.iter().enumerate(), value),
        ("lastIndexOf", [value]) => place(items.iter().enumerate().rev(), value),
        ("join", []) => join(items, ""),
        ("join", [Val::Str(by)]) => join(items, by),
        ("slice", [from, to]) => slice(items, as_index(from)?, as_index(to)?),
        ("flatten", []) => flatten(items, 1, meter).map(Val::list),
        ("flatten", [depth]) => match as_index(depth)? {
            depth if depth < 0 => Err(Fail::other("level must be non-negative")),
            depth => flatten(items, depth, meter).map(Val::list),
        },
        ("distinct", []) => distinct(items, meter),
        ("reverse", []) => Ok(Val::list(items.iter().rev().cloned().collect())),
        ("first", []) => Ok(Val::optional(items.first().cloned())),
        ("last", []) => Ok(Val::optional(items.last().cloned())),
        ("sort", []) => sort(items, meter),
        _ => return None,
    })
}

/// The numbers from 0 up to one.
pub(super) fn range<'a>(args: &[Val<'a>], meter: &mut Meter) -> Option<Evaluated<'a>> {
    let [end] = args else { return None };
    let end = as_index(end)?;
    let steps = u64::try_from(end).unwrap_or(0);
    if meter.left() < steps {
        return Some(Err(Fail::Cost));
    }
    Some(meter.spend(steps).map(|()| Val::list((0..end).map(Val::Int).collect())))
}

fn order(a: &Val<'_>, b: &Val<'_>) -> Result<Ordering, Fail> {
    compare(a, b).ok_or(Fail::NoOverload)
}

fn is_sorted(items: &[Val<'_>]) -> Result<bool, Fail> {
    for pair in items.windows(2) {
        if order(&pair[0], &pair[1])?.is_gt() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn sum<'a>(items: &[Val<'a>]) -> Evaluated<'a> {
    let Some((first, rest)) = items.split_first() else {
        return Ok(Val::Int(0));
    };
    if !matches!(first, Val::Int(_) | Val::Uint(_) | Val::Double(_) | Val::Duration(_)) {
        return Err(Fail::NoOverload);
    }
    rest.iter().try_fold(first.clone(), |sum, it| arithmetic("_+_", &sum, it))
}

fn extreme<'a>(items: &[Val<'a>], wanted: Ordering, name: &str) -> Evaluated<'a> {
    let Some((first, rest)) = items.split_first() else {
        return Err(Fail::other(format!("{name} called on empty list")));
    };
    let mut best = first;
    for item in rest {
        if order(item, best)? == wanted {
            best = item;
        }
    }
    Ok(best.clone())
}

fn place<'i, 'a: 'i>(
    items: impl Iterator<Item = (usize, &'i Val<'a>)>,
    value: &Val<'a>,
) -> Evaluated<'a> {
    for (at, item) in items {
        if equal(item, value)? {
            return Ok(int(at));
        }
    }
    Ok(Val::Int(-1))
}

fn join<'a>(items: &[Val<'a>], by: &str) -> Evaluated<'a> {
    let text = |it: &Val<'a>| match it {
        Val::Str(text) => Ok(text.to_string()),
        _ => Err(Fail::NoOverload),
    };
    let texts: Result<Vec<String>, Fail> = items.iter().map(text).collect();
    Ok(Val::str(texts?.join(by)))
}

fn slice<'a>(items: &[Val<'a>], from: i64, to: i64) -> Evaluated<'a> {
    let place = |it: i64| usize::try_from(it).ok();
    let found = place(from).zip(place(to)).and_then(|(from, to)| items.get(from..to));
    let found = found.ok_or_else(|| {
        Fail::other(format!("cannot slice({from}, {to}), list is length {}", items.len()))
    })?;
    Ok(Val::list(found.to_vec()))
}

fn flatten<'a>(items: &[Val<'a>], depth: i64, meter: &mut Meter) -> Result<Vec<Val<'a>>, Fail> {
    meter.spend(items.len() as u64)?;
    let mut flat = Vec::new();
    for item in items {
        match item {
            Val::List(list) if depth > 0 => flat.extend(flatten(&list.items, depth - 1, meter)?),
            other => flat.push(other.clone()),
        }
    }
    Ok(flat)
}

fn distinct<'a>(items: &[Val<'a>], meter: &mut Meter) -> Evaluated<'a> {
    let mut kept: Vec<Val<'a>> = Vec::new();
    for item in items {
        meter.spend(kept.len() as u64)?;
        if !contains(&kept, item)? {
            kept.push(item.clone());
        }
    }
    Ok(Val::list(kept))
}

fn sort<'a>(items: &[Val<'a>], meter: &mut Meter) -> Evaluated<'a> {
    let count = items.len() as u64;
    meter.spend(count.saturating_mul(u64::from(count.max(1).ilog2()) + 1))?;
    for pair in items.windows(2) {
        order(&pair[0], &pair[1])?;
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(Val::list(sorted))
}
