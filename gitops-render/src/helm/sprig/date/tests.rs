use super::duration::Duration;
use super::time::Time;
use super::zone::Zone;

fn shown(result: Result<Vec<u8>, Vec<u8>>) -> String {
    String::from_utf8(result.unwrap_or_else(|error| error)).unwrap()
}

#[test]
fn times_are_read_as_in_go() {
    for (layout, value, expected) in [
        ("2006-01-02", "2024-02-29", "2024-02-29 00:00:00 +0000 UTC"),
        (
            "2006-01-02T15:04:05Z07:00",
            "2024-01-01T01:02:03.5+05:30",
            "2024-01-01 01:02:03.5 +0530 +0530",
        ),
        ("Jan _2 06 3:04PM", "feb  3 69 12:01AM", "1969-02-03 00:01:00 +0000 UTC"),
        ("2006-002", "2024-060", "2024-02-29 00:00:00 +0000 UTC"),
        ("2006 MST", "2024 CEST", "2024-01-01 00:00:00 +0000 CEST"),
        ("2006 MST", "2024 GMT+3", "2024-01-01 03:00:00 +0300 GMT+3"),
        ("", "", "0000-01-01 00:00:00 +0000 UTC"),
        ("2006-01-02", "2024-13-01", "parsing time \"2024-13-01\": month out of range"),
        ("2006-01-02", "2024-02-30", "parsing time \"2024-02-30\": day out of range"),
        ("2006", "x", "parsing time \"x\" as \"2006\": cannot parse \"x\" as \"2006\""),
        ("2006", "2024x", "parsing time \"2024x\": extra text: \"x\""),
        (
            "2006",
            "é",
            "parsing time \"\\xc3\\xa9\" as \"2006\": cannot parse \"\\xc3\\xa9\" as \"2006\"",
        ),
        ("2006-002", "2023-366", "parsing time \"2023-366\": day-of-year out of range"),
        (
            "-0700",
            "-08:00",
            "parsing time \"-08:00\" as \"-0700\": cannot parse \"-08:00\" as \"-0700\"",
        ),
        ("-0700", "-2500", "parsing time \"-2500\": time zone offset hour out of range"),
        ("PM", "pm", "parsing time \"pm\" as \"PM\": cannot parse \"pm\" as \"PM\""),
    ] {
        let found = Time::parse(layout.as_bytes(), value.as_bytes()).map(|time| time.text());
        assert_eq!(shown(found), expected, "{value:?} as {layout:?}");
    }
}

#[test]
fn zones_show_their_own_time() {
    let time = Time::parse(b"2006-01-02 15:04", b"2024-07-01 12:00").unwrap();
    let far = Time::unix(253_402_300_800 + 200 * 86_400);
    for (zone, expected) in [
        ("America/New_York", "2024-07-01 08:00 EDT -04:00"),
        ("Asia/Kolkata", "2024-07-01 17:30 IST +05:30"),
        ("UTC", "2024-07-01 12:00 UTC Z"),
    ] {
        let zone = Zone::named(zone.as_bytes()).unwrap();
        let found = time.in_zone(zone).format(b"2006-01-02 15:04 MST Z07:00");
        assert_eq!(shown(Ok(found)), expected);
    }
    let far = far.in_zone(Zone::named(b"Europe/Rome").unwrap());
    assert_eq!(shown(Ok(far.format(b"2006 MST"))), "10000 CEST");
    for unknown in ["america/new_york", "Nowhere", "../UTC"] {
        assert!(Zone::named(unknown.as_bytes()).is_none(), "{unknown}");
    }
}

#[test]
fn durations_are_read_and_printed_as_in_go() {
    for (text, expected) in [
        ("1h30m", "1h30m0s"),
        ("-1.5h", "-1h30m0s"),
        ("+.5s", "500ms"),
        ("0", "0s"),
        ("1us2ns", "1.002µs"),
        ("9223372036854775807ns", "2562047h47m16.854775807s"),
        ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
        ("", "time: invalid duration \"\""),
        ("-", "time: invalid duration \"-\""),
        ("3", "time: missing unit in duration \"3\""),
        ("1d", "time: unknown unit \"d\" in duration \"1d\""),
    ] {
        let found = Duration::parse(text.as_bytes()).map(|it| it.to_string().into_bytes());
        assert_eq!(shown(found), expected, "{text:?}");
    }
}

#[test]
fn times_are_rounded_from_the_year_one() {
    let time = Time::parse(b"2006-01-02 15:04:05", b"2024-07-03 12:31:00").unwrap();
    let hour = Duration(3_600_000_000_000);
    let shown_at = |time: Time| shown(Ok(time.format(b"01-02 15:04")));
    assert_eq!(shown_at(time.rounded(hour)), "07-03 13:00");
    assert_eq!(shown_at(time.truncated(hour)), "07-03 12:00");
    assert_eq!(shown_at(time.truncated(Duration(24 * 7 * hour.0))), "07-01 00:00");
    assert_eq!(shown_at(time.plus(Duration(-hour.0))), "07-03 11:31");
    assert_eq!(Time::zero().since(&time), Duration(i64::MIN));
}
