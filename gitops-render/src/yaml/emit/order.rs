//! The order of keys: go-yaml's `keyList.Less` (`sorter.go`).

/// `items` in the order of their keys.
///
/// The comparison is no strict order (`1a < 2 < 12 < 1a`), and what Go prints for such keys
/// depends on chance. A merge sort over the given order always ends, and in the same way.
pub(super) fn sorted<T: Copy>(items: Vec<T>, key: impl Fn(&T) -> &str + Copy) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let mut left = items;
    let right = sorted(left.split_off(left.len() / 2), key);
    let left = sorted(left, key);
    match (left.last(), right.first()) {
        (Some(last), Some(first)) if !less(key(first), key(last)) => [left, right].concat(),
        _ => merge(&left, &right, key),
    }
}

fn merge<T: Copy>(left: &[T], right: &[T], key: impl Fn(&T) -> &str) -> Vec<T> {
    let (mut a, mut b) = (left.iter().peekable(), right.iter().peekable());
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(first), Some(second)) = (a.peek(), b.peek()) {
        let taken = if less(key(second), key(first)) { b.next() } else { a.next() };
        merged.extend(taken);
    }
    merged.extend(a);
    merged.extend(b);
    merged
}

/// Whether `a` goes before `b`: letters after everything else, runs of digits as numbers.
fn less(a: &str, b: &str) -> bool {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let same = (0..=same).rev().find(|at| a.is_char_boundary(*at)).unwrap_or_default();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    let (Some(x), Some(y)) = (rest_a.chars().next(), rest_b.chars().next()) else {
        return rest_a.is_empty() && !rest_b.is_empty();
    };
    match (is_letter(x), is_letter(y)) {
        (true, true) => x < y,
        (true, false) => false,
        (false, true) => true,
        (false, false) => less_digits(&a[..same], rest_a, rest_b).unwrap_or(x < y),
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

    #[test]
    fn keys_come_in_natural_order() {
        let expected = [
            "", "_u", "5", "12", "A", "B", "a b", "a2", "a10", "b-c", "b.c", "bc", "null", "yes",
            "é",
        ];
        let mut keys = expected.to_vec();
        keys.sort_unstable();
        assert_eq!(sorted(keys.clone(), |key| key), expected);
        keys.reverse();
        assert_eq!(sorted(keys, |key| key), expected);
    }

    #[test]
    fn a_comparison_that_goes_in_a_circle_ends() {
        assert!(less("v1a", "v2") && less("v2", "v12") && less("v12", "v1a"));
        let keys: Vec<String> =
            (0..999).map(|at| format!("{}{}", at % 37, ["", "a"][at % 2])).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(sorted(keys.clone(), |key| key).len(), keys.len());
    }
}
