//! The loop: run, wait, run again.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use gitops_apply::{Applier, Ledger};
use gitops_diff::{Differ, Drift};
use gitops_render::Renderer;
use gitops_source::{Digest, Source, TreePath};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;

use crate::control::{Activity, Handle, Status, Wishes};
use crate::driver::{Lanes, Ports, drive, refuse};
use crate::report::{Report, Trigger};
use crate::resolver::{Nowhere, Resolver};
use crate::run::{Job, Run, State};
use crate::schedule::Schedule;
use crate::{Event, EventSink, Options, ReconcileError, TracingSink};

/// Keeps a target as a source declares it.
///
/// Each run fetches, renders, looks at the target, makes a plan, writes the ledger ahead and
/// executes the plan; the [crate](crate) tells more. Nothing runs before [`run`](Self::run) or
/// [`run_once`](Self::run_once) is polled, and dropping their future at any await orphans nothing.
pub struct Reconciler {
    ports: Ports,
    options: Arc<Options>,
    state: State,
    schedule: Schedule,
    epoch: Instant,
    handle: Handle,
    status: watch::Sender<Status>,
    wishes: watch::Receiver<Wishes>,
    triggers: u64,
    resumes: u64,
}

impl Reconciler {
    /// A reconciler of the root folder of `source`, with the default options, the [`Drift`]
    /// differ and the [`TracingSink`].
    pub fn new(
        source: impl Source + 'static,
        renderer: impl Renderer + 'static,
        applier: impl Applier + 'static,
        ledger: impl Ledger + 'static,
    ) -> Self {
        let options = Options::default();
        let ports = Ports {
            source: Arc::new(source),
            renderer: Arc::new(renderer),
            differ: Arc::new(Drift::default()),
            applier: Arc::new(applier),
            ledger: Arc::new(ledger),
            resolver: Arc::new(Nowhere),
            sink: Arc::new(TracingSink),
            path: TreePath::default(),
            timeouts: options.timeouts,
            lookups: options.lookups,
            compute: options.compute,
            lanes: Lanes::default(),
        };
        Self::of(ports, options)
    }

    fn of(ports: Ports, options: Options) -> Self {
        let (asks, wishes) = watch::channel(Wishes::default());
        let (status, seen) = watch::channel(Status::default());
        Self {
            ports,
            options: Arc::new(options),
            state: State::default(),
            schedule: Schedule::new(RandomState::new().hash_one(0)),
            epoch: Instant::now(),
            handle: Handle { wishes: Arc::new(asks), status: seen },
            status,
            wishes,
            triggers: 0,
            resumes: 0,
        }
    }

    /// Another differ, or the default one with other options.
    #[must_use]
    pub fn with_differ(mut self, differ: impl Differ + 'static) -> Self {
        self.ports.differ = Arc::new(differ);
        self
    }

    /// Fetches what renders need beside the tree, such as remote bases; by default nothing does.
    #[must_use]
    pub fn with_resolver(mut self, resolver: impl Resolver + 'static) -> Self {
        self.ports.resolver = Arc::new(resolver);
        self
    }

    /// The folder to render, from the root of the tree.
    #[must_use]
    pub fn with_path(mut self, path: TreePath) -> Self {
        self.ports.path = path;
        self
    }

    /// Another place to tell events to.
    #[must_use]
    pub fn with_sink(mut self, sink: impl EventSink + 'static) -> Self {
        self.ports.sink = Arc::new(sink);
        self
    }

    /// The seed of all jitter, for runs that can be repeated; otherwise it is random.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.schedule = Schedule::new(seed);
        self
    }

    /// Other options.
    ///
    /// # Errors
    /// [`ReconcileError::Invalid`] names the option that cannot work.
    pub fn with_options(mut self, options: Options) -> Result<Self, ReconcileError> {
        options.check()?;
        self.ports.timeouts = options.timeouts;
        self.ports.lookups = options.lookups;
        self.ports.compute = options.compute;
        self.options = Arc::new(options);
        Ok(self)
    }

    /// What asks things of it while it runs.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Runs until somebody [stops](Handle::stop) it; the last report, if there was a run.
    pub async fn run(mut self) -> Option<Arc<Report>> {
        let mut last = None;
        let mut trigger = Trigger::Start;
        while !self.is_stopped() {
            if self.wishes.borrow().suspended {
                self.wait_for_resume().await;
                trigger = Trigger::Asked;
                continue;
            }
            let report = self.run_for(trigger).await;
            let (after, next) = self.schedule.next(&report, &self.options);
            last = Some(report);
            trigger = self.pause(after, next).await;
        }
        self.tell(&Event::Stopping);
        self.enter(Activity::Ended);
        last
    }

    /// Runs once, now.
    pub async fn run_once(&mut self) -> Arc<Report> {
        let trigger = if self.state.is_new() { Trigger::Start } else { Trigger::Asked };
        self.run_for(trigger).await
    }

    async fn run_for(&mut self, trigger: Trigger) -> Arc<Report> {
        self.enter(Activity::Running);
        let wishes = *self.wishes.borrow_and_update();
        if self.resumes != wishes.resumes {
            self.state.take_over();
        }
        (self.triggers, self.resumes) = (wishes.triggers, wishes.resumes);
        let fingerprint = self.ports.fingerprint();
        let renderer = fingerprint.as_ref().cloned().unwrap_or_else(|_| Digest::sha256(""));
        let (options, path) = (Arc::clone(&self.options), self.ports.path.clone());
        let job = Job { options, path, renderer, trigger };
        let mut run = Run::new(job, std::mem::take(&mut self.state));
        let report = match fingerprint {
            Ok(_) => self.drive(&mut run).await,
            Err(error) => refuse(&mut run, &self.ports, self.epoch, error),
        };
        self.state = run.into_state();
        let report = Arc::new(report);
        self.remember(&report);
        report
    }

    async fn drive(&self, run: &mut Run) -> Report {
        let span = tracing::info_span!("run", number = run.number());
        let graceful = stopped(self.wishes.clone(), 1);
        let driven = {
            let abort = stopped(self.wishes.clone(), 2);
            let driven = drive(run, &self.ports, self.epoch, graceful).instrument(span);
            tokio::select! {
                biased;
                () = abort => None,
                report = driven => Some(report),
            }
        };
        driven.unwrap_or_else(|| run.abandon(self.epoch.elapsed()))
    }

    /// Waits for the time to pass, or for somebody to ask for something.
    async fn pause(&mut self, after: Duration, next: Trigger) -> Trigger {
        if self.is_asked() {
            return Trigger::Asked;
        }
        self.enter(Activity::Waiting);
        self.tell(&Event::Scheduled { after, trigger: next });
        let triggers = self.triggers;
        let asked = self
            .wishes
            .wait_for(|wishes| wishes.stops > 0 || wishes.suspended || wishes.triggers != triggers);
        tokio::select! {
            biased;
            _ = asked => Trigger::Asked,
            () = tokio::time::sleep(after) => next,
        }
    }

    async fn wait_for_resume(&mut self) {
        self.enter(Activity::Suspended);
        self.tell(&Event::Suspended);
        let _ = self.wishes.wait_for(|wishes| wishes.stops > 0 || !wishes.suspended).await;
        self.tell(&Event::Resumed);
    }

    fn is_stopped(&self) -> bool {
        self.wishes.borrow().stops > 0
    }

    fn is_asked(&self) -> bool {
        let wishes = self.wishes.borrow();
        wishes.triggers != self.triggers || wishes.stops > 0 || wishes.suspended
    }

    fn tell(&self, event: &Event) {
        self.ports.tell(event);
    }

    fn enter(&self, activity: Activity) {
        self.status.send_modify(|status| status.activity = activity);
    }

    /// Keeps the report without its plan, which holds all objects.
    fn remember(&self, report: &Report) {
        let slim = Arc::new(Report { plan: None, ..report.clone() });
        let most = self.options.history;
        self.status.send_modify(|status| {
            status.history.push_back(slim);
            while status.history.len() > most {
                status.history.pop_front();
            }
        });
    }
}

/// Completes once a stop was asked for `times` times.
async fn stopped(mut wishes: watch::Receiver<Wishes>, times: u32) {
    if wishes.wait_for(|wishes| wishes.stops >= times).await.is_err() {
        // Nobody is left who could ask.
        std::future::pending::<()>().await;
    }
}
