//! Executes the actions of a run on tokio.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use gitops_apply::{Applier, ApplyError, Ledger};
use gitops_diff::Differ;
use gitops_render::{Input, Renderer, Requirement, Stop};
use gitops_source::{Digest, Source, SourceError, TreePath};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use crate::lookups::{look_up, size};
use crate::options::{Compute, LookupLimits, Timeouts};
use crate::run::{Action, Run, Signal};
use crate::{Event, EventSink, ReconcileError, Report, Resolver};

/// Everything that a run acts through.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) renderer: Arc<dyn Renderer>,
    pub(crate) differ: Arc<dyn Differ>,
    pub(crate) applier: Arc<dyn Applier>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) sink: Arc<dyn EventSink>,
    pub(crate) path: TreePath,
    pub(crate) timeouts: Timeouts,
    pub(crate) lookups: LookupLimits,
    pub(crate) compute: Compute,
    pub(crate) lanes: Lanes,
}

/// One computation of each plug-in at a time: one that does not end keeps its thread.
#[derive(Clone)]
pub(crate) struct Lanes {
    renderer: Arc<Semaphore>,
    differ: Arc<Semaphore>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { renderer: Arc::new(Semaphore::new(1)), differ: Arc::new(Semaphore::new(1)) }
    }
}

impl Ports {
    /// Tells the sink; its panics are nobody else's.
    pub(crate) fn tell(&self, event: &Event) {
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| self.sink.emit(event)));
        if let Err(panic) = told {
            tracing::error!("{}", panicked("event sink", &*panic));
        }
    }

    /// The fingerprint of the renderer, which may panic.
    pub(crate) fn fingerprint(&self) -> Result<Digest, ReconcileError> {
        std::panic::catch_unwind(AssertUnwindSafe(|| self.renderer.fingerprint()))
            .map_err(|panic| panicked("renderer", &*panic))
    }
}

/// The report of a run that cannot even begin.
pub(crate) fn refuse(
    run: &mut Run,
    ports: &Ports,
    epoch: Instant,
    error: ReconcileError,
) -> Report {
    let (now, mut actions) = (epoch.elapsed(), Vec::new());
    run.step(now, Signal::Start, &mut actions);
    run.step(now, Signal::Fetched(Err(error)), &mut actions);
    let mut done = None;
    for action in actions {
        match action {
            Action::Tell(event) => ports.tell(&event),
            Action::Done(report) => done = Some(*report),
            _ => {}
        }
    }
    done.unwrap_or_else(|| run.abandon(now))
}

/// Drives `run` to its report. Completes early, with what is under way finished and recorded,
/// once `stop` completes. Dropping the future at any await leaves every promise true.
pub(crate) async fn drive(
    run: &mut Run,
    ports: &Ports,
    epoch: Instant,
    stop: impl Future<Output = ()>,
) -> Report {
    let mut stop = pin!(stop.fuse());
    let mut flying = FuturesUnordered::new();
    let mut signal = Signal::Start;
    let mut actions = Vec::new();
    loop {
        let now = Instant::now();
        run.step(now.saturating_duration_since(epoch), signal, &mut actions);
        for action in actions.drain(..) {
            match action {
                Action::Tell(event) => ports.tell(&event),
                Action::Done(report) => return *report,
                action => flying.push(perform(ports.clone(), action, now)),
            }
        }
        signal = tokio::select! {
            biased;
            () = &mut stop => Signal::Stop,
            Some(signal) = flying.next() => signal,
            else => Signal::Stop,
        };
    }
}

/// Tells a render that its result is not wanted any more, once nobody waits for it.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// The answer to one action, whatever the plug-in behind it does.
fn perform(ports: Ports, action: Action, now: Instant) -> BoxFuture<'static, Signal> {
    let (limits, compute) = (ports.timeouts, ports.compute);
    match action {
        Action::Fetch { seen } => async move {
            let fetch = async { Ok(ports.source.fetch(seen.as_ref()).await?) };
            Signal::Fetched(guard("source", now + limits.fetch, slow_source, fetch).await)
        }
        .boxed(),
        Action::Gather { wanted } => gather(ports, wanted, now).boxed(),
        Action::Render { tree, fetched } => async move {
            let Ports { renderer, path, lanes, .. } = ports;
            let stop = StopOnDrop(Stop::default());
            let own = stop.0.clone();
            let render = move || {
                let mut input = Input::new(&tree, path);
                (input.fetched, input.stop) = (fetched, own);
                Ok(renderer.render(&input)?)
            };
            Signal::Rendered(
                calculate("renderer", lanes.renderer, limits.compute, compute, render).await,
            )
        }
        .boxed(),
        Action::Diff { desired, observed, owned } => async move {
            let differ = ports.differ;
            let diff = move || Ok(differ.diff(&desired, &observed, &owned)?);
            Signal::Planned(
                calculate("differ", ports.lanes.differ, limits.compute, compute, diff).await,
            )
        }
        .boxed(),
        Action::Sleep(time) => tokio::time::sleep(time).map(|()| Signal::Woke).boxed(),
        action => ask_target(ports, action, now).boxed(),
    }
}

/// Fetches what a render lacks, a few at a time; one that fails does not keep the others back.
/// What is over the limit of lookups is not asked for any more: the run will end by it.
async fn gather(ports: Ports, wanted: Vec<Requirement>, now: Instant) -> Signal {
    const AT_ONCE: usize = 8;
    let Ports { resolver, applier, timeouts: limits, lookups, .. } = &ports;
    let fetch = async |requirement: Requirement| {
        let remote = if let Requirement::Object(query) = &requirement {
            let found = look_up(&**applier, query);
            guard("applier", now + limits.observe, slow_target, found).await
        } else {
            let resolve = async { Ok(resolver.resolve(&requirement).await?) };
            guard("resolver", now + limits.fetch, slow_source, resolve).await
        };
        (requirement, remote)
    };
    let mut fetches = pin!(futures::stream::iter(wanted).map(fetch).buffered(AT_ONCE));
    let (mut gathered, mut bytes) = (Vec::new(), 0);
    while bytes <= lookups.bytes
        && let Some((requirement, remote)) = fetches.next().await
    {
        bytes += remote.as_ref().map_or(0, |remote| size(&requirement, remote));
        gathered.push((requirement, remote));
    }
    Signal::Gathered(gathered)
}

/// The answer of the applier or the ledger.
async fn ask_target(ports: Ports, action: Action, now: Instant) -> Signal {
    let Ports { applier, ledger, differ, timeouts: limits, .. } = ports;
    match action {
        Action::Resolve(desired) => {
            let resolve = async { Ok(applier.resolve(desired).await?) };
            Signal::Resolved(guard("applier", now + limits.observe, slow_target, resolve).await)
        }
        Action::Load => {
            let load = async { Ok(ledger.load().await?) };
            Signal::Loaded(guard("ledger", now + limits.call, slow_target, load).await)
        }
        Action::Observe { desired, owned } => {
            let observe = async {
                let observed = applier.observe(&desired, &owned).await?;
                if !differ.asks() {
                    return Ok(observed);
                }
                Ok(applier.answers(&desired, observed).await?)
            };
            Signal::Observed(guard("applier", now + limits.observe, slow_target, observe).await)
        }
        Action::Store { next, expected } => {
            let store = async { Ok(ledger.store(&next, expected.as_deref()).await?) };
            Signal::Stored(guard("ledger", now + limits.call, slow_target, store).await)
        }
        Action::Apply(change) => {
            let apply = async { Ok(applier.apply(&change).await?) };
            let result = guard("applier", now + limits.call, slow_target, apply).await;
            Signal::Applied(change, result.map_err(of_one_object))
        }
        Action::Look(change) => {
            let look = async { Ok(applier.ready(&change).await?) };
            let result = guard("applier", now + limits.call, slow_target, look).await;
            Signal::Looked(change, result.map_err(of_one_object))
        }
        // The remaining actions are not for the target; they were executed before.
        _ => Signal::Woke,
    }
}

/// Ends `work` at its deadline, and turns a panic into an error.
///
/// The deadline is looked at before the work, by the clock: a process that was stopped for long
/// must not go on with a write where it was, since somebody else may be at work by now.
async fn guard<T>(
    plug_in: &'static str,
    deadline: Instant,
    slow: fn() -> ReconcileError,
    work: impl Future<Output = Result<T, ReconcileError>>,
) -> Result<T, ReconcileError> {
    let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
    let mut end = pin!(sleep_until(deadline));
    poll_fn(|context| {
        if Instant::now() >= deadline || end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(slow()));
        }
        let result = ready!(work.as_mut().poll(context));
        Poll::Ready(result.unwrap_or_else(|panic| Err(panicked(plug_in, &*panic))))
    })
    .await
}

/// Computes off the runtime, or in place, and turns a panic into an error.
async fn calculate<T: Send + 'static>(
    plug_in: &'static str,
    lane: Arc<Semaphore>,
    limit: Duration,
    compute: Compute,
    work: impl FnOnce() -> Result<T, ReconcileError> + Send + 'static,
) -> Result<T, ReconcileError> {
    let work = move || std::panic::catch_unwind(AssertUnwindSafe(work));
    let result = match compute {
        Compute::Inline => work(),
        Compute::Blocking => match tokio::time::timeout(limit, on_a_thread(lane, work)).await {
            Ok(result) => result,
            Err(_) => return Err(ReconcileError::Slow { stage: plug_in, limit }),
        },
    };
    result.unwrap_or_else(|panic| Err(panicked(plug_in, &*panic)))
}

/// Computes on a thread of its own, once nobody else does in this lane.
async fn on_a_thread<T: Send + 'static>(
    lane: Arc<Semaphore>,
    work: impl FnOnce() -> std::thread::Result<T> + Send + 'static,
) -> std::thread::Result<T> {
    let turn = lane.acquire_owned().await.expect("because nobody closes a lane");
    let joined = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    joined.await.unwrap_or_else(|error| Err(Box::new(error.to_string())))
}

fn panicked(stage: &'static str, panic: &(dyn Any + Send)) -> ReconcileError {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    ReconcileError::Panicked { stage, message }
}

fn slow_source() -> ReconcileError {
    SourceError::Unavailable { message: SLOW.into(), retry_after: None }.into()
}

fn slow_target() -> ReconcileError {
    ApplyError::Unavailable { message: SLOW.into(), retry_after: None }.into()
}

const SLOW: &str = "no answer in time; see `Options::timeouts`";

/// A failure with one object, as appliers say it; a panic may have happened after a write.
fn of_one_object(error: ReconcileError) -> ApplyError {
    match error {
        ReconcileError::Target(error) => error,
        other => ApplyError::Unavailable { message: other.to_string(), retry_after: None },
    }
}
