//! The charts of the corpus with flags that it does not cover, beside the `helm` that `GITOPS_HELM`
//! names, by the rules of the version that `GITOPS_HELM_COMPAT` names (4.2.3 without).

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gitops_render::{
    Crds, Helm, HelmCompat, HelmOptions, HelmValues, Hooks, Input, Operation, RenderError,
    SystemClock,
};
use gitops_source::{Tree, TreePath};

use crate::corpus;
use crate::tally::{Tally, difference};

/// Flags of the command, and the options that stand for them.
type Flags = (&'static [&'static str], fn(&mut HelmOptions));

const FLAGS: [Flags; 6] = [
    (
        &[
            "--kube-version",
            "1.29.4-gke.100",
            "--api-versions",
            "monitoring.coreos.com/v1,x/v1/Y",
            "--is-upgrade",
        ],
        |options| {
            options.kube_version = Some("1.29.4-gke.100".into());
            options.api_versions = vec!["monitoring.coreos.com/v1".into(), "x/v1/Y".into()];
            options.operation = Operation::Upgrade;
        },
    ),
    (&["--kube-version", "v1.21", "--namespace", "prod", "--no-hooks"], |options| {
        options.kube_version = Some("v1.21".into());
        options.namespace = "prod".into();
        options.hooks = Hooks::None;
    }),
    (&["--skip-tests", "--include-crds"], |options| {
        options.hooks = Hooks::WithoutTests;
        options.crds = Crds::Include;
    }),
    (&["--show-only", "templates/*.yaml"], |options| {
        options.show_only = vec!["templates/*.yaml".into()];
    }),
    (
        &[
            "--set",
            "global.a=1,global.list={x,2},nameOverride=other",
            "--set-string",
            "global.b=1",
            "--set-json",
            "global.c={\"d\":[1,null]}",
            "--set-literal",
            "global.e=a,b",
        ],
        |options| {
            options.values = HelmValues {
                set: vec!["global.a=1,global.list={x,2},nameOverride=other".into()],
                set_string: vec!["global.b=1".into()],
                set_json: vec!["global.c={\"d\":[1,null]}".into()],
                set_literal: vec!["global.e=a,b".into()],
                ..HelmValues::default()
            };
        },
    ),
    (&["--name-template", "{{ \"Shop\" | lower }}-x"], |options| {
        options.name_template = Some("{{ \"Shop\" | lower }}-x".into());
    }),
];

/// What the command prints; its error without what it says to people.
fn printed(helm: &str, chart: &Path, flags: &[&str]) -> Result<String, String> {
    let output = Command::new(helm).arg("template").arg(chart).args(flags).output().expect("helm");
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let error = error.split_once("Error: ").map_or(&*error, |(_, error)| error);
    let error = error.split("\n\nUse --debug flag").next().unwrap_or_default();
    Err(error.trim_end().to_owned())
}

/// The version of the command.
fn compat() -> HelmCompat {
    let named = std::env::var("GITOPS_HELM_COMPAT");
    named.map_or(HelmCompat::V4_2_3, |name| name.parse().expect("a version"))
}

fn rendered(chart: &Path, change: fn(&mut HelmOptions)) -> Result<String, String> {
    let name = corpus::name(chart);
    let packed = std::fs::read(chart).expect("an archive");
    let tree = Tree::from_files([(name.as_str(), packed)]).map_err(|error| error.to_string())?;
    let mut options = HelmOptions {
        compat: compat(),
        clock: Arc::new(SystemClock),
        limits: corpus::limits(),
        ..HelmOptions::default()
    };
    change(&mut options);
    let input = Input::new(&tree, TreePath::new(&name).expect("a path"));
    Helm::new(options).template(&input).map_err(|error| match error {
        RenderError::Invalid { message, .. } => message.trim_end().to_owned(),
        other => other.to_string(),
    })
}

/// A line without the seconds since 1970, which both renders of Helm can have in common.
fn timeless(line: &str) -> String {
    let digits = |it: char| it.is_ascii_digit();
    let seconds = |word: &&str| word.len() == 10 && word.chars().all(digits);
    let words = line.split(|it| !digits(it)).filter(seconds);
    words.fold(line.to_owned(), |line, word| line.replace(word, "SECONDS"))
}

/// `text` with what differs between two renders of Helm taken from the first of these.
fn masked(text: &str, one: &str, two: &str) -> String {
    let lines = one.split('\n').zip(two.split('\n')).zip(text.split('\n'));
    let random = |one: &str, two: &str, found: &str| one != two || timeless(one) == timeless(found);
    let lines: Vec<&str> = lines
        .map(|((one, two), found)| if random(one, two, found) { one } else { found })
        .collect();
    let same = one.split('\n').count() == text.split('\n').count();
    if same { lines.join("\n") } else { text.to_owned() }
}

fn compare(helm: &str, chart: &Path, (flags, change): Flags) -> Result<(), String> {
    let (wanted, found) = (printed(helm, chart, flags), rendered(chart, change));
    match (wanted, found) {
        (wanted, found) if wanted == found => Ok(()),
        (Ok(one), Ok(found)) => {
            let two = printed(helm, chart, flags).unwrap_or_default();
            let found = masked(&found, &one, &two);
            if found == one { Ok(()) } else { Err(difference(&one, &found)) }
        }
        (wanted, found) => {
            let short = |text: &str| text.chars().take(600).collect::<String>();
            let show =
                |it: Result<String, String>| it.map(|it| short(&it)).map_err(|it| short(&it));
            Err(format!("wanted {:?}\nfound  {:?}", show(wanted), show(found)))
        }
    }
}

#[test]
fn flags_do_what_they_do_in_helm() {
    let Some(charts) = corpus::folder("charts") else { return };
    let Ok(helm) = std::env::var("GITOPS_HELM") else {
        let _ = writeln!(std::io::stderr(), "GITOPS_HELM is not set: flags are left out");
        return;
    };
    let mut tally = Tally::new("live");
    for chart in corpus::entries(&charts) {
        for flags in FLAGS {
            let name = format!("{} {}", corpus::name(&chart), flags.0.join(" "));
            if Tally::wants(&name) {
                tally.add(&name, compare(&helm, &chart, flags));
            }
        }
    }
    tally.judge();
}
