//! Whatever happens to what lives, and however it is written: a quick look at its text, at what is
//! packed of it, and a whole comparison never contradict one another.
//!
//! The first line is what is declared; the bytes after it edit what a server makes of that, and
//! the text of it.
#![no_main]

use gitops_diff::merge::{Apply, Force};
use gitops_diff::{
    Differ, Drift, Expected, Inventory, Object, Observed, Packed, Value, Verdict, predict,
};
use libfuzzer_sys::fuzz_target;

/// The bytes that decide what happens; zeros when they are spent.
struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }
}

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|it| *it == b'\n').unwrap_or(data.len());
    let Ok(desired) = serde_json::from_slice::<Object>(&data[..end]) else { return };
    let mut bytes = Bytes(data[(end + 1).min(data.len())..].iter());
    let drift = Drift::default();
    let Some(mut live) = applied(&drift, &desired) else { return };
    for _ in 0..bytes.next() % 4 {
        edit(&mut live, &mut bytes);
    }
    let text = written(&live, &mut bytes);
    let expected = Expected::new(&drift.schema, &drift.manager, &desired);
    let verdict = expected.holds_json(text.as_bytes());
    let read = serde_json::from_str::<Value>(&text);
    let packed = Packed::from_json(text.as_bytes());
    assert_eq!(read.is_ok(), packed.is_ok(), "{text}");
    let (Ok(read), Ok(packed)) = (read, packed) else {
        return assert_eq!(verdict, Verdict::LookCloser, "{text}");
    };
    assert_eq!(packed, Packed::try_from(&read).expect("it is small"), "{text}");
    assert_eq!(expected.holds(&packed), verdict, "{text}");
    let Ok(live) = Object::new(read) else { return };
    if verdict == Verdict::InSync && live.id() == desired.id() {
        let observed: Observed = [live].into_iter().collect();
        let all = [desired.clone()].into_iter().collect();
        let plan = drift.diff(&all, &observed, &Inventory::new()).expect("one object is no limit");
        assert_eq!(plan.unchanged, [desired.id().clone()], "{text}");
    }
});

fn applied(drift: &Drift, desired: &Object) -> Option<Value> {
    let (desired, manager) = (desired.body(), &*drift.manager);
    let now = "2026-01-01T00:00:00Z";
    let apply = Apply { live: None, desired, manager, force: Force::Yes, subresource: None, now };
    predict(&drift.schema, &apply).ok()
}

/// Changes one place, reached by as many bytes as it is deep.
fn edit(value: &mut Value, bytes: &mut Bytes<'_>) {
    let (at, what) = (usize::from(bytes.next()), bytes.next());
    let goes_on = what % 4 != 0;
    match value {
        Value::List(items) if goes_on && !items.is_empty() => {
            let at = at % items.len();
            edit(&mut items[at], bytes);
        }
        Value::Map(members) if goes_on && !members.is_empty() => {
            let at = at % members.len();
            if let Some((_, value)) = members.iter_mut().nth(at) {
                edit(value, bytes);
            }
        }
        Value::List(items) if what & 4 == 0 => {
            let first = items.first().cloned();
            if at % 2 == 0 { items.extend(first) } else { items.reverse() }
        }
        Value::Map(members) if what & 4 == 0 => {
            let name = members.keys().nth(at % members.len().max(1)).cloned();
            name.and_then(|it| members.remove(&it));
        }
        other => *other = scalar(at, bytes.next()),
    }
}

fn scalar(at: usize, byte: u8) -> Value {
    let texts = [
        "null",
        "0",
        "1",
        "-0",
        "0.0",
        "1e2",
        "1.5",
        "\"\"",
        "\"app\"",
        "[]",
        "{}",
        "true",
        "80",
        "\"1000m\"",
        "\"1\"",
        "9223372036854775807",
        "18446744073709551615",
        "\"Apply\"",
        "\"v1\"",
    ];
    match texts.get(at % (texts.len() + 1)) {
        Some(text) => serde_json::from_str(text).expect("they are JSON"),
        None => char::from(byte).to_string().into(),
    }
}

/// JSON of a value as somebody might write it: spaces, escapes, members in another order or twice.
fn written(value: &Value, bytes: &mut Bytes<'_>) -> String {
    let space = [" ", "", "\t", "\n", "", "\r", "", ""];
    let mut gap = space[usize::from(bytes.next() % 8)].to_owned();
    match value {
        Value::Str(text) => gap += &quoted(text, bytes),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|it| written(it, bytes)).collect();
            gap += &format!("[{}]", items.join(","));
        }
        Value::Map(members) => {
            let member = |(name, value): (&gitops_diff::Text, &Value)| {
                format!("{}:{}", quoted(name, bytes), written(value, bytes))
            };
            let mut members: Vec<String> = members.iter().map(member).collect();
            match bytes.next() % 8 {
                1 => members.reverse(),
                2 => members.extend(members.first().cloned()),
                3 => {
                    let last = members.pop().map(|it| format!("\"x\":1,{it}"));
                    members.extend(last);
                }
                4 => members.insert(0, "\"metadata\":null".into()),
                _ => {}
            }
            gap += &format!("{{{}}}", members.join(","));
        }
        other => gap += &serde_json::to_string(other).expect("it is JSON"),
    }
    gap
}

fn quoted(text: &str, bytes: &mut Bytes<'_>) -> String {
    match bytes.next() % 8 {
        1 => {
            let units = text.encode_utf16().map(|it| format!("\\u{it:04x}"));
            format!("\"{}\"", units.collect::<String>())
        }
        _ => serde_json::to_string(text).expect("it is JSON"),
    }
}
