//! The future of a run is dropped at each of its polls: promise P9.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use crate::faults::Prepared;
use crate::scenarios;

/// Polls `work` at most `polls` times, then drops it; whether it came to its end.
async fn cut(work: impl Future, polls: usize) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_await_orphans_nothing() {
    let (mut runs, mut violations) = (0, Vec::new());
    let scenarios = scenarios::all();
    for scenario in &scenarios {
        let prepared = Prepared::new(scenario.clone()).await;
        for polls in 1.. {
            let target = prepared.target();
            let mut agent = target.agent();
            let ended = cut(agent.run_once(), polls).await;
            // Every second one goes on with what it remembers; the others start anew.
            let agent = if polls % 2 == 0 { agent } else { target.agent() };
            if let Err(violation) = prepared.check(&target, agent).await {
                violations.push(format!("{} after {polls} polls: {violation}", scenario.name));
            }
            runs += 1;
            if ended {
                break;
            }
        }
    }
    println!("cancel: {} scenarios, {runs} runs, {} violations", scenarios.len(), violations.len());
    assert!(violations.is_empty(), "{violations:#?}");
}
