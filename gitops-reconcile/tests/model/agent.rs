//! An agent that is polled by hand, one call at a time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use gitops_reconcile::{Compute, Options, Reconciler, Report};
use gitops_source::{MemorySource, Tree};

use super::ports::{Lines, Port, Slow};
use super::world::World;

/// A run under way, which gives its reconciler back.
type Running = Pin<Box<dyn Future<Output = (Reconciler, Arc<Report>)>>>;

/// An agent with its own source, so that agents may see revisions at different times.
pub(crate) struct Agent {
    pub(crate) source: Arc<MemorySource>,
    world: World,
    number: usize,
    reconciler: Option<Reconciler>,
    running: Option<Running>,
}

/// What became of a poll.
pub(crate) enum Poll {
    /// The run goes on.
    Pending,
    /// The run ended.
    Done(Arc<Report>),
}

impl Agent {
    pub(crate) fn new(number: usize, world: &World) -> Self {
        let source = Arc::new(MemorySource::new("main"));
        let world = world.clone();
        let mut agent = Self { source, world, number, reconciler: None, running: None };
        agent.restart();
        agent
    }

    /// Dies, with everything it had under way and in memory, and is started anew.
    pub(crate) fn restart(&mut self) {
        let port = Port { world: self.world.clone(), agent: self.number };
        let options = Options {
            compute: Compute::Inline,
            concurrency: 1,
            confirm: Duration::ZERO,
            ..Options::default()
        };
        let reconciler = Reconciler::new(Slow(Arc::clone(&self.source)), Lines, port.clone(), port)
            .with_sink(|_: &_| {})
            .with_seed(1)
            .with_options(options)
            .unwrap();
        self.reconciler = Some(reconciler);
        self.running = None;
    }

    /// Sees this revision from the next fetch on.
    pub(crate) fn push(&self, objects: &str) {
        self.source.push(Tree::from_files([("objects", objects.to_string())]).unwrap());
    }

    /// Begins a run, or goes on with one by one poll.
    pub(crate) fn poll(&mut self) -> Poll {
        if self.running.is_none() {
            let mut reconciler = self.reconciler.take().unwrap();
            self.running = Some(Box::pin(async move {
                let report = reconciler.run_once().await;
                (reconciler, report)
            }));
        }
        let running = self.running.as_mut().unwrap();
        match running.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            std::task::Poll::Pending => Poll::Pending,
            std::task::Poll::Ready((reconciler, report)) => {
                self.reconciler = Some(reconciler);
                self.running = None;
                Poll::Done(report)
            }
        }
    }

    /// Runs to the end; none if the agent died of a [`Hang`](super::Fault::Hang).
    pub(crate) fn run(&mut self) -> Option<Arc<Report>> {
        for _ in 0..1000 {
            if let Poll::Done(report) = self.poll() {
                return Some(report);
            }
        }
        self.restart();
        None
    }
}
