//! ad hoc
#![allow(clippy::unwrap_used, missing_docs)]
use gitops_apply::memory::*;
use gitops_diff::Value;
use serde_json::{Value as J, json};
use std::collections::BTreeMap;
use std::io::BufRead;

fn subst(s: &str, answers: &[J]) -> String {
    let mut out = s.to_owned();
    while let Some(a) = out.find("${") {
        let b = out[a..].find('}').unwrap() + a;
        let inner = out[a + 2..b].to_owned();
        let (n, path) = inner.split_once('.').unwrap();
        let n: usize = n.parse().unwrap();
        let p = format!("/{}", path.replace('.', "/"));
        let v = answers
            .get(n)
            .and_then(|it| it.pointer(&p))
            .and_then(J::as_str)
            .unwrap_or("")
            .to_owned();
        out.replace_range(a..=b, &v);
    }
    out
}
fn subst_json(j: &J, answers: &[J]) -> J {
    match j {
        J::String(s) => J::String(subst(s, answers)),
        J::Array(a) => J::Array(a.iter().map(|it| subst_json(it, answers)).collect()),
        J::Object(o) => {
            J::Object(o.iter().map(|(k, v)| (k.clone(), subst_json(v, answers))).collect())
        }
        other => other.clone(),
    }
}
fn norm(j: &J) -> J {
    let mut j = j.clone();
    fn walk(j: &mut J) {
        match j {
            J::Object(o) => {
                for k in [
                    "uid",
                    "resourceVersion",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "time",
                    "lastTransitionTime",
                    "clusterIP",
                    "clusterIPs",
                    "nodePort",
                    "healthCheckNodePort",
                ] {
                    if o.get(k).is_some_and(|v| !v.is_null()) {
                        o.insert(k.into(), json!("X"));
                    }
                }
                o.retain(|_, v| !v.is_null());
                if let Some(J::Array(a)) = o.get_mut("managedFields") {
                    a.sort_by_key(|it| it.to_string());
                }
                o.values_mut().for_each(walk);
            }
            J::Array(a) => a.iter_mut().for_each(walk),
            J::Number(n) => {
                if let Some(f) = n.as_f64() {
                    if n.is_f64() && f.fract() == 0.0 {
                        *j = json!(f as i64);
                    }
                }
            }
            _ => {}
        }
    }
    walk(&mut j);
    j
}
fn request(step: &J, answers: &[J]) -> Option<Request> {
    let method = match step["method"].as_str()? {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        _ => Method::Delete,
    };
    let mut r = Request::new(method, subst(step["path"].as_str()?, answers));
    if let Some(q) = step["query"].as_object() {
        for (k, v) in q {
            r = r.param(k, v.as_str().unwrap_or(&v.to_string()));
        }
    }
    r.user_agent = step["headers"]["User-Agent"].as_str().unwrap_or("Python-urllib").into();
    let ct = step["contentType"].as_str().unwrap_or("");
    if let Some(t) = step["bodyText"].as_str() {
        return Some(r.body(ct, subst(t, answers)));
    }
    if let Some(f) = step["bodyFrom"].as_object() {
        let n = f["step"].as_u64()? as usize;
        let mut base = answers.get(n)?.clone();
        for op in f["ops"].as_array()? {
            let op = subst_json(op, answers);
            if let Ok(p) = serde_json::from_value::<json_patch::Patch>(json!([op])) {
                let _ = json_patch::patch(&mut base, &p);
            }
        }
        return Some(r.body(ct, base.to_string()));
    }
    if !step["body"].is_null() {
        return Some(r.body(ct, subst_json(&step["body"], answers).to_string()));
    }
    r.content_type = ct.into();
    Some(r)
}
#[test]
fn replay() {
    let dir = format!("{}/apply/transcripts", std::env::var("GITOPS_CORPUS").unwrap());
    let lines = |f: &str| {
        let out = std::process::Command::new("zcat")
            .arg(format!("{dir}/{f}.jsonl.gz"))
            .output()
            .unwrap()
            .stdout;
        std::io::Cursor::new(out)
            .lines()
            .map(|it| serde_json::from_str::<J>(&it.unwrap()).unwrap())
            .collect::<Vec<_>>()
    };
    let only = std::env::var("ONLY").ok();
    let files = std::env::var("FILES").unwrap_or("special,custom,kinds,real".into());
    let mut options = Options::default();
    options.lifecycle = Lifecycle {
        finalise_namespaces: After::Never,
        establish_definitions: After::Calls(0),
        garbage: Garbage::Kept,
    };
    for f in files.split(',') {
        let cluster = Cluster::new(options.clone());
        for s in lines("setup") {
            let body: Value = s["body"].clone().into();
            let r =
                cluster.call(&Request::new(Method::Post, s["path"].as_str().unwrap()).json(&body));
            assert_eq!(r.code, 201, "{:?}", r.to_value());
        }
        let (mut n, mut code_ok, mut body_ok, mut obj_n, mut mf_ok, mut rv_ok, mut rv_n) =
            (0, 0, 0, 0, 0, 0, 0);
        let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for row in lines(f) {
            let id = row["id"].as_str().unwrap();
            if only.as_ref().is_some_and(|o| !id.contains(o.as_str())) {
                continue;
            }
            let snapshot = cluster.snapshot();
            let mut answers: Vec<J> = Vec::new();
            for (i, step) in row["steps"].as_array().unwrap().iter().enumerate() {
                if step["verb"] == "wait-established" {
                    answers.push(step["answer"].clone());
                    continue;
                }
                let Some(r) = request(step, &answers) else {
                    answers.push(J::Null);
                    continue;
                };
                let before = cluster.revision();
                let reply = cluster.call(&r);
                let found: J = match &reply.body {
                    Body::Value(v) => v.clone().into(),
                    Body::Text(t) => J::String(t.clone()),
                    _ => J::Null,
                };
                n += 1;
                let want = step["code"].as_u64().unwrap() as u16;
                if step["rv"].is_string() && want < 300 && reply.code < 300 {
                    rv_n += 1;
                    let same = {
                        let id = |j: &J| {
                            j["metadata"]["resourceVersion"]
                                .as_str()
                                .unwrap_or("")
                                .parse::<u64>()
                                .unwrap_or(0)
                        };
                        id(&found) <= before
                    };
                    if same == (step["rv"] == "same") {
                        rv_ok += 1;
                    } else {
                        let e = kinds
                            .entry(format!("RV {} want {}", step["verb"], step["rv"]))
                            .or_default();
                        e.0 += 1;
                        if e.0 == 1 {
                            e.1 = format!("{id}#{i}");
                        }
                    }
                }
                if reply.code == want {
                    code_ok += 1;
                } else {
                    let e = kinds
                        .entry(format!("CODE {} {} -> {}", step["verb"], want, reply.code))
                        .or_default();
                    e.0 += 1;
                    if e.0 <= 3 {
                        e.1 = format!(
                            "{} | {id}#{i} want {} got {}",
                            e.1,
                            &step["answer"]["message"]
                                .to_string()
                                .chars()
                                .take(200)
                                .collect::<String>(),
                            &found["message"].to_string().chars().take(200).collect::<String>()
                        );
                    }
                }
                if reply.code == want {
                    if want < 300 {
                        obj_n += 1;
                    }
                    let (a, b) = (norm(&step["answer"]), norm(&found));
                    if want < 300
                        && a["metadata"]["managedFields"] == b["metadata"]["managedFields"]
                    {
                        mf_ok += 1;
                    } else if want < 300 {
                        let e = kinds.entry(format!("MF {}", step["verb"])).or_default();
                        e.0 += 1;
                        if e.0 <= 5 {
                            e.1 += &format!(" {id}#{i}");
                        }
                    }
                    if want < 300 && a == b {
                        body_ok += 1;
                    }
                    if only.is_some() && a != b {
                        println!(
                            "--- {id}#{i} {} {}\n{}\n want {}\n got  {}",
                            step["verb"],
                            step["path"],
                            String::from_utf8_lossy(&r.body).chars().take(600).collect::<String>(),
                            a,
                            b
                        );
                    }
                } else if only.is_some() {
                    println!(
                        "=== {id}#{i} {} {} {:?}\n want {} {}\n got {} {}",
                        step["verb"],
                        step["path"],
                        r.query,
                        want,
                        step["answer"],
                        reply.code,
                        found
                    );
                }
                answers.push(found);
            }
            cluster.restore(&snapshot);
        }
        println!(
            "{f}: {n} steps, code {code_ok}, of {obj_n} objects equal {body_ok}, managedFields {mf_ok}, rv {rv_ok}/{rv_n}"
        );
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|it| std::cmp::Reverse(it.1.0));
        for (k, (c, e)) in kinds.iter().take(25) {
            println!("  {c} {k}: {}", e.chars().take(700).collect::<String>());
        }
    }
}
