//! How many requests of a level are served at once, and how the others wait.

use super::{EXEMPT, Field};

const MAX_QUEUES: i64 = 10_000_000;
/// How many bits of a hash deal a hand out of the queues.
const MAX_HASH_BITS: f64 = 60.0;

pub(super) fn check(name: &str, spec: &Field<'_>) {
    let (kind, limited, exempt) = (spec.field("type"), spec.field("limited"), spec.field("exempt"));
    if (name == EXEMPT) != (kind.str() == "Exempt") {
        kind.invalid("must be 'Exempt' if and only if `name` is 'exempt'");
    }
    match kind.str() {
        "Exempt" => {
            if limited.is_set() {
                limited.forbidden("must be nil if the type is not Limited");
            }
            shares(&exempt);
        }
        "Limited" => {
            if exempt.is_set() {
                exempt.forbidden("must be nil if the type is Limited");
            }
            if limited.is_set() {
                self::limited(&limited);
            } else {
                limited.required("must not be empty when type is Limited");
            }
        }
        _ => kind.not_supported(&["Exempt", "Limited"]),
    }
}

fn shares(level: &Field<'_>) {
    level.field("nominalConcurrencyShares").not_negative();
    let lendable = level.field("lendablePercent");
    if lendable.int().is_some_and(|it| !(0..=100).contains(&it)) {
        lendable.invalid("must be between 0 and 100, inclusive");
    }
}

fn limited(level: &Field<'_>) {
    shares(level);
    level.field("borrowingLimitPercent").not_negative();
    let response = level.field("limitResponse");
    let (kind, queuing) = (response.field("type"), response.field("queuing"));
    match kind.str() {
        "Reject" if queuing.is_set() => {
            queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
        }
        "Queue" if queuing.is_set() => self::queuing(&queuing),
        "Queue" => queuing.required("must not be empty if limited.limitResponse.type is Limited"),
        "Reject" => {}
        _ => kind.not_supported(&["Queue", "Reject"]),
    }
}

fn queuing(queuing: &Field<'_>) {
    let number = |name| queuing.field(name).int().unwrap_or_default();
    let (queues, hand) = (queuing.field("queues"), queuing.field("handSize"));
    if number("queueLengthLimit") <= 0 {
        queuing.field("queueLengthLimit").invalid("must be positive");
    }
    match number("queues") {
        ..=0 => queues.invalid("must be positive"),
        1..=MAX_QUEUES => {}
        _ => queues.invalid("must not be greater than 10000000"),
    }
    match (number("handSize"), number("queues")) {
        (..=0, _) => hand.invalid("must be positive"),
        (size, queues) if size > queues => {
            hand.invalid(&format!("should not be greater than queues ({queues})"));
        }
        (size, queues) if entropy_bits(queues, size) > MAX_HASH_BITS => hand.invalid(&format!(
            "required entropy bits of deckSize {queues} and handSize {size} should not be \
             greater than 60"
        )),
        _ => {}
    }
}

/// `shufflesharding.RequiredEntropyBits`.
fn entropy_bits(deck: i64, hand: i64) -> f64 {
    let number = |it: i64| f64::from(i32::try_from(it).unwrap_or(i32::MAX));
    (number(deck).log2() * number(hand)).ceil()
}
