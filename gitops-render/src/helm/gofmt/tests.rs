//! Numbers and texts as `strconv` and `fmt` have them.

use super::float::{FloatForm, append_float};
use super::quote::quote_ascii;
use super::{Ascii, NumberError, parse_float, parse_int, parse_uint, quote, quote_rune, unquote};

fn float(value: f64, form: FloatForm, precision: Option<usize>) -> String {
    let mut out = Vec::new();
    append_float(&mut out, value, form, precision);
    String::from_utf8(out).expect("digits are ASCII")
}

#[test]
fn floats_are_as_short_as_tells_them_apart_or_as_long_as_asked() {
    const G: FloatForm = FloatForm::General(b'g');
    const F: FloatForm = FloatForm::Fixed;
    let rows = [
        (100_000.0, G, None, "100000"),
        (1_000_000.0, G, None, "1e+06"),
        (0.0001, G, None, "0.0001"),
        (0.000_01, G, None, "1e-05"),
        (12_345_678.0, G, None, "1.2345678e+07"),
        (5e-324, G, None, "5e-324"),
        (-0.0, G, None, "-0"),
        (100.0, G, Some(2), "1e+02"),
        (0.25, F, Some(1), "0.2"),
        (2.5, F, Some(0), "2"),
        (3.5, F, Some(0), "4"),
        (1e21, F, None, "1000000000000000000000"),
        (0.0, FloatForm::Exponent(b'e'), Some(3), "0.000e+00"),
        (1.0, FloatForm::Exponent(b'E'), None, "1E+00"),
        (1.0, FloatForm::Hex(b'x'), None, "0x1p+00"),
        (1.999, FloatForm::Hex(b'X'), Some(1), "0X1.0P+01"),
        (1.0, FloatForm::Binary, None, "4503599627370496p-52"),
        (f64::NEG_INFINITY, G, None, "-Inf"),
        (f64::NAN, G, None, "NaN"),
    ];
    for (value, form, precision, wanted) in rows {
        assert_eq!(float(value, form, precision), wanted, "{value} {form:?} {precision:?}");
    }
}

#[test]
fn numbers_are_read_with_prefixes_and_underscores_where_the_base_is_open() {
    assert_eq!(parse_int(b"-0x1f", 0), Ok(-31));
    assert_eq!(parse_int(b"017", 0), Ok(15));
    assert_eq!(parse_int(b"017", 10), Ok(17));
    assert_eq!(parse_int(b"1_000", 0), Ok(1000));
    assert_eq!(parse_int(b"1_000", 10), Err(NumberError::Syntax));
    assert_eq!(parse_int(b"1__0", 0), Err(NumberError::Syntax));
    assert_eq!(parse_int(b"-9223372036854775808", 10), Ok(i64::MIN));
    assert_eq!(parse_int(b"9223372036854775808", 10), Err(NumberError::Range));
    assert_eq!(parse_uint(b"18446744073709551615", 10), Ok(u64::MAX));
    assert_eq!(parse_uint(b"+1", 10), Err(NumberError::Syntax));
    assert_eq!(parse_uint(b"0x", 0), Err(NumberError::Syntax));
}

#[test]
fn floats_are_read_as_literals_of_go() {
    let rows: [(&str, Result<f64, NumberError>); 12] = [
        ("1e3", Ok(1000.0)),
        (".5", Ok(0.5)),
        ("1.", Ok(1.0)),
        ("1_0.5", Ok(10.5)),
        ("0x1p-2", Ok(0.25)),
        ("0x1.8p1", Ok(3.0)),
        ("0x1p-1074", Ok(5e-324)),
        ("0x1.00000000000008p0", Ok(1.0)),
        ("+inf", Ok(f64::INFINITY)),
        ("1e400", Err(NumberError::Range)),
        ("0x1", Err(NumberError::Syntax)),
        ("e5", Err(NumberError::Syntax)),
    ];
    for (text, wanted) in rows {
        assert_eq!(parse_float(text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn quoted_texts_read_back_as_what_they_were() {
    let rows: [(&[u8], &str); 4] = [
        (b"a\"b\\c\n\x07", r#""a\"b\\c\n\a""#),
        (b"\xff\xc3\xa9", r#""\xffé""#),
        ("\u{200b}\u{10ffff}".as_bytes(), r#""\u200b\U0010ffff""#),
        (b"\x7f\x00", r#""\x7f\x00""#),
    ];
    for (text, wanted) in rows {
        assert_eq!(String::from_utf8_lossy(&quote(text)), wanted);
        assert_eq!(unquote(wanted.as_bytes()).as_deref(), Ok(text));
    }
    assert_eq!(quote_ascii("é".as_bytes()), b"\"\\u00e9\"");
    assert_eq!(quote_rune(0x263a, Ascii::Any), "'☺'".as_bytes());
    assert_eq!(quote_rune(0x263a, Ascii::Only), b"'\\u263a'");
    assert_eq!(quote_rune(u64::MAX, Ascii::Any), "'\u{fffd}'".as_bytes());
}

#[test]
fn what_no_literal_is_is_refused() {
    for text in ["\"a", "\"\\q\"", "\"\\'\"", "\"\\ud800\"", "\"\\400\"", "\"\\x4\"", "a", ""] {
        assert_eq!(unquote(text.as_bytes()), Err(b"invalid syntax".to_vec()), "{text}");
    }
    assert_eq!(unquote(b"`a\r\nb`"), Ok(b"a\nb".to_vec()));
    assert_eq!(unquote(br#""\101\x41""#), Ok(b"AA".to_vec()));
}
