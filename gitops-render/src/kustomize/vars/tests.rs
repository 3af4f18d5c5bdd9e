use super::*;
use crate::kustomize::node::tests::tree;

fn check(text: &str, expected: &str) {
    let values = BTreeMap::from([
        ("I".into(), Value::Int(12)),
        ("F".into(), Value::Float(1500.0)),
        ("B".into(), Value::Bool(true)),
        ("S".into(), Value::Text("1".into())),
        ("C".into(), Value::Compound),
    ]);
    let mut node = tree(text);
    let mut unused = values.keys().cloned().collect();
    let result = replace(&mut node, &values, &mut unused).and_then(|()| node.yaml());
    assert_eq!(result.map_err(|it| it.message).unwrap_or_else(|it| it), expected, "{text}");
}

#[test]
fn names_are_replaced_and_keep_the_type_of_their_value() {
    check("'$(I)'", "12\n");
    check("'a$(I)b$(F)c$(B)'", "a12b1500ctrue\n");
    check("'$(F)'", "1500\n");
    check("'$(B)'", "true\n");
    check("'$(S)'", "\"1\"\n");
    check("'$(C)'", "$(C)\n");
    check("'$(X) $$(I) $x $( $'", "$(X) $(I) $x $( $\n");
    check("[$(I), b]", "- 12\n- b\n");
    check("{a: $(I), b: [$(I)], c: 5}", "a: 12\nb:\n- $(I)\nc: 5\n");
    check("5", "5\n");
}

#[test]
fn what_is_no_text_is_refused() {
    check("[1]", "invalid value type expect a string");
    check("[[a]]", "invalid value type expect a string");
    check("{1: a}", "invalid map key: value='1', tag='!!int'");
}

#[test]
fn numbers_in_texts_have_go_s_exponents() {
    let text = |number| {
        let mut value = |_: &str| Some(Value::Float(number));
        match expand("a$(F)", &mut value) {
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(text(1e21), "a1e+21");
    assert_eq!(text(1.5e-7), "a1.5e-07");
    assert_eq!(text(0.0001), "a0.0001");
    assert_eq!(text(1e20), "a100000000000000000000");
}
