//! Arithmetic on floats through decimals, as shopspring/decimal v1.4 does it: `mulf 1.1 3` is 3.3.

use num_bigint::{BigInt, Sign};

use super::cast::to_float64;
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function};
use crate::yaml::number::shortest;

const A: Type = Type::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("add1f", &[A], |_, args| {
        computed(to_float64(&args[0]), &[Value::int(1)], Decimal::plus)
    }),
    Function::variadic("addf", &[], A, |_, args| computed(0.0, args, Decimal::plus)),
    Function::variadic("subf", &[A], A, |_, args| {
        computed(to_float64(&args[0]), &args[1..], Decimal::minus)
    }),
    Function::variadic("divf", &[A], A, |_, args| {
        computed(to_float64(&args[0]), &args[1..], Decimal::over)
    }),
    Function::variadic("mulf", &[A], A, |_, args| {
        computed(to_float64(&args[0]), &args[1..], |a, b| Ok(a.times(b)))
    }),
];

type Operation = fn(Decimal, Decimal) -> Result<Decimal, Fault>;

fn computed(first: f64, rest: &[Value], apply: Operation) -> Result<Value, Fault> {
    let mut result = Decimal::of(first)?;
    for value in rest {
        result = apply(result, Decimal::of(to_float64(value))?)?;
    }
    Ok(Value::Float(result.to_float()))
}

/// `digits` · 10 to the power of `exponent`.
struct Decimal {
    digits: BigInt,
    exponent: i64,
}

/// Places behind the point that a division keeps.
const PRECISION: i64 = 16;

impl Decimal {
    /// The shortest decimal that reads as `value`.
    fn of(value: f64) -> Result<Self, Fault> {
        if !value.is_finite() {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(Fault::new(format!("Cannot create a Decimal from {name}")));
        }
        let text = shortest(value);
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        let places = mantissa.split_once('.').map_or(0, |(_, places)| places.len());
        let digits: i64 = mantissa.replace('.', "").parse().unwrap_or_default();
        let power: i64 = power.parse().unwrap_or_default();
        let exponent = power - i64::try_from(places).unwrap_or_default();
        Ok(Self { digits: digits.into(), exponent: if digits == 0 { 0 } else { exponent } })
    }

    fn to_float(&self) -> f64 {
        let value: f64 = format!("{}e{}", self.digits, self.exponent).parse().unwrap_or_default();
        if value == 0.0 { 0.0 } else { value }
    }

    #[expect(clippy::unnecessary_wraps, reason = "one signature for all operations")]
    fn plus(self, other: Self) -> Result<Self, Fault> {
        let exponent = self.exponent.min(other.exponent);
        let digits = self.scaled(exponent) + other.scaled(exponent);
        Ok(Self { digits, exponent })
    }

    fn minus(self, other: Self) -> Result<Self, Fault> {
        self.plus(Self { digits: -other.digits, ..other })
    }

    fn times(self, other: Self) -> Self {
        Self { digits: self.digits * other.digits, exponent: self.exponent + other.exponent }
    }

    /// To [`PRECISION`] places, half away from zero.
    fn over(self, other: Self) -> Result<Self, Fault> {
        if other.digits.sign() == Sign::NoSign {
            return Err(Fault::new("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + PRECISION;
        let negative = (self.digits.sign() == Sign::Minus) != (other.digits.sign() == Sign::Minus);
        let (above, below) = if shift < 0 {
            (self.digits, other.digits * ten(-shift))
        } else {
            (self.digits * ten(shift), other.digits)
        };
        let mut digits = &above / &below;
        let rest = above - &digits * &below;
        if BigInt::from(rest.magnitude() * 2_u32) >= BigInt::from(below.magnitude().clone()) {
            digits += if negative { -1 } else { 1 };
        }
        Ok(Self { digits, exponent: -PRECISION })
    }

    fn scaled(self, exponent: i64) -> BigInt {
        self.digits * ten(self.exponent - exponent)
    }
}

fn ten(power: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap_or_default())
}
