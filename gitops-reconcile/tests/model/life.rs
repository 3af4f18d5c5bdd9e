//! The life of a reconciler: intervals, triggers, suspension, stops.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gitops_reconcile::{
    Activity, Backoff, Compute, Conclusion, Event, MemorySink, Options, Reconciler, RewriteLimit,
    Timeouts, Trigger, TroubleKind,
};
use gitops_source::{Fetched, MemorySource, Revision, Source, SourceError, Tree};
use tokio::time::{Instant, sleep};

use crate::ports::{Lines, Port};
use crate::world::{Fault, World};

const MINUTE: Duration = Duration::from_secs(60);

fn options() -> Options {
    Options { compute: Compute::Inline, jitter_percent: 0, concurrency: 1, ..Options::default() }
}

fn source(objects: &'static str) -> Arc<MemorySource> {
    let source = Arc::new(MemorySource::new("main"));
    source.push(Tree::from_files([("objects", objects)]).unwrap());
    source
}

fn reconciler(world: &World, objects: &'static str, sink: &MemorySink) -> Reconciler {
    let port = Port { world: world.clone(), agent: 0 };
    Reconciler::new(source(objects), Lines, port.clone(), port)
        .with_sink(sink.clone())
        .with_seed(1)
        .with_options(options())
        .unwrap()
}

/// Why each run so far was started.
fn triggers(sink: &MemorySink) -> Vec<Trigger> {
    let trigger = |event| match event {
        Event::Started { trigger, .. } => Some(trigger),
        _ => None,
    };
    sink.take().into_iter().filter_map(trigger).collect()
}

#[tokio::test(start_paused = true)]
async fn it_runs_at_once_and_then_once_an_interval() {
    let (world, sink) = (World::default(), MemorySink::new());
    let agent = reconciler(&world, "a 1", &sink);
    let handle = agent.handle();
    let running = tokio::spawn(agent.run());
    sleep(MINUTE * 3 + MINUTE / 2).await;
    let expected = [Trigger::Start, Trigger::Interval, Trigger::Interval, Trigger::Interval];
    assert_eq!(triggers(&sink), expected);
    assert_eq!(handle.status().activity, Activity::Waiting);
    assert_eq!(handle.status().history.len(), 4);
    handle.stop();
    assert_eq!(running.await.unwrap().unwrap().run, 4);
    assert_eq!(handle.status().activity, Activity::Ended);
}

#[tokio::test(start_paused = true)]
async fn many_triggers_at_once_are_one_run() {
    let (world, sink) = (World::default(), MemorySink::new());
    let agent = reconciler(&world, "a 1", &sink);
    let handle = agent.handle();
    tokio::spawn(agent.run());
    sleep(MINUTE / 2).await;
    (0..5).for_each(|_| handle.trigger());
    sleep(MINUTE / 4).await;
    assert_eq!(triggers(&sink), [Trigger::Start, Trigger::Asked]);
    sleep(MINUTE).await;
    assert_eq!(
        triggers(&sink),
        [Trigger::Interval],
        "an interval after the run that was asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_runs_while_it_is_suspended() {
    let (world, sink) = (World::default(), MemorySink::new());
    let agent = reconciler(&world, "a 1", &sink);
    let handle = agent.handle();
    tokio::spawn(agent.run());
    sleep(MINUTE / 2).await;
    handle.suspend();
    handle.trigger();
    sleep(MINUTE * 60).await;
    assert_eq!(triggers(&sink), [Trigger::Start]);
    assert_eq!(handle.status().activity, Activity::Suspended);
    handle.resume();
    sleep(MINUTE / 2).await;
    assert_eq!(triggers(&sink), [Trigger::Asked]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_finishes_the_change_under_way_records_it_and_starts_no_other() {
    let (world, sink) = (World::default(), MemorySink::new());
    let agent = reconciler(&world, "a 1\nb 1\nc 1", &sink);
    let handle = agent.handle();
    let stopper = handle.clone();
    let agent = agent.with_sink(move |event: &Event| {
        if matches!(event, Event::Wave { .. }) {
            stopper.stop();
        }
    });
    let report = agent.run().await.unwrap();
    assert_eq!(report.conclusion, Conclusion::Stopped);
    assert_eq!(report.counters.applies, 1);
    let inner = world.lock();
    let id = "ConfigMap/shop/a".parse().unwrap();
    assert_eq!(inner.inventory.get(&id).unwrap().uid.as_deref(), Some("uid-1"));
    assert_eq!((inner.objects.len(), inner.inventory.len()), (1, 3));
    assert_eq!(inner.violations, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_second_stop_ends_at_once() {
    let (world, sink) = (World::default(), MemorySink::new());
    world.lock().faults.insert(3, Fault::Hang);
    let agent = reconciler(&world, "a 1", &sink);
    let handle = agent.handle();
    let running = tokio::spawn(agent.run());
    sleep(Duration::from_secs(1)).await;
    handle.stop();
    sleep(Duration::from_secs(1)).await;
    assert!(!running.is_finished(), "the first stop waits for the change under way");
    let asked = Instant::now();
    handle.stop();
    assert_eq!(running.await.unwrap().unwrap().conclusion, Conclusion::Stopped);
    assert_eq!(asked.elapsed(), Duration::ZERO);
}

/// A source that is down, and says for how long.
struct Down(Option<Duration>);

#[async_trait]
impl Source for Down {
    async fn fetch(&self, _: Option<&Revision>) -> Result<Fetched, SourceError> {
        Err(SourceError::Unavailable { message: "down".into(), retry_after: self.0 })
    }
}

/// The seconds between the runs of almost three minutes.
async fn waits(source: Down) -> Vec<u64> {
    let (begun, times) = (Instant::now(), Arc::new(std::sync::Mutex::new(Vec::new())));
    let seen = Arc::clone(&times);
    let port = Port { world: World::default(), agent: 0 };
    let agent = Reconciler::new(source, Lines, port.clone(), port)
        .with_sink(move |event: &Event| {
            if matches!(event, Event::Started { .. }) {
                seen.lock().unwrap().push(begun.elapsed().as_secs());
            }
        })
        .with_options(options())
        .unwrap();
    let _ = tokio::time::timeout(Duration::from_secs(170), agent.run()).await;
    let times = times.lock().unwrap();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn failures_back_off_up_to_the_interval_and_retry_after_is_obeyed() {
    assert_eq!(waits(Down(None)).await, [2, 4, 8, 16, 32, 60]);
    assert_eq!(waits(Down(Some(Duration::from_secs(45)))).await, [45, 45, 45]);
}

#[test]
fn options_that_cannot_work_are_refused_by_name() {
    let cases = [
        (Options { interval: Duration::ZERO, ..options() }, "`interval` must be longer than zero"),
        (Options { concurrency: 0, ..options() }, "`concurrency` must be at least 1"),
        (Options { jitter_percent: 101, ..options() }, "`jitter_percent` must be at most 100"),
    ];
    check_refused(cases);
}

#[test]
fn times_that_no_clock_can_hold_are_refused_by_name() {
    let of_ever = |name: &str, time: &dyn Fn(&mut Options) -> &mut Duration| {
        let mut options = options();
        *time(&mut options) = Duration::MAX;
        (options, format!("`{name}` must be at most ten years"))
    };
    check_refused([
        of_ever("interval", &|it| &mut it.interval),
        of_ever("confirm", &|it| &mut it.confirm),
        of_ever("backoff.first", &|it| &mut it.backoff.first),
        of_ever("backoff.most", &|it| &mut it.backoff.most),
        of_ever("backoff.most_asked", &|it| &mut it.backoff.most_asked),
        of_ever("rewrites.hold", &|it| &mut it.rewrites.hold),
        of_ever("rewrites.hold_most", &|it| &mut it.rewrites.hold_most),
        of_ever("timeouts.fetch", &|it| &mut it.timeouts.fetch),
        of_ever("timeouts.compute", &|it| &mut it.timeouts.compute),
        of_ever("timeouts.observe", &|it| &mut it.timeouts.observe),
        of_ever("timeouts.call", &|it| &mut it.timeouts.call),
        of_ever("timeouts.ready", &|it| &mut it.timeouts.ready),
        of_ever("timeouts.poll", &|it| &mut it.timeouts.poll),
    ]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_that_are_accepted_work() {
    let years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let mut options = Options { interval: years, confirm: years, jitter_percent: 100, ..options() };
    options.backoff = Backoff { first: years, most: years, most_asked: years };
    options.rewrites = RewriteLimit { times: 1, hold: years, hold_most: years };
    options.timeouts = Timeouts {
        fetch: years,
        compute: years,
        observe: years,
        call: years,
        ready: years,
        poll: years,
    };
    for compute in [Compute::Inline, Compute::Blocking] {
        let (world, sink) = (World::default(), MemorySink::new());
        let options = Options { compute, ..options.clone() };
        let agent = reconciler(&world, "a 1", &sink).with_options(options).unwrap();
        let handle = agent.handle();
        let running = tokio::spawn(agent.run());
        while handle.status().history.is_empty() {
            tokio::task::yield_now().await;
        }
        // Somebody sets it back, twice: it is held back for long.
        for runs in 2..=3 {
            world.edit("ConfigMap/shop/a", "theirs");
            handle.trigger();
            while handle.status().history.len() < runs {
                tokio::task::yield_now().await;
            }
        }
        handle.stop();
        let last = running.await.unwrap().unwrap();
        assert_eq!(last.troubles[0].kind, TroubleKind::Stalled, "{last}");
    }
}

/// Checks that no reconciler takes these options, and what it says.
fn check_refused(cases: impl IntoIterator<Item = (Options, impl Into<String>)>) {
    for (options, expected) in cases {
        let port = Port { world: World::default(), agent: 0 };
        let agent = Reconciler::new(source("a 1"), Lines, port.clone(), port);
        let error = agent.with_options(options).err().unwrap();
        assert_eq!(error.to_string(), expected.into());
    }
}
