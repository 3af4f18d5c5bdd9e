//! Times, durations and zones as templates hold them.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

use super::calendar::{SINCE_YEAR_ONE, days_since_epoch};
use super::duration::Duration;
use super::time::Time;
use super::zone::Zone;
use super::{encode, names};
use crate::helm::go::{Encoded, IntKind, Kind, Named, Object, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine, Parameters};

static TIME_NAME: Named =
    Named { name: "time.Time", kind: Kind::Struct, item: Type::Any, methods: &[] };
static DURATION_NAME: Named =
    Named { name: "time.Duration", kind: Kind::Int(IntKind::Int64), item: Type::Any, methods: &[] };
static LOCATION_NAME: Named =
    Named { name: "*time.Location", kind: Kind::Ptr, item: Type::Any, methods: &[] };

/// `time.Time`.
pub(crate) const TIME: Type = Type::Named(&TIME_NAME);
/// `time.Duration`.
const DURATION: Type = Type::Named(&DURATION_NAME);
/// `*time.Location`.
const LOCATION: Type = Type::Named(&LOCATION_NAME);

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Object(Rc::new(time))
    }
}

/// The Rust value of an object.
pub(super) fn object<T: 'static>(value: &Value) -> Option<&T> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
}

/// What a method does.
type Method<T> = fn(&T, &[Value]) -> Value;

/// The methods of a type: names, parameters and what they do.
type Methods<T> = &'static [(&'static str, &'static [Type], Method<T>)];

fn parameters<T>(methods: Methods<T>, name: &[u8]) -> Option<Parameters> {
    let (_, fixed, _) = methods.iter().find(|(it, ..)| it.as_bytes() == name)?;
    Some(Parameters { fixed, rest: None })
}

fn invoke<T>(methods: Methods<T>, of: &T, name: &[u8], args: &[Value]) -> Result<Value, Fault> {
    let found = methods.iter().find(|(it, ..)| it.as_bytes() == name);
    let (.., method) = found.expect("because calls ask first which methods there are");
    Ok(method(of, args))
}

const TIME_METHODS: Methods<Time> = &[
    ("Add", &[DURATION], |it, args| it.plus(duration(args, 0)).into()),
    ("AddDate", &[Type::INT, Type::INT, Type::INT], add_date),
    ("After", &[TIME], |it, args| Value::Bool(compare(it, args) == Ordering::Greater)),
    ("Before", &[TIME], |it, args| Value::Bool(compare(it, args) == Ordering::Less)),
    ("Compare", &[TIME], |it, args| Value::int(compare(it, args) as i64)),
    ("Day", &[], |it, _| Value::int(it.civil().day)),
    ("Equal", &[TIME], |it, args| Value::Bool(compare(it, args) == Ordering::Equal)),
    ("Format", &[Type::Str], |it, args| {
        Value::string(it.format(args.first().and_then(Value::as_str).map_or(&[], |it| it)))
    }),
    ("GoString", &[], |it, _| Value::string(it.go_text())),
    ("Hour", &[], |it, _| Value::int(it.civil().hour)),
    ("In", &[LOCATION], |it, args| match object::<Zone>(&args[0]) {
        Some(zone) => it.in_zone(zone.clone()).into(),
        None => it.clone().into(),
    }),
    ("IsDST", &[], |it, _| Value::Bool(it.shown().is_dst)),
    ("IsZero", &[], |it, _| Value::Bool(it.is_zero())),
    ("Local", &[], |it, _| it.in_zone(Zone::Local).into()),
    ("Location", &[], |it, _| Value::Object(Rc::new(it.zone.clone()))),
    ("Minute", &[], |it, _| Value::int(it.civil().minute)),
    ("Month", &[], |it, _| names::month(it.civil().month)),
    ("Nanosecond", &[], |it, _| Value::int(it.nanos)),
    ("Round", &[DURATION], |it, args| it.rounded(duration(args, 0)).into()),
    ("Second", &[], |it, _| Value::int(it.civil().second)),
    ("String", &[], |it, _| Value::string(it.text())),
    ("Sub", &[TIME], |it, args| {
        let other = object::<Time>(&args[0]);
        Value::Object(Rc::new(other.map_or(Duration(0), |other| it.since(other))))
    }),
    ("Truncate", &[DURATION], |it, args| it.truncated(duration(args, 0)).into()),
    ("UTC", &[], |it, _| it.in_zone(Zone::Utc).into()),
    ("Unix", &[], |it, _| Value::int64(it.seconds)),
    ("UnixMicro", &[], |it, _| unix(it, 1_000_000)),
    ("UnixMilli", &[], |it, _| unix(it, 1_000)),
    ("UnixNano", &[], |it, _| unix(it, 1_000_000_000)),
    ("Weekday", &[], |it, _| names::weekday(it.civil().weekday)),
    ("Year", &[], |it, _| Value::int(it.civil().year)),
    ("YearDay", &[], |it, _| Value::int(it.civil().year_day)),
];

fn compare(time: &Time, args: &[Value]) -> Ordering {
    object::<Time>(&args[0]).map_or(Ordering::Equal, |other| time.compare(other))
}

fn duration(args: &[Value], at: usize) -> Duration {
    match &args[at] {
        Value::Int(nanos, _) => Duration(*nanos),
        other => object::<Duration>(other).copied().unwrap_or(Duration(0)),
    }
}

fn unix(time: &Time, per_second: i64) -> Value {
    let part = time.nanos / (1_000_000_000 / per_second);
    Value::int64(time.seconds.wrapping_mul(per_second).wrapping_add(part))
}

fn add_date(time: &Time, args: &[Value]) -> Value {
    let by = |at: usize| match args[at] {
        Value::Int(value, _) => value,
        _ => 0,
    };
    let it = time.civil();
    let (year, month) = (it.year.wrapping_add(by(0)), it.month.wrapping_add(by(1)));
    let days = days_since_epoch(year, month, it.day.wrapping_add(by(2)));
    let clock = (it.hour * 60 + it.minute) * 60 + it.second;
    let local = days.wrapping_mul(super::calendar::DAY).wrapping_add(clock);
    let seconds = time.zone.moment_of(local);
    Time { seconds, is_reading: false, ..time.clone() }.into()
}

impl Object for Time {
    fn ty(&self) -> Type {
        TIME
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        let known = encode::method(name).map(|(parameters, _)| parameters);
        known.or_else(|| parameters(TIME_METHODS, name))
    }

    fn unsuited(&self, name: &[u8]) -> Option<String> {
        encode::unsuited(name)
    }

    fn call(&self, name: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        match encode::method(name) {
            Some((_, method)) => method(self, args),
            None => invoke(TIME_METHODS, self, name, args),
        }
    }

    fn text(&self) -> Option<Str> {
        Some(Time::text(self).into())
    }

    fn go_text(&self) -> Option<Str> {
        Some(Time::go_text(self).into())
    }

    /// As the Go program holds them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let location: Rc<dyn Object> = match &self.zone {
            Zone::Utc => Rc::new(Nowhere),
            zone => Rc::new(zone.clone()),
        };
        let since_year_one = self.seconds.wrapping_add(SINCE_YEAR_ONE);
        vec![
            ("wall", Value::Int(self.nanos, IntKind::Uint64)),
            ("ext", Value::int64(since_year_one)),
            ("loc", Value::Object(location)),
        ]
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::string(self.rfc_3339()))
    }

    fn yaml(&self) -> Encoded {
        Encoded::Scalar(self.rfc_3339())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

const DURATION_METHODS: Methods<Duration> = &[
    ("Abs", &[], |it, _| shared(Duration(it.0.checked_abs().unwrap_or(i64::MAX)))),
    ("Hours", &[], |it, _| floating(it.0, 3_600_000_000_000)),
    ("Microseconds", &[], |it, _| Value::int64(it.0 / 1000)),
    ("Milliseconds", &[], |it, _| Value::int64(it.0 / 1_000_000)),
    ("Minutes", &[], |it, _| floating(it.0, 60_000_000_000)),
    ("Nanoseconds", &[], |it, _| Value::int64(it.0)),
    ("Round", &[DURATION], |it, args| shared(it.rounded(duration(args, 0).0))),
    ("Seconds", &[], |it, _| floating(it.0, 1_000_000_000)),
    ("String", &[], |it, _| Value::string(it.to_string())),
    ("Truncate", &[DURATION], |it, args| shared(it.truncated(duration(args, 0).0))),
];

fn shared(duration: Duration) -> Value {
    Value::Object(Rc::new(duration))
}

/// Whole units and the rest, each as a float, as Go adds them.
#[expect(clippy::cast_precision_loss, reason = "Go loses the same digits")]
fn floating(nanos: i64, unit: i64) -> Value {
    Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
}

impl Object for Duration {
    fn ty(&self) -> Type {
        DURATION
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        parameters(DURATION_METHODS, name)
    }

    fn call(&self, name: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        invoke(DURATION_METHODS, self, name, args)
    }

    fn text(&self) -> Option<Str> {
        Some(self.to_string().into())
    }

    fn json(&self) -> Encoded {
        Encoded::Value(Value::int64(self.0))
    }

    fn yaml(&self) -> Encoded {
        Encoded::Value(Value::string(self.to_string()))
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    /// The number below the name.
    fn as_collection(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

const ZONE_METHODS: Methods<Zone> = &[("String", &[], |it, _| Value::string(it.name()))];

impl Object for Zone {
    fn ty(&self) -> Type {
        LOCATION
    }

    fn method(&self, name: &[u8]) -> Option<Parameters> {
        parameters(ZONE_METHODS, name)
    }

    fn call(&self, name: &[u8], args: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        invoke(ZONE_METHODS, self, name, args)
    }

    /// None of what it is made of is exported.
    fn copied(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(Self::Fixed(Str::default(), 0))))
    }

    fn text(&self) -> Option<Str> {
        Some(self.name())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// No `*time.Location`, which is what a time in UTC has.
#[derive(Debug)]
struct Nowhere;

impl Object for Nowhere {
    fn ty(&self) -> Type {
        LOCATION
    }

    fn call(&self, _: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        Ok(Value::Nil)
    }

    fn is_nil(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
