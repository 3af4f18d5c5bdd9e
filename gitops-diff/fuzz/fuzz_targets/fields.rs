//! Any JSON is no `FieldsV1`, or a set that reads back from what is written and keeps the laws of
//! sets.
#![no_main]

use gitops_diff::{FieldSet, ManagedFields, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    if let Ok(managed) = ManagedFields::read(&value) {
        let mut object = gitops_diff::Map::new();
        managed.write(&mut object);
        assert_eq!(
            ManagedFields::read(&object.into()).expect("what is written reads back").len(),
            managed.len()
        );
    }
    let Ok(set) = FieldSet::from_value(&value) else { return };
    let again = FieldSet::from_value(&set.to_value()).expect("what is written reads back");
    assert_eq!(again, set);
    assert_eq!(set.union(&set), set);
    assert_eq!(set.intersection(&set), set);
    assert!(set.difference(&set).is_empty());
    assert_eq!(set.paths().len(), set.len());
    for path in set.paths() {
        assert!(set.has(&path));
    }
});
