//! `range`.

use super::{Flow, Frame};
use crate::helm::go::{Map, Str, Value};
use crate::helm::gofmt::append_value;
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::Branch;
use crate::helm::gotemplate::operand::{Operand, item_type};

impl<'t> Frame<'_, '_, 't> {
    pub(super) fn range(&mut self, dot: &Operand, branch: &'t Branch) -> Result<Flow, Fault> {
        let mark = self.machine.variables.len();
        let value = self.pipeline(dot, &self.code[branch.head.pipe])?.value;
        if !self.rounds(branch, &value)?
            && let Some(list) = branch.otherwise
        {
            let flow = super::super::stack::grow(|| self.list(dot, list))?;
            self.machine.variables.truncate(mark);
            return Ok(flow);
        }
        self.machine.variables.truncate(mark);
        Ok(Flow::Next)
    }

    /// Runs the body for each item; whether there was any.
    fn rounds(&mut self, branch: &'t Branch, value: &Value) -> Result<bool, Fault> {
        match value {
            Value::Nil => Ok(false),
            Value::Object(object) if object.as_collection().is_some() => {
                let collection = object.as_collection().unwrap_or_default();
                self.one_variable(branch, value, &collection)?;
                self.rounds(branch, &collection)
            }
            Value::Int(count, kind) => {
                self.one_variable(branch, value, value)?;
                let item = |n| Operand::plain(Value::Int(n, *kind));
                self.all(branch, (0..*count).map(|n| (Operand::default(), item(n))))
            }
            Value::List(list) => {
                let item = |n: usize| Operand::element(list[n].clone(), *list.item);
                self.all(branch, (0..list.len()).map(|n| (index(n), item(n))))
            }
            Value::Bytes(bytes) => {
                let item = |n: usize| Operand::plain(byte(bytes[n]));
                self.all(branch, (0..bytes.len()).map(|n| (index(n), item(n))))
            }
            Value::Map(map) => self.entries(branch, map),
            _ => {
                let mut text = b"range can't iterate over ".to_vec();
                append_value(&mut text, value, self.machine.room())?;
                Err(self.error(text))
            }
        }
    }

    /// Numbers, which may be shown by a name, have nothing to give to a second variable.
    fn one_variable(&self, branch: &Branch, shown: &Value, number: &Value) -> Result<(), Fault> {
        if self.code[branch.head.pipe].decl.len() < 2 || !matches!(number, Value::Int(..)) {
            return Ok(());
        }
        let mut text = b"can't use ".to_vec();
        append_value(&mut text, shown, self.machine.room())?;
        text.extend_from_slice(b" to iterate over more than one variable");
        Err(self.error(text))
    }

    /// Over the entries that the map has now: the body may change it.
    fn entries(&mut self, branch: &'t Branch, map: &Map) -> Result<bool, Fault> {
        let item = item_type(map.ty);
        let bytes = map.len().saturating_mul(Map::ENTRY);
        self.machine.charge(bytes).map_err(|fault| self.stop(fault))?;
        let entry = |(key, value): (&Str, &Value)| {
            map.note_read(key, Some(value), false);
            (key.clone(), value.clone())
        };
        let entries: Vec<(Str, Value)> = map.entries().iter().map(entry).collect();
        let entry = |(key, value)| (Operand::plain(Value::Str(key)), Operand::element(value, item));
        self.all(branch, entries.into_iter().map(entry))
    }

    fn all(
        &mut self,
        branch: &'t Branch,
        items: impl Iterator<Item = (Operand, Operand)>,
    ) -> Result<bool, Fault> {
        let mark = self.machine.variables.len();
        let mut any = false;
        for (index, item) in items {
            any = true;
            self.step()?;
            self.set_range_variables(branch, index, &item)?;
            let flow = super::super::stack::grow(|| self.list(&item, branch.list))?;
            self.machine.variables.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    /// The first of two variables is the index, a single one the item.
    fn set_range_variables(
        &mut self,
        branch: &'t Branch,
        index: Operand,
        item: &Operand,
    ) -> Result<(), Fault> {
        let top = self.machine.variables.len();
        let pipe = &self.code[branch.head.pipe];
        match self.code[pipe.decl] {
            [] => {}
            [name] if pipe.is_assign => self.assign(name, item.clone())?,
            [first, second, ..] if pipe.is_assign => {
                self.assign(first, index)?;
                self.assign(second, item.clone())?;
            }
            [_] => self.machine.variables[top - 1].value = item.clone(),
            _ => {
                self.machine.variables[top - 2].value = index;
                self.machine.variables[top - 1].value = item.clone();
            }
        }
        Ok(())
    }
}

fn index(n: usize) -> Operand {
    Operand::plain(Value::int(i64::try_from(n).unwrap_or(i64::MAX)))
}

fn byte(byte: u8) -> Value {
    Value::Int(byte.into(), crate::helm::go::IntKind::Uint8)
}
