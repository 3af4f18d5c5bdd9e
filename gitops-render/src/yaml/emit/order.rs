//! The order of keys: go-yaml's `keyList.Less` (`sorter.go`).

use crate::yaml::Dialect;

/// The order of keys under a dialect.
///
/// The comparison of v2 is no strict order (`1a < 2 < 12 < 1a`), and what Go prints for such keys
/// depends on chance. A merge sort over the order of bytes always ends, and in the same way.
#[derive(Clone, Copy)]
pub(super) struct Order(pub(super) Dialect);

type Member<'a, T> = (&'a str, &'a T);

impl Order {
    /// Puts members in the order of their keys.
    pub(super) fn sort<T>(self, members: &mut [Member<'_, T>]) {
        if members.windows(2).all(|pair| !self.less(pair[1].0, pair[0].0)) {
            return;
        }
        members.sort_by(|a, b| a.0.cmp(b.0));
        let sorted = self.merge_sorted(members.to_vec());
        members.copy_from_slice(&sorted);
    }

    fn merge_sorted<T>(self, members: Vec<Member<'_, T>>) -> Vec<Member<'_, T>> {
        if members.len() < 2 {
            return members;
        }
        let mut left = members;
        let right = self.merge_sorted(left.split_off(left.len() / 2));
        let left = self.merge_sorted(left);
        match (left.last(), right.first()) {
            (Some(last), Some(first)) if !self.less(first.0, last.0) => [left, right].concat(),
            _ => self.merge(&left, &right),
        }
    }

    fn merge<'a, T>(self, left: &[Member<'a, T>], right: &[Member<'a, T>]) -> Vec<Member<'a, T>> {
        let (mut a, mut b) = (left.iter().peekable(), right.iter().peekable());
        let mut merged = Vec::with_capacity(left.len() + right.len());
        while let (Some(first), Some(second)) = (a.peek(), b.peek()) {
            let taken = if self.less(second.0, first.0) { b.next() } else { a.next() };
            merged.extend(taken);
        }
        merged.extend(a);
        merged.extend(b);
        merged
    }

    /// Whether `a` goes before `b`: letters after everything else, runs of digits as numbers.
    fn less(self, a: &str, b: &str) -> bool {
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        // Most keys part at a letter.
        if let (Some(x), Some(y)) = (a.as_bytes().get(same), b.as_bytes().get(same))
            && x.is_ascii_alphabetic()
            && y.is_ascii_alphabetic()
        {
            return x < y;
        }
        let same = (0..=same).rev().find(|at| a.is_char_boundary(*at)).unwrap_or_default();
        let (rest_a, rest_b) = (&a[same..], &b[same..]);
        let (Some(x), Some(y)) = (rest_a.chars().next(), rest_b.chars().next()) else {
            return rest_a.is_empty() && !rest_b.is_empty();
        };
        match (is_letter(x), is_letter(y)) {
            (true, true) => x < y,
            (false, false) => less_digits(&a[..same], rest_a, rest_b).unwrap_or(x < y),
            // Under v3 a number that is over goes before one that goes on.
            (letter, _) => letter == self.is_in_number(&a[..same]),
        }
    }

    fn is_in_number(self, common: &str) -> bool {
        self.0 == Dialect::GoV3 && common.chars().next_back().is_some_and(is_digit)
    }
}

/// Compares the numbers that two different rests behind a common start begin with.
fn less_digits(common: &str, a: &str, b: &str) -> Option<bool> {
    let zero = a.starts_with('0') || b.starts_with('0');
    let mut before = common.chars().rev().take_while(|it| is_digit(*it));
    // A zero behind other digits is a digit of theirs, and no leading one.
    let start = i64::from(zero && before.any(|digit| digit != '0'));
    let ((x, length_x), (y, length_y)) = (number(a, start), number(b, start));
    match (x == y, length_x == length_y) {
        (false, _) => Some(x < y),
        (true, false) => Some(length_x < length_y),
        (true, true) => None,
    }
}

/// The number that `text` begins with behind the digit `start`, and how many digits it has. It
/// wraps at 64 bits as Go's does, and takes digits of other scripts for large ones.
fn number(text: &str, start: i64) -> (i64, usize) {
    let digits = text.chars().take_while(|it| is_digit(*it));
    digits.fold((start, 0), |(number, length), digit| {
        let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
        (number.wrapping_mul(10).wrapping_add(digit), length + 1)
    })
}

/// Go's `unicode.IsDigit`.
fn is_digit(character: char) -> bool {
    let code = u32::from(character);
    let of_other_scripts = || ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&code));
    character.is_ascii_digit() || character.is_numeric() && of_other_scripts()
}

/// The zeros of the scripts of Unicode; each is followed by its nine other digits.
const ZEROS: [u32; 67] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950,
    0x1fbf0,
];

/// Go's `unicode.IsLetter`; the few marks and circled letters that differ are no part of keys.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !character.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort(keys: &[String], dialect: Dialect) -> Vec<String> {
        let mut members: Vec<_> = keys.iter().map(|key| (key.as_str(), &())).collect();
        Order(dialect).sort(&mut members);
        members.into_iter().map(|(key, ())| key.to_owned()).collect()
    }

    #[test]
    fn keys_come_in_natural_order() {
        let common = ["", "_u", "5", "12", "A", "B", "a b"];
        let last = ["b-c", "b.c", "bc", "null", "yes", "é"];
        for (dialect, numbers) in
            [(Dialect::GoV2, ["a1", "a10", "a1b"]), (Dialect::GoV3, ["a1", "a1b", "a10"])]
        {
            let expected: Vec<&str> = [&common[..], &numbers, &last].concat();
            let mut keys: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
            keys.sort_unstable();
            assert_eq!(sort(&keys, dialect), expected);
            keys.reverse();
            assert_eq!(sort(&keys, dialect), expected);
        }
    }

    #[test]
    fn a_comparison_that_goes_in_a_circle_ends() {
        let order = Order(Dialect::GoV2);
        assert!(order.less("v1a", "v2") && order.less("v2", "v12") && order.less("v12", "v1a"));
        let keys: Vec<String> =
            (0..999).map(|at| format!("{}{}", at % 37, ["", "a"][at % 2])).collect();
        assert_eq!(sort(&keys, Dialect::GoV2).len(), keys.len());
    }
}
