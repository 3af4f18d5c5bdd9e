//! Expressions beside what Helm makes of them.

use std::fmt::Write as _;

use super::*;

/// What comes out of `text` set into nothing, as JSON with the type of each number.
fn outcome(kind: &str, text: &str) -> Result<String, String> {
    let map = Map::of([].into());
    match kind {
        "set" => set(text, &map),
        "set-string" => set_string(text, &map),
        "set-json" => set_json(text, &map),
        "set-file" => set_with(text, &map, &|file| match file {
            "none" => Err("open none: no such file or directory".to_owned()),
            other => Ok(Value::string(format!("<{other}>"))),
        }),
        _ => set_literal(text, &map),
    }?;
    let mut shown = String::new();
    show(&Value::Map(map), &mut shown);
    Ok(shown)
}

fn show(value: &Value, into: &mut String) {
    match value {
        Value::Map(map) => {
            into.push('{');
            for (at, (key, value)) in map.entries().iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let _ = write!(into, "{comma}{}:", serde_json::json!(key.lossy()));
                show(value, into);
            }
            into.push('}');
        }
        Value::List(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                into.push_str(if at > 0 { "," } else { "" });
                show(item, into);
            }
            into.push(']');
        }
        Value::Nil => into.push_str("null"),
        Value::Bool(value) => into.push_str(&value.to_string()),
        Value::Int(value, _) => into.push_str(&value.to_string()),
        Value::Float(value) => into.push_str(&serde_json::json!(value).to_string()),
        Value::Str(text) => into.push_str(&serde_json::json!(text.lossy()).to_string()),
        other => {
            let _ = write!(into, "{other:?}");
        }
    }
}

/// JSON as [`show`] prints it, with numbers as `kind` makes them.
fn expected(kind: &str, json: &serde_json::Value) -> String {
    use serde_json::Value as Json;
    match json {
        Json::Object(members) => {
            let members: std::collections::BTreeMap<_, _> = members.iter().collect();
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("{}:{}", serde_json::json!(key), expected(kind, value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| expected(kind, item)).collect();
            format!("[{}]", items.join(","))
        }
        Json::Number(number) if kind == "set-json" => {
            serde_json::json!(number.as_f64()).to_string()
        }
        other => other.to_string(),
    }
}

#[test]
fn settings_of_the_corpus_give_what_helm_makes_of_them() {
    let Ok(corpus) = std::env::var("GITOPS_CORPUS") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"GITOPS_CORPUS is not set: the settings of the corpus are left out\n",
        );
        return;
    };
    let rows = std::fs::read_to_string(format!("{corpus}/helm/strvals.jsonl")).unwrap();
    let mut wrong = Vec::new();
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        let (kind, text) = (row["kind"].as_str().unwrap(), row["s"].as_str().unwrap());
        let wanted = match row["err"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(expected(kind, &row["out"])),
        };
        let found = outcome(kind, text);
        if found != wanted {
            wrong.push(format!("{kind} {text:.80}\n  wanted {wanted:?}\n  found  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_kind_of_setting_reads_values_in_its_own_way() {
    let cases = [
        (
            "set",
            "a=1,b=TRUE,c=null,d=007,e={x,2}",
            r#"{"a":1,"b":true,"c":null,"d":"007","e":["x",2]}"#,
        ),
        ("set-string", "a=1,b=true", r#"{"a":"1","b":"true"}"#),
        ("set-json", r#"a={"b":[1,null]} ,c=2"#, r#"{"a":{"b":[1.0,null]},"c":2.0}"#),
        ("set-json", "a= ,b=1", r#"{"a":null,"b":1.0}"#),
        ("set-literal", r"a.b[1]=x,y\z={}", r#"{"a":{"b":[null,"x,y\\z={}"]}}"#),
        ("set-file", "a.b=x,c[0]=y", r#"{"a":{"b":"<x>"},"c":["<y>"]}"#),
        ("set-file", "a={x,y}", r#"{"a":["<x>","<y>"]}"#),
        ("set", r"a\.b=c\,d,e[0][1].f=g", r#"{"a.b":"c,d","e":[[null,{"f":"g"}]]}"#),
        ("set", "a[0].b=1,a[0].c=2,a[1]=", r#"{"a":[{"b":1,"c":2},""]}"#),
        ("set", "falſe=falſe", r#"{"falſe":false}"#),
    ];
    for (kind, text, wanted) in cases {
        assert_eq!(outcome(kind, text).as_deref(), Ok(wanted), "{kind} {text}");
    }
}

#[test]
fn settings_that_mean_nothing_are_refused_in_helms_words() {
    let cases = [
        ("set", "a", r#"key "a" has no value"#),
        ("set-file", "a=none", "open none: no such file or directory"),
        ("set-json", r#"a={"b":tru}"#, "invalid character '}' in literal true (expecting 'e')"),
        ("set-json", r#"a={"b" 1}"#, "invalid character '1' after object key"),
        ("set-json", r#"a="\x""#, "invalid character 'x' in string escape code"),
        ("set-json", "a=[1", "unexpected EOF"),
        ("set-json", "a=tru", "unexpected EOF"),
        ("set-json", "a=-", "unexpected EOF"),
        (
            "set-json",
            "a=1e999",
            "json: cannot unmarshal number 1e999 into Go value of type float64",
        ),
        ("set", "a[65537]=1", "index of 65537 is greater than maximum supported index of 65536"),
    ];
    for (kind, text, wanted) in cases {
        assert_eq!(outcome(kind, text), Err(wanted.to_owned()), "{kind} {text}");
    }
}

#[test]
fn settings_that_mean_harm_are_refused() {
    let indexes = "[65536]".repeat(100);
    let many = (0..20).map(|at| format!("a{at}[65536]=1,")).collect::<Vec<_>>().concat();
    for (text, wanted) in [
        (format!("a{}=1", "[0]".repeat(100_000)), "a key has more than 200 names and indexes"),
        (format!("a{}=1", "[0].a".repeat(100_000)), "a key has more than 200 names and indexes"),
        (
            format!("a{indexes}=1"),
            "lists that are filled up to an index have more than 1000000 values",
        ),
        (many, "lists that are filled up to an index have more than 1000000 values"),
    ] {
        assert_eq!(outcome("set", &text), Err(wanted.to_owned()), "{}", &text[..20]);
    }
}
