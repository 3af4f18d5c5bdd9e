//! Arithmetic on whole numbers and floats, and lists of numbers (sprig's `numeric.go`).

use std::fmt::Write;

use super::args::int;
use super::cast::{to_float64, to_int64};
use crate::helm::go::{List, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const A: Type = Type::Any;
const I: Type = Type::INT;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("add1", &[A], |_, args| Ok(Value::int64(to_int64(&args[0]).wrapping_add(1)))),
    Function::variadic("add", &[], A, |_, args| Ok(folded(0, args, i64::wrapping_add))),
    Function::new("sub", &[A, A], |_, args| Ok(both(args, i64::wrapping_sub))),
    Function::new("div", &[A, A], |_, args| divided(args, i64::wrapping_div)),
    Function::new("mod", &[A, A], |_, args| divided(args, i64::wrapping_rem)),
    Function::variadic("mul", &[A], A, |_, args| Ok(folded(1, args, i64::wrapping_mul))),
    Function::variadic("max", &[A], A, |_, args| Ok(max(args))),
    Function::variadic("biggest", &[A], A, |_, args| Ok(max(args))),
    Function::variadic("min", &[A], A, |_, args| Ok(reduced(args, i64::min))),
    Function::variadic("maxf", &[A], A, |_, args| Ok(reduced_float(args, max_float))),
    Function::variadic("minf", &[A], A, |_, args| Ok(reduced_float(args, min_float))),
    Function::new("ceil", &[A], |_, args| Ok(Value::Float(to_float64(&args[0]).ceil()))),
    Function::new("floor", &[A], |_, args| Ok(Value::Float(to_float64(&args[0]).floor()))),
    Function::variadic("round", &[A, I], Type::Float64, |_, args| Ok(round(args))),
    Function::new("until", &[I], |machine, args| {
        let stop = int(args, 0);
        range(machine, Steps { start: 0, stop, step: if stop < 0 { -1 } else { 1 } })
    }),
    Function::new("untilStep", &[I, I, I], |machine, args| {
        range(machine, Steps { start: int(args, 0), stop: int(args, 1), step: int(args, 2) })
    }),
    Function::variadic("seq", &[], I, sequence),
];

fn folded(start: i64, args: &[Value], apply: fn(i64, i64) -> i64) -> Value {
    Value::int64(args.iter().map(to_int64).fold(start, apply))
}

fn both(args: &[Value], apply: fn(i64, i64) -> i64) -> Value {
    Value::int64(apply(to_int64(&args[0]), to_int64(&args[1])))
}

fn divided(args: &[Value], apply: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    if to_int64(&args[1]) == 0 {
        return Err(Fault::new("runtime error: integer divide by zero"));
    }
    Ok(both(args, apply))
}

fn max(args: &[Value]) -> Value {
    reduced(args, i64::max)
}

fn reduced(args: &[Value], choose: fn(i64, i64) -> i64) -> Value {
    Value::int64(args.iter().map(to_int64).reduce(choose).unwrap_or_default())
}

fn reduced_float(args: &[Value], choose: fn(f64, f64) -> f64) -> Value {
    Value::Float(args.iter().map(to_float64).reduce(choose).unwrap_or_default())
}

/// `math.Max`, where infinity is above NaN.
fn max_float(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else {
        a.max(b)
    }
}

/// `math.Min`, where negative infinity is below NaN.
fn min_float(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        let least = a == f64::NEG_INFINITY || b == f64::NEG_INFINITY;
        return if least { f64::NEG_INFINITY } else { f64::NAN };
    }
    -max_float(-a, -b)
}

/// To so many places, up from the fraction that the third argument says, `0.5` by default.
fn round(args: &[Value]) -> Value {
    let up_from = match args.get(2) {
        Some(Value::Float(value)) => *value,
        _ => 0.5,
    };
    let power = power_of_ten(int(args, 1));
    let digits = power * to_float64(&args[0]);
    let rounded = if fraction(digits) >= up_from { digits.ceil() } else { digits.floor() };
    Value::Float(rounded / power)
}

/// The second result of `math.Modf`.
fn fraction(value: f64) -> f64 {
    if value.is_infinite() { f64::NAN } else { value - value.trunc() }
}

/// `math.Pow(10, power)`, with the same errors of rounding.
fn power_of_ten(power: i64) -> f64 {
    // 10 = 0.625 · 2⁴
    let (mut mantissa, mut exponent, mut factor, mut doubled) = (1.0_f64, 0_i64, 0.625_f64, 4_i64);
    let mut rest = power.unsigned_abs();
    while rest != 0 {
        if doubled > 1 << 12 {
            exponent += doubled;
            break;
        }
        if rest & 1 == 1 {
            mantissa *= factor;
            exponent += doubled;
        }
        factor *= factor;
        doubled <<= 1;
        if factor < 0.5 {
            factor += factor;
            doubled -= 1;
        }
        rest >>= 1;
    }
    if power < 0 { shifted(1.0 / mantissa, -exponent) } else { shifted(mantissa, exponent) }
}

/// `math.Ldexp`: `value` · 2 to the power of `exponent`, rounded once.
fn shifted(value: f64, exponent: i64) -> f64 {
    let two = |power: i32| 2.0_f64.powi(power);
    match exponent {
        1000.. => {
            value * two(1000) * two(i32::try_from((exponent - 1000).min(1000)).unwrap_or(1000))
        }
        -960..1000 => value * two(i32::try_from(exponent).unwrap_or_default()),
        _ => value * two(-960) * two(i32::try_from((exponent + 960).max(-1000)).unwrap_or(-1000)),
    }
}

/// The numbers from `start` in steps before `stop`.
#[derive(Clone, Copy)]
struct Steps {
    start: i64,
    stop: i64,
    step: i64,
}

impl Steps {
    fn count(self) -> usize {
        let way = i128::from(self.stop) - i128::from(self.start);
        let step = i128::from(self.step);
        if step == 0 || way == 0 || (way < 0) != (step < 0) {
            return 0;
        }
        usize::try_from((way.abs() + step.abs() - 1) / step.abs()).unwrap_or(usize::MAX)
    }

    fn numbers(self) -> impl Iterator<Item = i64> {
        let next = move |last: &i64| Some(last.wrapping_add(self.step));
        std::iter::successors(Some(self.start), next).take(self.count())
    }
}

fn range(machine: &mut Machine<'_>, steps: Steps) -> Result<Value, Fault> {
    machine.charge(steps.count().saturating_mul(size_of::<Value>()))?;
    let numbers = steps.numbers().map(Value::int).collect();
    Ok(Value::List(List::typed(&Type::INT, numbers)))
}

/// As the command `seq` prints it, with spaces.
fn sequence(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (start, step, end) = match args.len() {
        1 => (1, None, int(args, 0)),
        2 => (int(args, 0), None, int(args, 1)),
        3 => (int(args, 0), Some(int(args, 1)), int(args, 2)),
        _ => return Ok(Value::string("")),
    };
    let towards = if end < start { -1 } else { 1 };
    if end < start && step.is_some_and(|step| step > 0) {
        return Ok(Value::string(""));
    }
    let steps = Steps { start, stop: end.wrapping_add(towards), step: step.unwrap_or(towards) };
    let digits = start.to_string().len().max(end.to_string().len());
    let total = steps.count().saturating_mul(digits + 1);
    machine.charge(total)?;
    let mut out = String::with_capacity(total);
    for number in steps.numbers() {
        let space = if out.is_empty() { "" } else { " " };
        let _ = write!(out, "{space}{number}");
    }
    Ok(Value::string(out))
}
