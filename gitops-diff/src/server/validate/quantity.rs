//! Quantities: amounts of cpu, memory and all that can be counted.

use std::ops::Add;

use super::field::Field;
use crate::Value;
use crate::merge::quantity::nanos;

const NANOS: i128 = 1_000_000_000;

/// An amount, exact to a billionth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(i128);

impl Quantity {
    /// Reads a quantity; what is none, or too large, is zero: the server has refused it before.
    pub(crate) fn of(value: &Value) -> Self {
        Self(nanos(value).unwrap_or_default())
    }

    /// The quantity of the member `name`, where there is one.
    pub(crate) fn member(value: &Value, name: &str) -> Option<Self> {
        value.get(name).filter(|it| !it.is_null()).map(Self::of)
    }

    /// How many billionths it is.
    pub(crate) fn nanos(self) -> i128 {
        self.0
    }

    /// Whether it is more than `most` divided by `least`; nothing is more than what is divided by
    /// nothing.
    pub(crate) fn exceeds(self, most: Self, least: Self) -> bool {
        let (product, most) = (self.0.saturating_mul(least.0), most.0.saturating_mul(NANOS));
        least.0 != 0 && if least.0 > 0 { product > most } else { product < most }
    }

    /// Whether it is a whole number (of thousandths, rounded up, as the server looks at it).
    pub(crate) fn is_whole(self) -> bool {
        let milli = self.0 / 1_000_000 + i128::from(self.0 % 1_000_000 > 0);
        milli % 1000 == 0
    }
}

impl Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A quantity must not be negative.
pub(crate) fn check_not_negative(field: &Field<'_>) {
    if Quantity::of(field.value) < Quantity::default() {
        field.invalid("must be greater than or equal to 0");
    }
}

/// A quantity must be greater than zero.
pub(crate) fn check_positive(field: &Field<'_>) {
    if Quantity::of(field.value) <= Quantity::default() {
        field.invalid("must be greater than zero");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_compare_by_amount() {
        let of = |text: &str| Quantity::of(&Value::from(text));
        assert_eq!(of("1"), of("1000m"));
        assert_eq!(Quantity::of(&Value::Int(1024)), of("1Ki"));
        assert!(of("-1") < Quantity::default() && of("1Gi") > of("1G"));
        assert!(of("2").exceeds(of("3"), of("2")) && !of("1500m").exceeds(of("3"), of("2")));
        assert!(!of("2").exceeds(of("3"), of("0")));
        for (text, expected) in [("1", true), ("1500m", false), ("2000m", true), ("1u", false)] {
            assert_eq!(of(text).is_whole(), expected, "{text}");
        }
    }
}
