//! Dates and times of TOML. Those without a zone keep that in the name of the one they get.

use crate::helm::go::Value;
use crate::helm::sprig::date::{Time, Zone};

/// The forms in which a time may stand, and the name of the zone of those without one.
const FORMS: [(&[u8], &str); 7] = [
    (b"2006-01-02T15:04:05.999999999Z07:00", ""),
    (b"2006-01-02T15:04:05.999999999", "datetime-local"),
    (b"2006-01-02", "date-local"),
    (b"15:04:05.999999999", "time-local"),
    (b"2006-01-02T15:04Z07:00", ""),
    (b"2006-01-02T15:04", "datetime-local"),
    (b"15:04", "time-local"),
];

/// The time that `text` is, with upper case letters.
pub(super) fn parse(text: &[u8]) -> Option<Value> {
    FORMS.iter().find_map(|(layout, zone)| {
        let time = Time::parse(layout, text).ok()?;
        let time =
            if zone.is_empty() { time } else { time.in_zone(Zone::Fixed((*zone).into(), 0)) };
        Some(has_all_digits(text, layout).then(|| time.into()))
    })?
}

/// Whether the text has what is no digit where the layout has it: Go's reader lets a leading zero
/// be left out.
fn has_all_digits(text: &[u8], layout: &[u8]) -> bool {
    let strict = layout.iter().take_while(|byte| !matches!(byte, b'.' | b'Z'));
    strict.enumerate().all(|(at, byte)| byte.is_ascii_digit() || text.get(at) == Some(byte))
}
