//! Evaluation: every step is counted, and there are only so many.

use std::rc::Rc;

use super::functions;
use super::operators::{arithmetic, compare, contains, entries, equal};
use super::syntax::{Access, Call, Expr, Fold, Index, Kind, Literal, Presence, Select};
use super::value::{Evaluated, Fail, Map, Val};
use crate::Text;

mod fold;

/// Evaluates an expression among variables in at most `limit` steps; returns how many it took.
pub(super) fn eval<'a>(
    expr: &Expr,
    variables: &[(&'static str, Val<'a>)],
    limit: u64,
) -> (Evaluated<'a>, u64) {
    let bound = variables.iter().map(|(name, value)| (Text::from(*name), value.clone())).collect();
    let mut machine = Machine { bound, meter: Meter { spent: 0, limit } };
    let result = machine.eval(expr);
    (result, machine.meter.spent)
}

/// Counts steps.
#[derive(Debug)]
pub(super) struct Meter {
    spent: u64,
    limit: u64,
}

impl Meter {
    /// Counts steps.
    ///
    /// # Errors
    /// [`Fail::Cost`] where they are more than there may be.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Fail> {
        self.spent = self.spent.saturating_add(steps);
        if self.spent > self.limit { Err(Fail::Cost) } else { Ok(()) }
    }

    /// How many steps are left.
    pub(super) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent)
    }
}

struct Machine<'a> {
    /// The variables, the one bound last at the end.
    bound: Vec<(Text, Val<'a>)>,
    meter: Meter,
}

impl<'a> Machine<'a> {
    fn eval(&mut self, expr: &Expr) -> Evaluated<'a> {
        match &expr.kind {
            Kind::Literal(literal) => Ok(of_literal(literal)),
            Kind::Name(name) => self.name(name),
            Kind::Select(select) => self.select(select),
            Kind::Index(index) => self.index(index),
            Kind::Call(call) => self.call(call),
            Kind::And(parts) => self.logical(parts, false),
            Kind::Or(parts) => self.logical(parts, true),
            Kind::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                match self.eval(condition)? {
                    Val::Bool(true) => self.eval(then),
                    Val::Bool(false) => self.eval(otherwise),
                    _ => Err(Fail::NoOverload),
                }
            }
            Kind::List(items) => self.list(items),
            Kind::Map(entries) => self.map(entries),
            Kind::Fold(fold) => self.fold(fold),
        }
    }

    fn name(&mut self, name: &Text) -> Evaluated<'a> {
        self.meter.spend(1)?;
        if let Some((_, value)) = self.bound.iter().rev().find(|(it, _)| it == name) {
            return Ok(value.clone());
        }
        match super::check::type_named(name) {
            Some(_) => Ok(Val::Type(name.clone())),
            None => Err(Fail::other(format!("no such attribute(s): {name}"))),
        }
    }

    fn select(&mut self, select: &Select) -> Evaluated<'a> {
        let of = self.eval(&select.of)?;
        self.meter.spend(u64::from(select.how != Access::Test))?;
        let (of, optional) = match of {
            Val::Optional(None) if select.how == Access::Test => return Ok(Val::Bool(false)),
            Val::Optional(None) => return Ok(Val::Optional(None)),
            Val::Optional(Some(of)) => ((*of).clone(), true),
            of => (of, select.how == Access::Optional),
        };
        let found = member(&of, &Val::Str(select.field.clone()))?;
        match (select.how, found) {
            (Access::Test, found) => Ok(Val::Bool(found.is_some())),
            (_, found) if optional => Ok(Val::optional(found)),
            (_, Some(found)) => Ok(found),
            (_, None) => Err(Fail::other(format!("no such key: {}", select.field))),
        }
    }

    fn index(&mut self, index: &Index) -> Evaluated<'a> {
        let (of, at) = (self.eval(&index.of)?, self.eval(&index.at)?);
        self.meter.spend(1)?;
        let (of, optional) = match of {
            Val::Optional(None) => return Ok(Val::Optional(None)),
            Val::Optional(Some(of)) => ((*of).clone(), true),
            of => (of, index.presence == Presence::Optional),
        };
        let found = match &of {
            Val::List(list) => {
                let number = functions::as_index(&at).ok_or(Fail::NoOverload)?;
                usize::try_from(number).ok().and_then(|it| list.items.get(it).cloned())
            }
            of => member(of, &at)?,
        };
        match found {
            found if optional => Ok(Val::optional(found)),
            Some(found) => Ok(found),
            None if matches!(of, Val::List(_)) => {
                Err(Fail::other(format!("index out of bounds: {}", functions::print(&at))))
            }
            None => Err(Fail::other(format!("no such key: {}", functions::print(&at)))),
        }
    }

    /// Joined by `&&` (`decides` is false) or `||`: what decides makes up for errors.
    fn logical(&mut self, parts: &[Expr], decides: bool) -> Evaluated<'a> {
        let mut failed = None;
        for part in parts {
            match self.eval(part) {
                Ok(Val::Bool(value)) if value == decides => return Ok(Val::Bool(decides)),
                Ok(Val::Bool(_)) => {}
                Ok(_) => failed = failed.or(Some(Fail::NoOverload)),
                Err(Fail::Cost) => return Err(Fail::Cost),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(Val::Bool(!decides)), Err)
    }

    fn list(&mut self, items: &[(Presence, Expr)]) -> Evaluated<'a> {
        self.meter.spend(10)?;
        let mut list = Vec::with_capacity(items.len());
        for (presence, item) in items {
            let value = self.eval(item)?;
            list.extend(unwrapped(value, *presence)?);
        }
        Ok(Val::list(list))
    }

    fn map(&mut self, entries: &[(Presence, Expr, Expr)]) -> Evaluated<'a> {
        self.meter.spend(30)?;
        let mut map = Map::default();
        for (presence, key, value) in entries {
            let (key, value) = (self.eval(key)?, self.eval(value)?);
            if let Some(value) = unwrapped(value, *presence)? {
                insert(&mut map, key, value)?;
            }
        }
        Ok(Val::Map(Rc::new(map)))
    }

    fn call(&mut self, call: &Call) -> Evaluated<'a> {
        let mut args = Vec::with_capacity(call.args.len() + 1);
        if let (Some(target), "or" | "orValue") = (&call.target, call.function.as_str()) {
            return self.alternative(target, call);
        }
        for arg in call.target.iter().chain(&call.args) {
            args.push(self.eval(arg)?);
        }
        self.meter.spend(1)?;
        let result = match (call.function.as_str(), &args[..]) {
            ("!_", [Val::Bool(value)]) => Ok(Val::Bool(!value)),
            ("-_", [Val::Int(value)]) => {
                value.checked_neg().map(Val::Int).ok_or_else(|| Fail::other("integer overflow"))
            }
            ("-_", [Val::Double(value)]) => Ok(Val::Double(-value)),
            ("_==_" | "_!=_", [a, b]) => {
                self.meter.spend(a.weight().min(b.weight()))?;
                let same = equal(a, b)?;
                Ok(Val::Bool(same == (call.function == "_==_")))
            }
            ("_<_" | "_<=_" | "_>_" | "_>=_", [a, b]) => {
                self.meter.spend(a.weight().min(b.weight()))?;
                ordered(&call.function, a, b)
            }
            ("@in", [a, Val::List(list)]) => {
                self.meter.spend(list.items.len() as u64)?;
                contains(&list.items, a).map(Val::Bool)
            }
            ("@in", [a, map]) => member(map, a).map(|it| Val::Bool(it.is_some())),
            ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [a, b]) => {
                self.meter.spend(a.weight().saturating_add(b.weight()))?;
                arithmetic(&call.function, a, b)
            }
            (name, args) => {
                let method = call.target.is_some();
                functions::call(name, method, args, &mut self.meter)
            }
        };
        let result = result?;
        self.meter.spend(result.weight())?;
        Ok(result)
    }

    /// `a.or(b)` and `a.orValue(b)` look at `b` only where `a` has no value.
    fn alternative(&mut self, target: &Expr, call: &Call) -> Evaluated<'a> {
        self.meter.spend(1)?;
        match (self.eval(target)?, &call.args[..], call.function.as_str()) {
            (Val::Optional(Some(value)), [_], "orValue") => Ok((*value).clone()),
            (Val::Optional(Some(value)), [_], _) => Ok(Val::Optional(Some(value))),
            (Val::Optional(None), [other], _) => self.eval(other),
            _ => Err(Fail::NoOverload),
        }
    }
}

fn ordered<'a>(operator: &str, a: &Val<'a>, b: &Val<'a>) -> Evaluated<'a> {
    let not_a_number = |it: &Val<'_>| matches!(it, Val::Double(it) if it.is_nan());
    if not_a_number(a) || not_a_number(b) {
        return Ok(Val::Bool(false));
    }
    let order = compare(a, b).ok_or(Fail::NoOverload)?;
    Ok(Val::Bool(match operator {
        "_<_" => order.is_lt(),
        "_<=_" => order.is_le(),
        "_>_" => order.is_gt(),
        _ => order.is_ge(),
    }))
}

/// The member of a map or object; `None` for one that is not there.
fn member<'a>(of: &Val<'a>, key: &Val<'a>) -> Result<Option<Val<'a>>, Fail> {
    match (of, key) {
        (Val::View(view), Val::Str(name)) => view.find(name),
        (Val::View(_), _) => Ok(None),
        (Val::Map(map), key) => {
            let key = key.key().ok_or(Fail::NoOverload)?;
            Ok(map.0.get(&key).map(|(_, value)| value.clone()))
        }
        _ => Err(Fail::NoOverload),
    }
}

/// An item; none for an optional one without a value.
fn unwrapped(value: Val<'_>, presence: Presence) -> Result<Option<Val<'_>>, Fail> {
    match (presence, value) {
        (Presence::Required, value) => Ok(Some(value)),
        (Presence::Optional, Val::Optional(value)) => Ok(value.map(|it| (*it).clone())),
        (Presence::Optional, _) => Err(Fail::NoOverload),
    }
}

fn insert<'a>(map: &mut Map<'a>, key: Val<'a>, value: Val<'a>) -> Result<(), Fail> {
    let name = key.key().ok_or_else(|| Fail::other("unsupported key type"))?;
    if map.0.contains_key(&name) {
        return Err(Fail::other(format!(
            "insert failed: key {} already exists",
            functions::print(&key)
        )));
    }
    map.0.insert(name, (key, value));
    Ok(())
}

fn of_literal<'a>(literal: &Literal) -> Val<'a> {
    match literal {
        Literal::Null => Val::Null,
        Literal::Bool(value) => Val::Bool(*value),
        Literal::Int(value) => Val::Int(*value),
        // Never made a literal of its own by the parser.
        Literal::Beyond(value) | Literal::Uint(value) => Val::Uint(*value),
        Literal::Double(value) => Val::Double(*value),
        Literal::Str(text) => Val::Str(text.clone()),
        Literal::Bytes(bytes) => Val::Bytes(bytes.as_slice().into()),
    }
}
