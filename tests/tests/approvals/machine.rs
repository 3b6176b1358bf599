//! The state machine, fed decisions in any order, and stored at every step.

use std::collections::BTreeMap;

use fastroai::providers::{Message, Part, Response, ToolCall, ToolOutcome};
use fastroai::run::{
    EndStrategy, Event, OUTPUT_TOOL, OutputMode, RunSpec, RunState, Stop, ToolReport, ToolSpec,
    Work, repair,
};
use fastroai::tool::ToolApproval;
use proptest::prelude::*;

use super::rig::results;

fn spec(strategy: EndStrategy) -> RunSpec {
    let tool = |name: &str, approval, sequential| {
        let mut tool = ToolSpec::new(name);
        (tool.approval, tool.sequential) = (approval, sequential);
        // What is tried here goes on and on.
        (tool.polling, tool.corrections) = (true, 1000);
        tool
    };
    let mut spec = RunSpec::default();
    spec.tools = vec![
        tool("plain", ToolApproval::Never, false),
        tool("alone", ToolApproval::Never, true),
        tool("asked", ToolApproval::Asked, false),
        tool("asked_alone", ToolApproval::Asked, true),
        tool("external", ToolApproval::External, false),
    ];
    spec.output = OutputMode::Tool;
    spec.end_strategy = strategy;
    spec
}

fn reply() -> impl Strategy<Value = Response> {
    let names = ["plain", "alone", "asked", "asked_alone", "external", "unknown", OUTPUT_TOOL];
    let call = prop::sample::select(names.to_vec())
        .prop_map(|name| Part::ToolCall(ToolCall::new("x", name, "{}")));
    prop::collection::vec(call, 1..7).prop_map(|parts| {
        let mut reply = Response::default();
        reply.parts = parts;
        reply
    })
}

/// What is done where there is a choice.
#[derive(Debug, Clone)]
struct Draw {
    pick: usize,
    choice: u8,
    reply: Response,
}

fn draw() -> impl Strategy<Value = Draw> {
    (0usize..8, 0u8..8, reply()).prop_map(|(pick, choice, reply)| Draw { pick, choice, reply })
}

/// What has become of the calls of one reply.
#[derive(Default)]
struct Seen {
    runs: BTreeMap<usize, u32>,
    approved: BTreeMap<usize, bool>,
}

impl Seen {
    fn event(&mut self, work: &Work, draw: &Draw, spec: &RunSpec) -> Option<Event> {
        let report = |content: &str, outcome| ToolReport::new(content, outcome);
        let external = |name: &str| {
            let tool = spec.tools.iter().find(|tool| tool.name == name);
            tool.is_some_and(|tool| tool.approval == ToolApproval::External)
        };
        Some(match work {
            Work::Model { .. } => {
                *self = Self::default();
                Event::Replied { reply: draw.reply.clone() }
            }
            Work::Arguments { units, .. } => {
                let index = units[draw.pick % units.len()].index;
                match draw.choice {
                    0 => Event::ToolDone { index, report: report("misfit", ToolOutcome::Retry) },
                    _ => Event::Deferred { index },
                }
            }
            Work::AwaitApproval { units, .. } => {
                let unit = &units[draw.pick % units.len()];
                let index = unit.index;
                assert!(!self.approved.contains_key(&index), "nobody is asked twice");
                if draw.choice < 2 {
                    self.approved.insert(index, false);
                    return Some(Event::Denied { index, message: "no".to_owned().into() });
                }
                self.approved.insert(index, !external(&unit.call.name));
                if external(&unit.call.name) {
                    let report = report("handed in", ToolOutcome::Success);
                    return Some(Event::ToolDone { index, report });
                }
                let arguments = (draw.choice == 2).then(|| "{\"edited\":1}".to_owned().into());
                Event::Approved { index, arguments }
            }
            Work::Tools { units, .. } => {
                for unit in units {
                    let held = unit.call.name.starts_with("asked");
                    let approved = self.approved.get(&unit.index) == Some(&true);
                    assert!(!held || approved, "only what was approved runs: {}", unit.call.name);
                    assert!(unit.call.name != "external", "what runs elsewhere does not run here");
                }
                let unit = &units[draw.pick % units.len()];
                *self.runs.entry(unit.index).or_default() += 1;
                Event::ToolDone { index: unit.index, report: report("ran", ToolOutcome::Success) }
            }
            Work::Check { .. } if draw.choice == 0 => Event::Accepted,
            Work::Check { .. } => Event::Rejected { reason: "no".to_owned().into() },
            _ => return None,
        })
    }
}

fn read_back(run: &RunState) -> RunState {
    let stored = serde_json::to_string(run).expect("a state can be stored");
    let read: RunState = serde_json::from_str(&stored).expect("and read");
    assert_eq!(read, *run, "storing changes nothing");
    assert_eq!(read.next(), run.next());
    read
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_decided_in_whichever_order_what_is_approved_runs_once_and_each_call_has_one_result(
        strategy in prop::sample::select(vec![
            EndStrategy::Graceful, EndStrategy::Early, EndStrategy::Exhaustive,
        ]),
        draws in prop::collection::vec(draw(), 0..60),
        any in prop::collection::vec((0u8..6, 0usize..7), 60),
    ) {
        let spec = spec(strategy);
        let fresh = || RunState::new(spec.clone(), Vec::new(), "Go".to_owned());
        let (mut run, mut seen, mut taken) = (fresh(), Seen::default(), Vec::new());
        for (draw, (kind, index)) in draws.iter().zip(any) {
            // What cannot happen now changes nothing; a call that waits cannot just end.
            let before = run.clone();
            let work = run.next();
            let can = |work: &Work| match work {
                Work::Arguments { units, .. } | Work::AwaitApproval { units, .. }
                | Work::Tools { units, .. } => units.iter().any(|unit| unit.index == index),
                _ => false,
            };
            if !can(&work) {
                let event = match kind {
                    0 => Event::Deferred { index },
                    1 => Event::Approved { index, arguments: None },
                    2 => Event::Denied { index, message: "no".to_owned().into() },
                    _ => Event::ToolDone { index, report: ToolReport::new("forged", ToolOutcome::Success) },
                };
                let name = run.last_reply().and_then(|reply| reply.tool_calls().nth(index));
                let is_external = name.is_some_and(|call| call.name == "external");
                if matches!(work, Work::Tools { .. }) && is_external {
                    // A result from elsewhere, or that there will be none, may come while others run.
                    let _ = run.feed(event);
                    run = before.clone();
                } else {
                    prop_assert!(run.feed(event).is_err());
                }
                prop_assert_eq!(&run, &before);
            } else if matches!(work, Work::AwaitApproval { .. }) {
                let again = run.feed(Event::Deferred { index });
                prop_assert!(again.is_err());
                let is_external = matches!(&work, Work::AwaitApproval { units, .. } if units.iter().any(|unit| {
                    unit.index == index && unit.call.name == "external"
                }));
                if !is_external {
                    let report = ToolReport::new("forged", ToolOutcome::Success);
                    let ended = run.feed(Event::ToolDone { index, report });
                    prop_assert!(ended.is_err());
                }
                prop_assert_eq!(&run, &before);
            }

            let Some(event) = seen.event(&work, draw, &spec) else { break };
            run.feed(event.clone()).expect("it can happen");
            taken.push(event);
            run = read_back(&run);
            prop_assert!(seen.runs.values().all(|runs| *runs == 1), "each runs once");
            if !matches!(run.next(), Work::Tools { .. } | Work::AwaitApproval { .. } | Work::Arguments { .. } | Work::Check { .. }) {
                let approved = seen.approved.iter().filter(|(_, approved)| **approved);
                for (index, _) in approved {
                    prop_assert_eq!(seen.runs.get(index), Some(&1), "what was approved has run");
                }
            }
        }
        let mut again = fresh();
        for event in taken {
            let stored = serde_json::to_string(&event).expect("stored");
            again.feed(serde_json::from_str(&stored).expect("read")).expect("taken before");
        }
        prop_assert_eq!(&again, &run, "the same events make the same run");

        let _ = run.feed(Event::Stopped { stop: Stop::Cancelled, partial: None });
        prop_assert_eq!(&repair(run.messages().to_vec()), run.messages());
        let calls = run.messages().iter().filter_map(|message| match message {
            Message::Assistant(reply) => Some(reply.tool_calls().count()),
            _ => None,
        });
        let given = results(run.messages()).into_iter().map(|tool| tool.results.len());
        prop_assert_eq!(calls.sum::<usize>(), given.sum::<usize>());
    }
}

#[test]
fn a_result_from_elsewhere_may_come_while_what_was_approved_runs() {
    let mut reply = Response::default();
    reply.parts =
        ["asked", "external"].map(|name| Part::ToolCall(ToolCall::new(name, name, "{}"))).into();
    let mut run = RunState::new(spec(EndStrategy::Graceful), Vec::new(), "Go");
    run.feed(Event::Replied { reply }).unwrap();
    run.feed(Event::Deferred { index: 1 }).unwrap();
    let done =
        |index| Event::ToolDone { index, report: ToolReport::new("it", ToolOutcome::Success) };
    assert!(run.feed(Event::Approved { index: 0, arguments: None }).is_err(), "it was not read");
    run.feed(Event::Deferred { index: 0 }).unwrap();
    assert!(run.feed(done(0)).is_err(), "it was not approved");
    assert!(run.feed(Event::Approved { index: 1, arguments: None }).is_err(), "it runs elsewhere");
    run.feed(Event::Approved { index: 0, arguments: None }).unwrap();
    assert!(matches!(run.next(), Work::Tools { .. }));
    run.feed(done(1)).unwrap();
    assert!(
        run.feed(done(1)).is_err()
            && run.feed(Event::Denied { index: 1, message: "no".to_owned().into() }).is_err()
    );
    run.feed(done(0)).unwrap();
    assert!(matches!(run.next(), Work::Model { turn: 2, .. }));
}
