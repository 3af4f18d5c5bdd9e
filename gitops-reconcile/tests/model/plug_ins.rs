//! Plug-ins that panic, or do not end.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gitops_reconcile::{
    Compute, Conclusion, ErrorClass, Event, Options, ReconcileError, Reconciler, Timeouts,
};
use gitops_render::{Input, RenderError, Rendered, Renderer};
use gitops_source::{Digest, MemorySource, Tree};

use crate::ports::{Lines, Port};
use crate::world::World;

fn reconciler(world: &World, renderer: impl Renderer + 'static, options: Options) -> Reconciler {
    let port = Port { world: world.clone(), agent: 0 };
    let source = Arc::new(MemorySource::new("main"));
    source.push(Tree::from_files([("objects", "a 1")]).unwrap());
    Reconciler::new(source, renderer, port.clone(), port).with_options(options).unwrap()
}

/// Renders, or panics.
struct Panicking(Arc<AtomicBool>);

impl Renderer for Panicking {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        assert!(!self.0.load(Ordering::Relaxed), "a bug in a plug-in");
        Lines.render(input)
    }

    fn fingerprint(&self) -> Digest {
        Lines.fingerprint()
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_plug_in_fails_its_run_alone() {
    for compute in [Compute::Inline, Compute::Blocking] {
        let world = World::default();
        let panics = Arc::new(AtomicBool::new(true));
        let renderer = Panicking(Arc::clone(&panics));
        let mut agent = reconciler(&world, renderer, Options { compute, ..Options::default() });
        let report = agent.run_once().await;
        let error = report.error.as_deref();
        assert!(
            matches!(error, Some(ReconcileError::Panicked { stage: "renderer", message }) if message == "a bug in a plug-in"),
            "{error:?}"
        );
        panics.store(false, Ordering::Relaxed);
        assert_eq!(agent.run_once().await.conclusion, Conclusion::InSync);
    }
}

/// Tells what it is, or panics.
struct Nameless(Arc<AtomicBool>);

impl Renderer for Nameless {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        Lines.render(input)
    }

    fn fingerprint(&self) -> Digest {
        assert!(!self.0.load(Ordering::Relaxed), "a bug in a fingerprint");
        Lines.fingerprint()
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_fingerprint_fails_its_run_alone() {
    let world = World::default();
    let panics = Arc::new(AtomicBool::new(true));
    let options = Options { compute: Compute::Inline, ..Options::default() };
    let mut agent = reconciler(&world, Nameless(Arc::clone(&panics)), options);
    let report = agent.run_once().await;
    assert_eq!((report.run, report.conclusion), (1, Conclusion::Failed));
    let error = report.error.as_deref().unwrap().to_string();
    assert_eq!(error, "the renderer panicked: a bug in a fingerprint");
    assert_eq!(world.lock().calls.len(), 0);
    panics.store(false, Ordering::Relaxed);
    let report = agent.run_once().await;
    assert_eq!((report.run, report.conclusion), (2, Conclusion::InSync));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_event_sink_stops_nothing() {
    let world = World::default();
    let options = Options { compute: Compute::Inline, ..Options::default() };
    let agent = reconciler(&world, Lines, options);
    let handle = agent.handle();
    let agent = agent.with_sink(move |event: &Event| {
        if matches!(event, Event::Scheduled { .. }) {
            handle.stop();
        }
        panic!("a bug in a sink");
    });
    let report = agent.run().await.unwrap();
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    assert_eq!(world.data()["ConfigMap/shop/a"], "1");
}

/// Renders once it is let go.
struct Endless {
    begun: Arc<AtomicU32>,
    end: Mutex<Receiver<()>>,
}

impl Renderer for Endless {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let _ = self.end.lock().unwrap().recv();
        Lines.render(input)
    }

    fn fingerprint(&self) -> Digest {
        Lines.fingerprint()
    }
}

#[tokio::test]
async fn a_render_that_does_not_end_fails_its_run_and_takes_one_thread_alone() {
    let world = World::default();
    let timeouts = Timeouts { compute: Duration::from_millis(20), ..Timeouts::default() };
    let ((let_go, end), begun) = (channel(), Arc::new(AtomicU32::new(0)));
    let renderer = Endless { begun: Arc::clone(&begun), end: Mutex::new(end) };
    let mut agent = reconciler(&world, renderer, Options { timeouts, ..Options::default() });
    for _ in 0..3 {
        let report = agent.run_once().await;
        let error = report.error.as_deref().unwrap();
        assert!(matches!(error, ReconcileError::Slow { stage: "renderer", .. }), "{error:?}");
        assert_eq!(error.class(), ErrorClass::Fix);
        let text = error.to_string();
        assert_eq!(text, "the renderer did not end within 0.02 s; see `Options::timeouts.compute`");
    }
    assert!(begun.load(Ordering::Relaxed) <= 1);
    drop(let_go);
    for _ in 0..1000 {
        if agent.run_once().await.conclusion == Conclusion::InSync {
            break;
        }
    }
    assert_eq!(world.data()["ConfigMap/shop/a"], "1");
}

/// Renders once it was told to stop.
struct Obedient(AtomicBool);

impl Renderer for Obedient {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        while !self.0.load(Ordering::Relaxed) {
            if input.stop.check().is_err() {
                self.0.store(true, Ordering::Relaxed);
            }
            std::thread::yield_now();
        }
        Lines.render(input)
    }

    fn fingerprint(&self) -> Digest {
        Lines.fingerprint()
    }
}

#[tokio::test]
async fn a_render_that_takes_too_long_is_told_to_stop_and_makes_room() {
    let world = World::default();
    let timeouts = Timeouts { compute: Duration::from_millis(20), ..Timeouts::default() };
    let options = Options { timeouts, ..Options::default() };
    let mut agent = reconciler(&world, Obedient(AtomicBool::new(false)), options);
    let report = agent.run_once().await;
    let error = report.error.as_deref().unwrap();
    assert!(matches!(error, ReconcileError::Slow { stage: "renderer", .. }), "{error:?}");
    for _ in 0..1000 {
        if agent.run_once().await.conclusion == Conclusion::InSync {
            return;
        }
    }
    panic!("the renderer is still at work");
}
