//! Two texts as a unified diff, within a limit of work.

use similar::TextDiff;

/// The most work for a diff: lines that differ on one side times those on the other.
const MOST_WORK: usize = 4_000_000;

/// The unified diff of two texts, without a header; `None` where it takes too much work.
pub(super) fn unified(before: &str, after: &str, context: usize) -> Option<String> {
    if work(before, after) > MOST_WORK {
        return None;
    }
    let diff = TextDiff::from_lines(before, after);
    Some(diff.unified_diff().context_radius(context).to_string())
}

/// Bounds the work: what stands equal at both ends costs nothing.
fn work(before: &str, after: &str) -> usize {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
    let head = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[head..], &after[head..]);
    let tails = before.iter().rev().zip(after.iter().rev());
    let tail = tails.take_while(|(one, other)| one == other).count();
    (before.len() - tail).saturating_mul(after.len() - tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_a_long_text_is_found_and_two_long_texts_are_not_compared() {
        let lines = |word: &str| (0..3000).map(|n| format!("{word} {n}\n")).collect::<Vec<_>>();
        let long = |word: &str| lines(word).concat();
        let one = long("a");
        let other = one.replace("a 1500\n", "b\n");
        assert_eq!(unified(&one, &other, 0).unwrap(), "@@ -1501 +1501 @@\n-a 1500\n+b\n");
        assert_eq!(unified(&one, &long("b"), 0), None);
    }
}
