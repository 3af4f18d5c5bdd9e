//! The names of months and weekdays, and values that print as them.

use std::any::Any;
use std::rc::Rc;

use crate::helm::go::{Encoded, IntKind, Kind, Named, Object, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine, Parameters};

/// From January.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Sunday.
pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

static MONTH: Named =
    Named { name: "time.Month", kind: Kind::Int(IntKind::Int), item: Type::Any, methods: &[] };
static WEEKDAY: Named =
    Named { name: "time.Weekday", kind: Kind::Int(IntKind::Int), item: Type::Any, methods: &[] };

/// A number that prints as a name.
#[derive(Clone, Copy, Debug)]
struct Name {
    ty: &'static Named,
    number: i64,
    text: &'static str,
}

/// A `time.Month`, from 1.
pub(super) fn month(number: i64) -> Value {
    let name = usize::try_from(number - 1).ok().and_then(|at| MONTHS.get(at));
    Value::Object(Rc::new(Name { ty: &MONTH, number, text: name.unwrap_or(&"") }))
}

/// A `time.Weekday`, from 0, a Sunday.
pub(super) fn weekday(number: i64) -> Value {
    let name = usize::try_from(number).ok().and_then(|at| WEEKDAYS.get(at));
    Value::Object(Rc::new(Name { ty: &WEEKDAY, number, text: name.unwrap_or(&"") }))
}

impl Object for Name {
    fn ty(&self) -> Type {
        Type::Named(self.ty)
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        (name == b"String").then_some(Parameters { fixed: &[], rest: None })
    }

    fn call(&self, _: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        Ok(Value::string(self.text))
    }

    fn text(&self) -> Option<Str> {
        Some(self.text.into())
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::int(self.number))
    }

    fn truth(&self) -> bool {
        self.number != 0
    }

    /// The number below the name.
    fn as_collection(&self) -> Option<Value> {
        Some(Value::int(self.number))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
