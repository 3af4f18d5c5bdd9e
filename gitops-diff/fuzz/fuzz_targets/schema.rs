//! Any text is no table, or one that reads back from what is written; any JSON is no OpenAPI
//! document and no definition, or a schema.
#![no_main]

use gitops_diff::{Object, Schema, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(schema) = Schema::from_table(text) {
        let table = schema.to_table();
        let again = Schema::from_table(&table).expect("what is written reads back");
        assert_eq!(again.to_table(), table);
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    if let Ok(schema) = Schema::from_openapi([&value], [&value]) {
        Schema::from_table(&schema.to_table()).expect("what is written reads back");
    }
    if let Ok(definition) = Object::new(value) {
        if let Ok(schema) = Schema::empty().with_crd(&definition) {
            Schema::from_table(&schema.to_table()).expect("what is written reads back");
        }
    }
});
