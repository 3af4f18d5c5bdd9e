//! Two agents on one target, in all orders of their calls (T4).

use crate::agent::{Agent, Poll};
use crate::world::World;
use std::time::Duration;

use gitops_reconcile::{Conclusion, Report};
use tokio::runtime::Runtime;

/// Polls two agents in the order that the bits of `order` say; what is left of either runs after.
fn interleave(one: &mut Agent, two: &mut Agent, order: u32, polls: u32) -> [Option<String>; 2] {
    let mut done = [None, None];
    for bit in 0..polls {
        let (index, agent) = if order >> bit & 1 == 0 { (0, &mut *one) } else { (1, &mut *two) };
        if done[index].is_none()
            && let Poll::Done(report) = agent.poll()
        {
            done[index] = Some(report.conclusion.to_string());
        }
    }
    for (index, agent) in [one, two].into_iter().enumerate() {
        if done[index].is_none() {
            done[index] = agent.run().map(|report| report.conclusion.to_string());
        }
    }
    done
}

/// Within a runtime whose time stands still until it is moved on.
pub(crate) fn in_runtime<T>(test: impl FnOnce(&Runtime) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let _inside = runtime.enter();
    test(&runtime)
}

/// After a fence an agent may have one write in flight, and no more.
fn check_fence(world: &World, order: u32) {
    let inner = world.lock();
    let mut holder = None;
    let mut late = [0, 0];
    for (agent, what, wrote) in &inner.calls {
        match *what {
            "store" if *wrote => {
                holder = Some(*agent);
                late = [0, 0];
            }
            "apply" if *wrote && holder != Some(*agent) => {
                late[*agent] += 1;
                assert!(late[*agent] <= 1, "order {order:b}: a fenced agent goes on writing");
            }
            _ => {}
        }
    }
}

/// Agents that want different things: who lost stands back, and nobody flaps.
fn settle(
    runtime: &Runtime,
    [one, two]: [&mut Agent; 2],
    world: &World,
    order: u32,
) -> Vec<Report> {
    let mut last = Vec::new();
    for pass in 0..6 {
        runtime.block_on(tokio::time::advance(Duration::from_secs(61)));
        let before = world.writes();
        last = vec![(*one.run().unwrap()).clone(), (*two.run().unwrap()).clone()];
        if pass >= 3 {
            assert_eq!(world.writes(), before, "order {order:b}: pass {pass} writes: they flap");
        }
    }
    assert_eq!(world.lock().violations, Vec::<String>::new(), "order {order:b}");
    last
}

/// The orders in which each of two agents is polled half of the time.
fn orders(polls: u32) -> impl Iterator<Item = u32> {
    (0_u32..1 << polls).filter(move |order| order.count_ones() == polls / 2)
}

#[test]
fn two_agents_that_want_different_things_never_flap_in_any_order() {
    in_runtime(|runtime| {
        let polls = 16;
        let mut tried = 0;
        for order in orders(polls) {
            let world = World::default();
            let (mut one, mut two) = (Agent::new(0, &world), Agent::new(1, &world));
            one.push("a 1\nb 1");
            two.push("a 2\nc 2");
            interleave(&mut one, &mut two, order, polls);
            check_fence(&world, order);
            let last = settle(runtime, [&mut one, &mut two], &world, order);
            let in_sync = last.iter().filter(|it| it.conclusion == Conclusion::InSync).count();
            assert_eq!(in_sync, 1, "order {order:b}: one holds, one is fenced: {last:?}");
            let expected = match world.lock().holder {
                Some(0) => "ConfigMap/shop/a=1 ConfigMap/shop/b=1",
                _ => "ConfigMap/shop/a=2 ConfigMap/shop/c=2",
            };
            let data: Vec<String> =
                world.data().into_iter().map(|(id, value)| format!("{id}={value}")).collect();
            assert_eq!(data.join(" "), expected, "order {order:b}");
            tried += 1;
        }
        println!("interleavings: {tried} orders of two agents, 0 violations");
    });
}

#[test]
fn two_agents_that_want_the_same_agree_in_any_order() {
    in_runtime(|runtime| {
        let polls = 14;
        let mut tried = 0;
        for order in orders(polls) {
            let world = World::default();
            let (mut one, mut two) = (Agent::new(0, &world), Agent::new(1, &world));
            one.push("a 1\nb 1");
            two.push("a 1\nb 1");
            interleave(&mut one, &mut two, order, polls);
            let last = settle(runtime, [&mut one, &mut two], &world, order);
            assert!(
                last.iter().all(|it| it.conclusion == Conclusion::InSync),
                "order {order:b}: {last:?}"
            );
            tried += 1;
        }
        println!("interleavings: {tried} orders of two agents that agree, 0 violations");
    });
}
