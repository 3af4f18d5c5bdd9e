//! Any text is no path, or one that reads back from what is printed; the same of patterns, of
//! selectors and of ids.
#![no_main]

use gitops_diff::policy::{Labels, Pattern, RulePath};
use gitops_diff::{FieldPath, ObjectId, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(path) = text.parse::<FieldPath>() {
        let again = path.to_string().parse::<FieldPath>().expect("what is printed reads back");
        assert_eq!(again, path);
        let _any = path.server_form();
        let rule = RulePath::from(&path).to_string();
        assert_eq!(rule.parse::<RulePath>().expect("what is printed reads back").to_string(), rule);
    }
    if let Ok(path) = text.parse::<RulePath>() {
        let again = path.to_string().parse::<RulePath>().expect("what is printed reads back");
        assert_eq!(again, path);
    }
    if let Ok(pattern) = text.parse::<Pattern>() {
        assert_eq!(pattern.as_str().parse::<Pattern>().expect("it did before"), pattern);
        let _either = pattern.matches(text);
    }
    assert!(text.len() > 500 || Pattern::exact(text).matches(text));
    if let Ok(labels) = text.parse::<Labels>() {
        assert_eq!(labels.to_string().parse::<Labels>(), Ok(labels));
    }
    if let Ok(id) = text.parse::<ObjectId>() {
        assert_eq!(id.to_string().parse::<ObjectId>(), Ok(id));
    }
    let _pointed = Value::Null.pointer(text);
});
