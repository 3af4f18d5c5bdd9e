//! Macros that go through lists, maps and optional values.

use super::{Evaluated, Fail, Fold, Machine, Map, Rc, Val, entries, insert};
use crate::cel::operators::compare;
use crate::cel::syntax::{Expr, How};
use crate::cel::value::List;

/// An item with what the variables of the macro hold for it.
type Round<'a> = Vec<Val<'a>>;

impl<'a> Machine<'a> {
    pub(super) fn fold(&mut self, fold: &Fold) -> Evaluated<'a> {
        let range = self.eval(&fold.range)?;
        if let How::Optional | How::Flat = fold.how {
            return self.optional(fold, range);
        }
        let rounds = rounds(&range, fold.names.len())?;
        self.meter.spend(rounds.len() as u64)?;
        match fold.how {
            How::All => self.decide(fold, rounds, false),
            How::Exists => self.decide(fold, rounds, true),
            How::ExistsOne => {
                let mut count = 0;
                for round in rounds {
                    count += u32::from(self.holds(fold, &fold.body, round)?);
                }
                Ok(Val::Bool(count == 1))
            }
            How::Filter => self.filter(fold, rounds),
            How::List => self.transform(fold, rounds),
            How::Map | How::Entries => self.transform_map(fold, rounds, &range),
            How::SortBy => self.sort(fold, rounds),
            How::Optional | How::Flat => Err(Fail::NoOverload),
        }
    }

    fn optional(&mut self, fold: &Fold, range: Val<'a>) -> Evaluated<'a> {
        let Val::Optional(value) = range else {
            return Err(Fail::NoOverload);
        };
        let Some(value) = value else {
            return Ok(Val::Optional(None));
        };
        let result = self.with(fold, vec![(*value).clone()], |it| it.eval(&fold.body))?;
        Ok(if fold.how == How::Flat { result } else { Val::optional(Some(result)) })
    }

    /// Evaluates with the variables of the macro bound.
    fn with<T>(
        &mut self,
        fold: &Fold,
        round: Round<'a>,
        then: impl FnOnce(&mut Self) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        self.meter.spend(1)?;
        let count = self.bound.len();
        self.bound.extend(fold.names.iter().cloned().zip(round));
        let result = then(self);
        self.bound.truncate(count);
        result
    }

    fn holds(&mut self, fold: &Fold, condition: &Expr, round: Round<'a>) -> Result<bool, Fail> {
        match self.with(fold, round, |it| it.eval(condition))? {
            Val::Bool(value) => Ok(value),
            _ => Err(Fail::NoOverload),
        }
    }

    /// `all` (decided by the first `false`) and `exists`: what decides makes up for errors.
    fn decide(&mut self, fold: &Fold, rounds: Vec<Round<'a>>, decides: bool) -> Evaluated<'a> {
        let mut failed = None;
        for round in rounds {
            match self.holds(fold, &fold.body, round) {
                Ok(value) if value == decides => return Ok(Val::Bool(decides)),
                Ok(_) => {}
                Err(Fail::Cost) => return Err(Fail::Cost),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(Val::Bool(!decides)), Err)
    }

    fn filter(&mut self, fold: &Fold, rounds: Vec<Round<'a>>) -> Evaluated<'a> {
        let mut kept = Vec::new();
        for round in rounds {
            let item = round.last().cloned().unwrap_or(Val::Null);
            if self.holds(fold, &fold.body, round)? {
                kept.push(item);
            }
        }
        Ok(Val::list(kept))
    }

    fn kept(&mut self, fold: &Fold, round: &Round<'a>) -> Result<bool, Fail> {
        match &fold.keep {
            Some(keep) => self.holds(fold, keep, round.clone()),
            None => Ok(true),
        }
    }

    fn transform(&mut self, fold: &Fold, rounds: Vec<Round<'a>>) -> Evaluated<'a> {
        let mut items = Vec::new();
        for round in rounds {
            if self.kept(fold, &round)? {
                items.push(self.with(fold, round, |it| it.eval(&fold.body))?);
                self.meter.spend(1)?;
            }
        }
        Ok(Val::list(items))
    }

    fn transform_map(
        &mut self,
        fold: &Fold,
        rounds: Vec<Round<'a>>,
        _range: &Val<'a>,
    ) -> Evaluated<'a> {
        let mut map = Map::default();
        for round in rounds {
            if !self.kept(fold, &round)? {
                continue;
            }
            let key = round.first().cloned().unwrap_or(Val::Null);
            let made = self.with(fold, round, |it| it.eval(&fold.body))?;
            if fold.how == How::Map {
                insert(&mut map, key, made)?;
                continue;
            }
            for (key, value) in entries(&made)? {
                insert(&mut map, key, value)?;
            }
        }
        Ok(Val::Map(Rc::new(map)))
    }

    fn sort(&mut self, fold: &Fold, rounds: Vec<Round<'a>>) -> Evaluated<'a> {
        let mut keyed = Vec::new();
        for round in rounds {
            let item = round.last().cloned().unwrap_or(Val::Null);
            keyed.push((self.with(fold, round, |it| it.eval(&fold.body))?, item));
        }
        let steps = keyed.len() as u64;
        self.meter.spend(steps.saturating_mul(u64::from(steps.max(1).ilog2()) + 1))?;
        if keyed.windows(2).any(|it| compare(&it[0].0, &it[1].0).is_none()) {
            return Err(Fail::other("list elements must have the same type"));
        }
        keyed.sort_by(|a, b| compare(&a.0, &b.0).unwrap_or(std::cmp::Ordering::Equal));
        Ok(Val::list(keyed.into_iter().map(|(_, item)| item).collect()))
    }
}

/// What the variables of a macro hold, round by round.
fn rounds<'a>(range: &Val<'a>, names: usize) -> Result<Vec<Round<'a>>, Fail> {
    match range {
        Val::List(list) => Ok(of_list(list, names)),
        Val::Map(_) | Val::View(_) => {
            let rounds = entries(range)?.into_iter();
            Ok(rounds
                .map(|(key, value)| if names == 2 { vec![key, value] } else { vec![key] })
                .collect())
        }
        _ => Err(Fail::NoOverload),
    }
}

fn of_list<'a>(list: &List<'a>, names: usize) -> Vec<Round<'a>> {
    let numbered = (0_i64..).map(Val::Int).zip(list.items.iter().cloned());
    numbered.map(|(at, item)| if names == 2 { vec![at, item] } else { vec![item] }).collect()
}
