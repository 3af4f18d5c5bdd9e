//! Tables of expressions: what they evaluate to, and what is wrong with them.

use super::*;

/// Evaluates an expression without variables: `Ok` with the value as text.
fn value(source: &str) -> Result<String, String> {
    let nothing = Environment { variables: BTreeMap::new(), output: Output::Any };
    let program = Program::compile(source, &nothing)?;
    let (result, _) = eval::eval(&program.expr, &[], 1_000_000);
    result.map(|it| functions::print(&it)).map_err(|why| format!("{why:?}"))
}

#[test]
fn expressions_evaluate_as_in_cel_go() {
    // Each holds.
    let cases = include_str!("tests/holds.txt");
    let cases = cases.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
    let wrong = cases.map(|it| (it, value(it))).filter(|(_, it)| it.as_deref() != Ok("true"));
    let wrong: Vec<String> = wrong.map(|(source, it)| format!("{source}: {it:?}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn expressions_fail_as_in_cel_go() {
    let cases = [
        ("1 / 0 == 1", "division by zero"),
        ("1 % 0 == 1", "modulus by zero"),
        ("9223372036854775807 + 1 == 0", "integer overflow"),
        ("-9223372036854775808 - 1 == 0", "integer overflow"),
        ("{'a': 1}.b == 1", "no such key: b"),
        ("{'a': 1}['b'] == 1", "no such key: b"),
        ("[1][1] == 1", "index out of bounds: 1"),
        ("'abc'.charAt(4) == ''", "index out of range: 4"),
        ("'abc'.substring(2, 1) == ''", "invalid substring range. start: 2, end: 1"),
        ("int('x') == 1", "type conversion error"),
        ("quantity('x').sign() == 1", "cannot parse"),
        ("optional.none().value() == 1", "optional.none() dereference"),
        ("[1, 2].slice(1, 3) == []", "cannot slice"),
        ("'%d'.format(['x']) == ''", "no formatting function"),
        ("dyn(1) < dyn('a')", "NoOverload"),
        ("dyn(1) && true", "NoOverload"),
    ];
    for (source, expected) in cases {
        let why = value(source).expect_err(source);
        assert!(why.contains(expected), "{source}: {why}");
    }
}

#[test]
fn what_does_not_compile_is_told_with_its_place() {
    let schema: Value = serde_json::from_str(
        r#"{"type":"object","properties":{
            "i":{"type":"integer"},"s":{"type":"string"},"d":{"type":"number"},
            "l":{"type":"array","items":{"type":"string"}},
            "m":{"type":"object","additionalProperties":{"type":"integer"}},
            "any":{"x-kubernetes-preserve-unknown-fields":true},
            "port":{"x-kubernetes-int-or-string":true},
            "namespace":{"type":"string"},"a-b":{"type":"string"},
            "when":{"type":"string","format":"date-time"}
        }}"#,
    )
    .unwrap();
    let rules = Environment::of_value(&schema).unwrap().expecting(Output::Bool);
    let right = [
        "self.i > 0 && self.s.startsWith('a')",
        "self.port == 1 || self.port == 'http'",
        "self.__namespace__ == 'x' && self.a__dash__b != ''",
        "has(self.i) ? self.i >= oldSelf.i : true",
        "self.l.all(x, x.size() < 5)",
        "self.m.all(k, self.m[k] > 0)",
        "self.m.all(k, v, k != '' && v > 0)",
        "self.when < timestamp('2030-01-01T00:00:00Z')",
        "self.i < self.d",
        "self.?s.orValue('x') == 'x'",
        "self.l.map(x, x + 'y').exists(x, x == 'ay')",
        "type(self.port) == string ? self.port.matches('^[a-z]+$') : self.port < 100",
    ];
    for source in right {
        assert_eq!(compiles(source, &rules), Ok(()), "{source}");
    }
    let wrong = [
        ("self.i >", "1:9: Syntax error"),
        ("self.x > 0", "1:5: undefined field 'x'"),
        ("self.any == 1", "1:5: undefined field 'any'"),
        ("slef.i > 0", "1:1: undeclared reference to 'slef' (in container '')"),
        ("self.i == 'a'", "found no matching overload for '_==_' applied to '(int, string)'"),
        ("self.s == null", "found no matching overload for '_==_' applied to '(string, null)'"),
        (
            "self.i + self.d > 1.0",
            "found no matching overload for '_+_' applied to '(int, double)'",
        ),
        ("self.s.frob()", "undeclared reference to 'frob' (in container '')"),
        ("self.i", "cel expression must evaluate to a bool"),
        ("[1, 'a'].size() == 2", "expected type 'int' but found 'string'"),
        ("self.s.matches('(')", "invalid matches argument"),
        ("duration('1x') == duration('1s')", "invalid duration argument"),
        ("self.i.all(x, true)", "cannot be range of a comprehension"),
        ("has(self)", "invalid argument to has() macro"),
        ("self.l.all(x.y, true)", "must be a simple identifier"),
        ("self.s.startsWith(1)", "applied to 'string.(int)'"),
        ("true ? 1 : 'a'", "found no matching overload for '_?_:_'"),
        ("'unclosed", "Syntax error"),
        ("namespace == 'x'", "reserved identifier"),
        ("size(self.i) == 1", "found no matching overload for 'size' applied to '(int)'"),
    ];
    for (source, expected) in wrong {
        let why = compiles(source, &rules).expect_err(source);
        assert!(why.contains(expected), "{source}: {why}");
    }
}

#[test]
fn hostile_expressions_end() {
    let deep = format!("{}true{}", "(".repeat(300), ")".repeat(300));
    let chain = format!("1{} == 1", " + 1".repeat(5000));
    let members = format!("dyn(1){} == 1", ".a".repeat(5000));
    let list = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let long = "true || ".repeat(20_000);
    let minus = "-".repeat(50_000);
    for source in [deep, chain, members, list, long, minus] {
        assert!(value(&source).is_err(), "{}", &source[..20]);
    }
    // Operators of one kind side by side are not deep.
    assert_eq!(value(&format!("{}true", "true && ".repeat(5000))).as_deref(), Ok("true"));
    let costly = [
        "lists.range(2000000).all(x, true)",
        "lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))",
        "[0,1,2,3,4,5,6,7,8,9].map(a, [0,1,2,3,4,5,6,7,8,9].map(b, [0,1,2,3,4,5,6,7,8,9].map(c, \
         [0,1,2,3,4,5,6,7,8,9].map(d, [0,1,2,3,4,5,6,7,8,9].map(e, [0,1,2,3,4,5,6,7,8,9].map(f, \
         'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')))))).size() == 1",
        "lists.range(500).map(x, 'aaaaaaaaaa').join().replace('', lists.range(900000).map(x, 'b')\
         .join()) == ''",
    ];
    for source in costly {
        assert_eq!(value(source), Err("Cost".into()), "{source}");
    }
}

/// Asks a rule of a value.
fn ask(schema: &str, rule: &str, new: &str, old: OldSelf<'_>) -> Result<Outcome, Fail> {
    let schema = Structural::read(&serde_json::from_str(schema).unwrap()).unwrap();
    let mut environment = Environment::of(&schema, false).unwrap();
    if let OldSelf::Optional(_) = old {
        environment = environment.with_optional_old_self();
    }
    let program = Program::compile(rule, &environment).unwrap_or_else(|it| panic!("{rule}: {it}"));
    let new: Value = serde_json::from_str(new).unwrap();
    program.eval(Subject { of: &schema, root: false, new: &new, old }, 1_000_000).0
}

#[test]
fn rules_see_values_by_their_schema() {
    let schema = r#"{"type":"object","properties":{
        "n":{"type":"number"},"i":{"type":"integer"},"s":{"type":"string"},
        "maybe":{"type":"string","nullable":true},
        "port":{"x-kubernetes-int-or-string":true},
        "if":{"type":"string"},"a.b":{"type":"integer"},
        "when":{"type":"string","format":"date-time"},
        "took":{"type":"string","format":"duration"},
        "data":{"type":"string","format":"byte"},
        "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
        "list":{"type":"array","items":{"type":"string"}},
        "byKey":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
            "items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer"}}}},
        "m":{"type":"object","additionalProperties":{"type":"integer"}},
        "inner":{"type":"object","x-kubernetes-embedded-resource":true,
            "properties":{"spec":{"type":"object","properties":{"x":{"type":"integer"}}}}}
    }}"#;
    let object = r#"{"n":1,"i":2,"s":"text","maybe":null,"port":"http","if":"x","a.b":3,
        "when":"2024-02-29T12:30:00Z","took":"90s","data":"AQI=","set":["b","a"],
        "list":["b","a"],"byKey":[{"k":"x","v":1},{"k":"y","v":2}],"m":{"one":1,"two":2},
        "inner":{"apiVersion":"v1","kind":"K","metadata":{"name":"n","labels":{}},"spec":{"x":1}}}"#;
    let cases = [
        ("self.n == 1.0 && self.n < 1.5", true),
        ("self.i + 1 == 3", true),
        ("has(self.maybe)", false),
        ("has(self.s) && !has(self.inner.metadata.generateName)", true),
        ("self.port == 'http' && type(self.port) == string", true),
        ("self.__if__ == 'x' && self.a__dot__b == 3", true),
        ("self.when.getFullYear() == 2024 && self.when.getDayOfYear() == 59", true),
        ("self.took == duration('1m30s') && self.took.getMinutes() == 1", true),
        ("self.data == b'\\x01\\x02' && size(self.data) == 2", true),
        ("self.set == ['a', 'b']", true),
        ("self.list == ['a', 'b']", false),
        ("(self.set + ['a', 'c']).size() == 3", true),
        ("self.byKey == [self.byKey[1], self.byKey[0]]", true),
        ("(self.byKey + [self.byKey[0]]).size() == 2", true),
        ("self.byKey.exists(it, it.k == 'y' && it.v == 2)", true),
        ("self.m.all(k, self.m[k] < 3) && self.m.exists(k, v, v == 2)", true),
        ("'one' in self.m && !('three' in self.m) && self.m.size() == 2", true),
        ("self.inner.metadata.name == 'n' && self.inner.kind == 'K'", true),
        ("self.inner.spec.x == 1", true),
        ("self.m.?one.orValue(0) + self.m.?none.orValue(10) == 11", true),
        ("self == self", true),
    ];
    for (rule, expected) in cases {
        let outcome = ask(schema, rule, object, OldSelf::Missing);
        assert_eq!(outcome, Ok(Outcome::Bool(expected)), "{rule}");
    }
}

#[test]
fn rules_compare_with_what_was_before() {
    let (schema, old) = (r#"{"type":"integer"}"#, Value::Int(3));
    let cases = [
        ("self >= oldSelf", "4", OldSelf::Value(&old), true),
        ("self >= oldSelf", "2", OldSelf::Value(&old), false),
        ("!oldSelf.hasValue() || oldSelf.value() == self", "4", OldSelf::Optional(None), true),
        (
            "!oldSelf.hasValue() || oldSelf.value() == self",
            "4",
            OldSelf::Optional(Some(&old)),
            false,
        ),
        ("oldSelf.orValue(self) == 3", "4", OldSelf::Optional(Some(&old)), true),
    ];
    for (rule, new, old, expected) in cases {
        assert_eq!(ask(schema, rule, new, old), Ok(Outcome::Bool(expected)), "{rule} {new}");
    }
}

proptest::proptest! {
    /// Pieces of expressions in any order: most are wrong, none may panic or run on.
    #[test]
    fn no_expression_panics(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "self", "oldSelf", ".", "a", "(", ")", "[", "]", "{", "}", "?", ":", ",", "1", "-1",
                "1.5", "'x'", "b'x'", "null", "true", "+", "-", "*", "/", "%", "==", "<", "&&", "||",
                "!", "in", "has", "size", "map(x, x)", "all(x, true)", "filter(k, v, true)", "r'('",
                ".?a", "[?0]", "optional.of", "timestamp('2024-01-01T00:00:00Z')", "duration('1s')",
                "quantity('1Gi')", ".substring(1)", ".charAt(9)", ".format(['%s'])", ".split('')",
                ".lastIndexOf('ü', 1)", ".matches('(')", "ip('::1')", "cidr('10.0.0.0/8')", "\u{fc}",
            ]),
            0..12,
        ),
    ) {
        let schema: Value = serde_json::from_str(
            r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
        ).unwrap();
        let structural = Structural::read(&schema).unwrap();
        let environment = Environment::of(&structural, false).unwrap();
        let new: Value = serde_json::from_str(r#"{"a":"äö"}"#).unwrap();
        let old = OldSelf::Value(&new);
        if let Ok(program) = Program::compile(&pieces.concat(), &environment) {
            let subject = Subject { of: &structural, root: false, new: &new, old };
            let (_, spent) = program.eval(subject, 10_000);
            proptest::prop_assert!(spent < 1_000_000);
        }
    }
}
