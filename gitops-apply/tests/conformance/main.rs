//! Tier T5: the same calls, through the same client, get the same answers from the in-memory
//! cluster as from an API server.
//!
//! Scripts are generated, and run on both (`KUBEBUILDER_ASSETS`), or were recorded from an API
//! server (`GITOPS_CORPUS`), and run on one of them. `GITOPS_CONFORMANCE_SEED` (a number) and
//! `GITOPS_CONFORMANCE_SCRIPTS` (how many) search further than every run does;
//! `GITOPS_SEED` and `GITOPS_SCRIPTS` say the same for the scripts over all kinds, which are
//! compared with predictions too. `GITOPS_CONFORMANCE_DETAILS` names a file for every difference.

mod compare;
mod corpus;
mod details;
mod generate;
mod known;
mod normal;
mod oracle;
mod script;
mod servers;
mod survey;
mod wire;

use std::collections::BTreeMap;
use std::io::Write as _;

use gitops_apply::testkit::left_out;

use compare::{Frequent, Part, Tally, differences, table};
use corpus::Corpus;
use details::Details;
use normal::normalise;
use oracle::{Choice, Oracle, Setting};
use script::Script;
use servers::{Memory, Real};
use survey::Survey;

/// A tally for each kind of call or each tag of the scripts.
type Tallies = BTreeMap<String, Tally>;

#[test]
fn generated_scripts_get_the_same_answers_in_memory_as_from_an_api_server() {
    let Some(real) = Real::start(&[generate::widget_definition()]) else {
        left_out("the comparison of the in-memory cluster with an API server");
        return;
    };
    let memory = Memory::start(&[generate::widget_definition()]);
    let scripts = number("GITOPS_CONFORMANCE_SCRIPTS", 400);
    let seed = number("GITOPS_CONFORMANCE_SEED", 1);
    let survey = Survey::run(&real, &memory, scripts, seed as u64);
    report(&format!("{scripts} generated scripts, in memory and on a server"), &survey.tallies);
    say(&survey.to_string());
    assert!(survey.findings.is_empty(), "the in-memory cluster deviates as printed above");
}

/// The live oracle. `GITOPS_SCRIPTS` says how many scripts, `GITOPS_SEED` which; a deviation names
/// its script, which `GITOPS_SCRIPT` (its number) runs alone and prints.
#[test]
fn scripts_over_all_kinds_are_answered_and_predicted_as_by_an_api_server() {
    let Some(setting) = Setting::start() else {
        left_out("the comparison of memory and prediction with an API server over all kinds");
        return;
    };
    let seed = number("GITOPS_SEED", 1) as u64;
    let one = std::env::var("GITOPS_SCRIPT").ok().and_then(|it| it.parse::<usize>().ok());
    let scripts = one.map_or(0..number("GITOPS_SCRIPTS", 120), |it| it..it + 1);
    let count = scripts.len();
    let choice = Choice { seed, scripts };
    let oracle = Oracle::consult(&setting, &choice, &mut Details::from_env());
    say(&format!("{count} scripts of seed {seed}: in memory\n{}", oracle.memory));
    say(&format!("{count} scripts of seed {seed}: predicted\n{}", oracle.predicted));
    for (what, found, floor) in [
        ("in memory", &oracle.memory, known::ORACLE_MEMORY),
        ("predicted", &oracle.predicted, known::ORACLE_PREDICTED),
    ] {
        let share = found.percent_whole();
        assert!(one.is_some() || share >= floor, "{what}: {share:.2} % agree, it was {floor} %");
    }
}

/// How much of what was recorded is answered alike in memory; the shares may only grow.
#[test]
fn recorded_calls_are_answered_alike_in_memory() {
    let Some(corpus) = Corpus::from_env() else {
        say("left out: the replay of recorded calls, because GITOPS_CORPUS is not set");
        return;
    };
    let memory = Memory::start(&[]);
    memory.create(&corpus.setup());
    let before = memory.cluster.snapshot();
    let mut tallies = Tallies::new();
    let mut details = Details::from_env();
    for file in Corpus::FILES {
        let mut frequent = Frequent::default();
        for script in corpus.scripts(file) {
            memory.cluster.restore(&before);
            let answers = memory.run(&script);
            details.add(&script, &script.recorded(), &answers);
            frequent.add(&script.id, tally_recorded(file, &script, &answers, &mut tallies));
        }
        say(&format!("{file}: where scripts first differ most often\n{frequent}"));
    }
    report("recorded scripts, in memory", &tallies);
    for (file, floor) in known::RECORDED_IN_MEMORY {
        let share = tallies[&format!("{file}: all")].percent_whole();
        assert!(share >= floor, "{file}: {share:.2} % of the answers agree, it was {floor} %");
    }
}

/// An API server agrees with its own recorded answers: the rules of comparison are neither too
/// strict nor tied to one run. A sample, since each call takes milliseconds.
#[test]
fn recorded_calls_are_answered_alike_by_an_api_server() {
    let (Some(corpus), Some(real)) = (Corpus::from_env(), Real::start(&[])) else {
        left_out("the replay of recorded calls on an API server (GITOPS_CORPUS names them)");
        return;
    };
    real.create(&corpus.setup());
    let mut tallies = Tallies::new();
    for file in Corpus::FILES {
        for script in corpus.scripts(file).step_by(40) {
            tally_recorded(file, &script, &real.run(&script), &mut tallies);
        }
    }
    report("recorded scripts, a sample, on a server", &tallies);
    for file in Corpus::FILES {
        let share = tallies[&format!("{file}: all")].percent_whole();
        assert!(share >= 99.0, "{file}: only {share:.2} % of the answers agree");
    }
}

/// Counts the answers to a script, and returns the first difference that is not only a message.
fn tally_recorded(
    file: &str,
    script: &Script,
    answers: &[wire::Answer],
    tallies: &mut Tallies,
) -> Option<String> {
    let (expected, actual) = (normalise(&script.recorded()), normalise(answers));
    let mut first = None;
    for (index, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
        let found = differences(expected, actual);
        for tag in script.tags.iter().map(String::as_str).chain(["all"]) {
            tallies.entry(format!("{file}: {tag}")).or_default().add(&found);
        }
        let difference = found.iter().find(|it| it.part != Part::Message);
        first = first.or(difference.map(|it| it.signature(&script.steps[index].verb)));
    }
    first
}

fn number(name: &str, usual: usize) -> usize {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().expect("because the variable holds a number"))
}

fn report(what: &str, tallies: &Tallies) {
    say(&format!("{what}: how many answers agree\n{}", table(tallies)));
}

/// Figures are of interest when the test passes, so they go past the capture of the harness.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
