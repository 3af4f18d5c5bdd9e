//! Remote inputs of renders: asked for, fetched once, followed, and never more than allowed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use gitops_reconcile::{
    Compute, Conclusion, Options, ReconcileError, Reconciler, Remote, RemoteLimits, Report,
    Resolver,
};
use gitops_render::{Input, RenderError, Rendered, Renderer, Requirement};
use gitops_source::{Digest, MemorySource, Revision, SourceError, Tree};

use crate::ports::{Lines, Port};
use crate::world::World;

/// Renders as [`Lines`] does; a line `+ name` stands for those of the remote `name`.
struct Bases;

impl Renderer for Bases {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        let (mut missing, mut lines) = (Vec::new(), Vec::new());
        let mut trees = vec![input.tree];
        while let Some(tree) = trees.pop() {
            let text = String::from_utf8_lossy(tree.read("objects").unwrap_or_default());
            for line in text.lines() {
                match line.strip_prefix("+ ").map(named) {
                    None => lines.push(line.to_owned()),
                    Some(required) => match input.fetched.get(&required) {
                        Some(tree) => trees.push(tree),
                        None => missing.push(required),
                    },
                }
            }
        }
        if !missing.is_empty() {
            return Err(RenderError::Missing(missing));
        }
        if lines.iter().any(|line| line == "broken") {
            return Err(RenderError::Unsupported("it is broken".into()));
        }
        let all = tree(&lines.join("\n"));
        Lines.render(&Input::new(&all, input.path.clone()))
    }

    fn fingerprint(&self) -> Digest {
        Digest::sha256("bases")
    }
}

fn named(name: &str) -> Requirement {
    Requirement::Http { url: name.to_owned() }
}

fn tree(objects: &str) -> Tree {
    Tree::from_files([("objects", objects.to_owned())]).unwrap()
}

#[derive(Clone, Default)]
struct Web(Arc<Mutex<Pages>>);

/// What can be fetched, and what was asked for.
type Pages = (BTreeMap<String, Tree>, Vec<String>);

impl Web {
    fn put(&self, name: &str, objects: &str) {
        self.0.lock().unwrap().0.insert(name.to_owned(), tree(objects));
    }

    fn take(&self, name: &str) {
        self.0.lock().unwrap().0.remove(name);
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.0.lock().unwrap().1);
        asked.sort();
        asked
    }
}

#[async_trait]
impl Resolver for Web {
    async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError> {
        let Requirement::Http { url } = requirement else { unreachable!() };
        let mut web = self.0.lock().unwrap();
        web.1.push(url.clone());
        let tree = web.0.get(url).cloned();
        let tree = tree.ok_or_else(|| SourceError::unavailable(format!("{url} is down")))?;
        Ok(Remote::new(Revision::new(url, tree.digest().clone()), tree))
    }
}

/// An agent whose tree and remotes a test changes.
struct Scene {
    world: World,
    source: Arc<MemorySource>,
    web: Web,
    agent: Reconciler,
}

impl Scene {
    fn new(objects: &str) -> Self {
        let (world, web) = (World::default(), Web::default());
        let source = Arc::new(MemorySource::new("main"));
        source.push(tree(objects));
        let port = Port { world: world.clone(), agent: 0 };
        let options = Options {
            compute: Compute::Inline,
            remotes: RemoteLimits { most: 3, rounds: 2 },
            ..Options::default()
        };
        let agent = Reconciler::new(Arc::clone(&source), Bases, port.clone(), port)
            .with_resolver(web.clone())
            .with_options(options)
            .unwrap();
        Self { world, source, web, agent }
    }

    async fn run(&mut self) -> Arc<Report> {
        self.agent.run_once().await
    }

    /// Runs, and says how often it rendered and what it asked for.
    async fn costs(&mut self) -> (u64, Vec<String>) {
        let report = self.run().await;
        assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
        assert_eq!(report.counters.remotes, self.web.0.lock().unwrap().1.len() as u64);
        (report.counters.renders, self.web.asked())
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn all_that_is_missing_is_fetched_and_then_followed_by_one_question_each() {
    let mut scene = Scene::new("a 1\n+ x\n+ y");
    scene.web.put("x", "b 1");
    scene.web.put("y", "c 1\n+ z");
    scene.web.put("z", "d 1");
    // What y needs is known when it is there.
    assert_eq!(scene.costs().await, (3, names(&["x", "y", "z"])));
    assert_eq!(scene.world.data().len(), 4);

    let writes = scene.world.writes();
    assert_eq!(scene.costs().await, (0, names(&["x", "y", "z"])));
    assert_eq!(scene.world.writes(), writes);

    scene.web.put("x", "b 2");
    assert_eq!(scene.costs().await, (1, names(&["x", "y", "z"])));
    assert_eq!(scene.world.data()["ConfigMap/shop/b"], "2");
    let report = scene.run().await;
    let shown = |name: &str| report.remotes[name].name().unwrap().to_owned();
    assert_eq!((report.remotes.len(), shown("x"), shown("z")), (3, "x".into(), "z".into()));
}

#[tokio::test(start_paused = true)]
async fn what_is_needed_no_more_may_be_gone() {
    let mut scene = Scene::new("+ x");
    scene.web.put("x", "a 1\n+ z");
    scene.web.put("z", "b 1");
    scene.costs().await;
    scene.web.put("x", "a 1");
    scene.web.take("z");
    assert_eq!(scene.costs().await, (1, names(&["x", "z"])));
    assert_eq!(scene.world.data().len(), 1);
    assert_eq!(scene.costs().await, (0, names(&["x"])));

    scene.source.push(tree("c 1"));
    assert_eq!(scene.costs().await, (1, names(&[])), "nor is it asked for");
}

#[tokio::test(start_paused = true)]
async fn while_something_is_missing_nothing_is_changed_and_the_run_is_tried_again() {
    let mut scene = Scene::new("a 1\n+ x");
    for _ in 0..2 {
        let report = scene.run().await;
        assert_eq!(report.conclusion, Conclusion::Failed);
        assert!(matches!(
            report.error.as_deref(),
            Some(ReconcileError::Source(SourceError::Unavailable { .. }))
        ));
        assert_eq!(scene.world.writes(), 0);
    }
    scene.web.put("x", "b 1");
    assert_eq!(scene.run().await.conclusion, Conclusion::InSync);
    scene.web.take("x");
    scene.source.push(tree("a 2\n+ x"));
    assert_eq!(scene.run().await.conclusion, Conclusion::Failed);
    assert_eq!(scene.world.data()["ConfigMap/shop/a"], "1", "the whole revision or nothing");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_remote_is_rendered_again_only_when_it_moves() {
    let mut scene = Scene::new("+ x");
    scene.web.put("x", "broken");
    assert_eq!(scene.run().await.counters.renders, 2);
    assert_eq!(scene.run().await.counters.renders, 0);
    scene.web.put("x", "a 1");
    let report = scene.run().await;
    assert_eq!((report.counters.renders, report.conclusion), (1, Conclusion::InSync));
}

#[tokio::test(start_paused = true)]
async fn chains_and_numbers_of_remotes_are_limited() {
    let mut scene = Scene::new("+ a");
    for (name, next) in [("a", "+ b"), ("b", "+ c"), ("c", "d 1")] {
        scene.web.put(name, next);
    }
    let error = scene.run().await.error.as_deref().unwrap().to_string();
    assert!(error.contains("the chain of remote inputs is over the limit of 2"), "{error}");
    assert!(error.contains("`remotes.rounds`"), "{error}");

    scene.source.push(tree("+ a\n+ b\n+ c\n+ d"));
    let report = scene.run().await;
    let error = report.error.as_deref().unwrap().to_string();
    assert!(error.contains("the number of remote inputs is over the limit of 3"), "{error}");
    assert_eq!(report.counters.remotes, 0, "and nothing is fetched");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_unless_somebody_allows_it() {
    let source = MemorySource::new("main");
    source.push(tree("+ https://h.io/a.yaml?key=s3cret"));
    let port = Port { world: World::default(), agent: 0 };
    let mut agent = Reconciler::new(source, Bases, port.clone(), port);
    let report = agent.run_once().await;
    assert_eq!(
        report.error.as_deref().unwrap().to_string(),
        "https://h.io/a.yaml is needed, and nothing fetches it; give the reconciler a resolver by \
         `Reconciler::with_resolver`"
    );
}
