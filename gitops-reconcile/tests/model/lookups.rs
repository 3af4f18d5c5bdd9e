//! What charts look up in the target: until they find all, again in each run, and never more than
//! allowed.

use std::sync::Arc;

use gitops_reconcile::{
    Compute, Conclusion, ErrorClass, LookupLimits, Options, ReconcileError, Reconciler, Report,
};
use gitops_render::{Helm, HelmOptions, LiveLookup, NoLookup, RenderError};
use gitops_source::{MemorySource, Tree};

use crate::ports::Port;
use crate::world::World;

/// Agents with charts of one template.
struct Scene {
    world: World,
    source: Arc<MemorySource>,
    agent: Reconciler,
}

impl Scene {
    fn new(template: &str) -> Self {
        Self::with_limits(&World::default(), template, LookupLimits::default())
    }

    fn with_limits(world: &World, template: &str, lookups: LookupLimits) -> Self {
        let helm =
            HelmOptions { lookup: Arc::new(LiveLookup::default()), ..HelmOptions::default() };
        Self::of(world, template, helm, lookups)
    }

    fn of(world: &World, template: &str, helm: HelmOptions, lookups: LookupLimits) -> Self {
        let source = Arc::new(MemorySource::new("main"));
        source.push(chart(template));
        let port = Port { world: world.clone(), agent: 0 };
        let options = Options { compute: Compute::Inline, lookups, ..Options::default() };
        let agent = Reconciler::new(Arc::clone(&source), Helm::new(helm), port.clone(), port)
            .with_options(options)
            .unwrap();
        Self { world: world.clone(), source, agent }
    }

    async fn run(&mut self) -> Arc<Report> {
        self.agent.run_once().await
    }

    /// Runs, and says how often it rendered and what it looked up.
    async fn costs(&mut self) -> (u64, Vec<String>) {
        let report = self.run().await;
        assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
        let asked = std::mem::take(&mut self.world.lock().looked_up);
        assert_eq!(report.counters.lookups, asked.len() as u64);
        assert_eq!((report.counters.remotes, report.remotes.len()), (0, 0));
        (report.counters.renders, asked)
    }

    async fn error(&mut self) -> Arc<ReconcileError> {
        let report = self.run().await;
        assert_eq!(report.conclusion, Conclusion::Failed, "{report}");
        report.error.clone().unwrap()
    }

    fn value(&self, name: &str) -> String {
        self.world.data()[&format!("ConfigMap/shop/{name}")].clone()
    }
}

fn chart(template: &str) -> Tree {
    Tree::from_files([
        ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n".to_owned()),
        ("templates/a.yaml", template.to_owned()),
    ])
    .unwrap()
}

/// A template that makes the object `name`.
fn making(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: shop}}\n\
         data: {{v: {value:?}}}\n"
    )
}

/// `$name` is the value of the object `name`; empty where there is none.
fn seeking(name: &str) -> String {
    format!(
        "{{{{- ${name} := dig \"data\" \"v\" \"\" (lookup \"v1\" \"ConfigMap\" \"shop\" {name:?}) -}}}}\n"
    )
}

fn asked(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("v1 ConfigMap shop/{name}")).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_up_unless_somebody_allows_it() {
    let template = seeking("x") + &making("a", "-{{ $x }}");
    let helm = HelmOptions { lookup: Arc::new(NoLookup), ..HelmOptions::default() };
    let mut scene = Scene::of(&World::default(), &template, helm, LookupLimits::default());
    scene.world.edit("ConfigMap/shop/x", "1");
    assert_eq!(scene.costs().await, (1, asked(&[])));
    assert_eq!(scene.value("a"), "-");
}

#[tokio::test(start_paused = true)]
async fn only_an_answer_that_has_changed_renders_again() {
    let mut scene = Scene::new(&(seeking("x") + &making("a", "-{{ $x }}")));
    assert_eq!(scene.costs().await, (2, asked(&["x"])));
    assert_eq!(scene.value("a"), "-");
    let writes = scene.world.writes();
    assert_eq!(scene.costs().await, (0, asked(&["x"])));
    assert_eq!(scene.world.writes(), writes);

    scene.world.edit("ConfigMap/shop/x", "1");
    assert_eq!(scene.costs().await, (1, asked(&["x"])));
    assert_eq!(scene.value("a"), "-1");
    assert_eq!(scene.costs().await, (0, asked(&["x"])));
    scene.world.delete("ConfigMap/shop/x");
    assert_eq!(scene.costs().await, (1, asked(&["x"])));
    assert_eq!(scene.value("a"), "-");
}

#[tokio::test(start_paused = true)]
async fn what_a_chart_made_once_and_looks_up_stays() {
    let template = "{{- $old := lookup \"v1\" \"ConfigMap\" \"shop\" \"a\" -}}\n".to_owned()
        + &making("a", "{{ if $old }}{{ $old.data.v }}{{ else }}{{ randAlphaNum 16 }}{{ end }}");
    let mut scene = Scene::new(&template);
    assert_eq!(scene.costs().await, (2, asked(&["a"])));
    let (made, writes) = (scene.value("a"), scene.world.writes());
    assert_eq!(made.len(), 16);
    assert_eq!(scene.costs().await, (1, asked(&["a"])), "the object is there now");
    assert_eq!(scene.costs().await, (0, asked(&["a"])));

    let mut anew = Scene::with_limits(&scene.world, &template, LookupLimits::default());
    assert_eq!(anew.costs().await, (2, asked(&["a"])));
    assert_eq!((scene.value("a"), scene.world.writes()), (made, writes), "of another agent too");
}

#[tokio::test(start_paused = true)]
async fn lookups_that_lead_to_others_take_a_round_each_and_are_forgotten_when_they_lead_elsewhere()
{
    let next = "{{- $n := dig \"data\" \"v\" \"\" (lookup \"v1\" \"ConfigMap\" \"shop\" \"x\") -}}\n\
        {{- $v := required \"x leads nowhere\" (lookup \"v1\" \"ConfigMap\" \"shop\" $n).data -}}\n";
    let mut scene = Scene::new(&(next.to_owned() + &making("a", "{{ $v.v }}")));
    for (name, value) in [("x", "y"), ("y", "1"), ("z", "2")] {
        scene.world.edit(&format!("ConfigMap/shop/{name}"), value);
    }
    // While x is not known, all of the kind is asked for.
    let all = "v1 ConfigMap in shop".to_owned();
    let (renders, first) = scene.costs().await;
    assert_eq!((renders, first), (3, [asked(&["x"]), vec![all], asked(&["y"])].concat()));
    assert_eq!(scene.value("a"), "1");
    assert_eq!(scene.costs().await, (0, asked(&["x", "y"])), "and never again");

    scene.world.edit("ConfigMap/shop/x", "z");
    assert_eq!(scene.costs().await, (2, asked(&["x", "y", "z"])));
    assert_eq!(scene.value("a"), "2");
    assert_eq!(scene.costs().await, (0, asked(&["x", "z"])));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_the_same_while_its_items_are() {
    let template = "{{- $all := (lookup \"v1\" \"ConfigMap\" \"other\" \"\").items -}}\n";
    let mut scene = Scene::new(&(template.to_owned() + &making("a", "n{{ len $all }}")));
    // There is no list before it is answered.
    assert_eq!(scene.costs().await.0, 2);
    assert_eq!(scene.value("a"), "n0");
    assert_eq!(scene.costs().await.0, 0);
    scene.world.edit("ConfigMap/other/x", "1");
    assert_eq!(scene.costs().await.0, 1);
    assert_eq!(scene.value("a"), "n1");
}

#[tokio::test(start_paused = true)]
async fn what_the_target_refuses_is_an_error_of_the_template_until_it_is_allowed() {
    let mut scene = Scene::new(&(seeking("x") + &making("a", "-{{ $x }}")));
    let denied = asked(&["x"]).remove(0);
    scene.world.lock().denied.insert(denied.clone());
    for renders in [2, 0] {
        let report = scene.run().await;
        assert_eq!((report.conclusion, report.counters.renders), (Conclusion::Failed, renders));
        let error = report.error.as_deref().unwrap();
        assert_eq!(error.class(), ErrorClass::Fix);
        let ReconcileError::Render(RenderError::Invalid { position, message }) = error else {
            panic!("{error}")
        };
        assert_eq!((&*position.file, position.line), ("templates/a.yaml", 1));
        let said = "error calling lookup: v1 ConfigMap shop/x is forbidden";
        assert!(message.ends_with(said), "{message}");
    }
    assert_eq!(scene.world.writes(), 0);
    scene.world.lock().denied.clear();
    assert_eq!(scene.run().await.conclusion, Conclusion::InSync);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_only_a_missing_answer_led_to_may_fail() {
    let template = "{{- if not (lookup \"v1\" \"ConfigMap\" \"shop\" \"x\") -}}\n".to_owned()
        + &seeking("y")
        + "{{- end -}}\n"
        + &making("a", "1");
    let y = asked(&["y"]).remove(0);
    let worlds = [World::default(), World::default()];
    worlds[0].lock().denied.insert(y.clone());
    worlds[1].lock().down.insert(y);
    for world in worlds {
        world.edit("ConfigMap/shop/x", "1");
        let mut scene = Scene::with_limits(&world, &template, LookupLimits::default());
        assert_eq!(scene.costs().await, (2, asked(&["x", "y"])));
        assert_eq!(scene.costs().await, (0, asked(&["x"])));
        // Now it is really asked.
        world.delete("ConfigMap/shop/x");
        assert_eq!(scene.run().await.conclusion, Conclusion::Failed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_answer_is_asked_again_later() {
    let mut scene = Scene::new(&(seeking("x") + &making("a", "-{{ $x }}")));
    scene.world.lock().down.insert(asked(&["x"]).remove(0));
    for _ in 0..2 {
        let error = scene.error().await;
        assert!(matches!(&*error, ReconcileError::Target(_)), "{error}");
        assert_eq!(error.class(), ErrorClass::Retry(None));
    }
    assert_eq!(scene.world.writes(), 0);
    scene.world.lock().down.clear();
    assert_eq!(scene.run().await.conclusion, Conclusion::InSync);
}

#[tokio::test(start_paused = true)]
async fn lookups_are_limited_in_number_size_and_chain() {
    let endless = "{{- $x := lookup \"v1\" \"ConfigMap\" \"shop\" (randAlphaNum 9) -}}\n";
    let many = "{{- range until 5 }}{{ $x := lookup \"v1\" \"ConfigMap\" \"shop\" (toString .) }}\
                {{ end -}}\n";
    let large = "{{- $x := lookup \"v1\" \"ConfigMap\" \"shop\" \"x\" -}}\n";
    let cases = [
        (endless, "the chain of lookups is over the limit of 2; raise `lookups.rounds`"),
        (many, "the number of lookups is over the limit of 4; raise `lookups.most`"),
        (large, "what is looked up, in bytes, is over the limit of 900; raise `lookups.bytes`"),
    ];
    for (template, expected) in cases {
        let limits = LookupLimits { most: 4, bytes: 900, rounds: 2 };
        let template = template.to_owned() + &making("a", "1");
        let mut scene = Scene::with_limits(&World::default(), &template, limits);
        scene.world.edit("ConfigMap/shop/x", &"x".repeat(900));
        for _ in 0..2 {
            let error = scene.error().await;
            assert!(matches!(&*error, ReconcileError::Render(RenderError::Limit { .. })));
            assert!(error.to_string().contains(expected), "{error}");
        }
        scene.source.push(chart(&making("a", "1")));
        assert_eq!(scene.run().await.conclusion, Conclusion::InSync);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_over_the_limit_is_not_even_asked_for() {
    let many = "{{- range until 100 }}\
                {{ $x := lookup \"v1\" \"ConfigMap\" \"shop\" (printf \"x%d\" .) }}{{ end -}}\n";
    let limits = LookupLimits { bytes: 10_000, ..LookupLimits::default() };
    let template = many.to_owned() + &making("a", "1");
    let mut scene = Scene::with_limits(&World::default(), &template, limits);
    for number in 0..100 {
        scene.world.edit(&format!("ConfigMap/shop/x{number}"), &"x".repeat(1000));
    }
    let error = scene.error().await.to_string();
    assert!(error.contains("raise `lookups.bytes`"), "{error}");
    let asked = scene.world.lock().looked_up.len();
    assert!(asked < 20, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_changed_answer_is_no_reason_to_take_the_ledger_back() {
    let world = World::default();
    let template = |name: &str| seeking("x") + &making(name, "-{{ $x }}");
    let mut one = Scene::with_limits(&world, &template("a"), LookupLimits::default());
    let mut other = Scene::with_limits(&world, &template("b"), LookupLimits::default());
    assert_eq!(one.run().await.conclusion, Conclusion::InSync);
    other.run().await;
    assert_eq!(one.run().await.conclusion, Conclusion::Fenced);
    world.edit("ConfigMap/shop/x", "1");
    assert_eq!(one.run().await.conclusion, Conclusion::Fenced);
}
