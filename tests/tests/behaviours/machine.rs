//! The state machine of a run, fed whatever may happen and much that may not.

use fastroai::providers::{
    FinishReason, Message, Part, Response, ToolCall, ToolOutcome, ToolResult,
};
use fastroai::run::{
    Event, OUTPUT_TOOL, OutputMode, RunSpec, RunState, Stop, ToolReport, ToolSpec, Work, repair,
};
use proptest::prelude::*;

use super::transcript::{assert_closed, assert_paired};

fn tool_call() -> impl Strategy<Value = ToolCall> {
    let ids = prop::sample::select(vec!["", "a", "b", "call_1_0", "call_2_0"]);
    let names = prop::sample::select(vec!["x", "y", "alone", "unknown", OUTPUT_TOOL]);
    let arguments = prop::sample::select(vec!["{}", "", "{\"n\":1", "[1]", "{ }"]);
    (ids, names, arguments).prop_map(|(id, name, arguments)| ToolCall::new(id, name, arguments))
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        2 => prop::sample::select(vec!["", " ", "text", "{}"]).prop_map(Part::text),
        4 => tool_call().prop_map(Part::ToolCall),
        1 => Just(Part::Refusal { text: "no".to_owned() }),
    ]
}

fn finish() -> impl Strategy<Value = FinishReason> {
    use FinishReason::{ContentFilter, Length, Paused, Refusal, Stop, ToolCalls, Unknown};
    prop::sample::select(vec![
        Stop,
        Stop,
        ToolCalls,
        Length,
        ContentFilter,
        Refusal,
        Paused,
        Unknown,
        FinishReason::Other("odd".to_owned()),
    ])
}

fn reply() -> impl Strategy<Value = Response> {
    (prop::collection::vec(part(), 0..5), finish()).prop_map(|(parts, finish_reason)| {
        let mut reply = Response::default();
        (reply.parts, reply.finish_reason) = (parts, finish_reason);
        reply
    })
}

fn outcome() -> impl Strategy<Value = ToolOutcome> {
    use ToolOutcome::{Failed, Interrupted, Retry, Success};
    prop::sample::select(vec![Success, Success, Retry, Failed, Interrupted])
}

fn report() -> impl Strategy<Value = ToolReport> {
    let ran = outcome().prop_filter("a tool that ran", |o| *o != ToolOutcome::Interrupted);
    (prop::sample::select(vec!["one", "two"]), ran)
        .prop_map(|(content, outcome)| ToolReport::new(content, outcome))
}

fn stop() -> impl Strategy<Value = Stop> {
    prop::sample::select(vec![Stop::Cancelled, Stop::DeadlinePassed, Stop::Budget])
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => reply().prop_map(|reply| Event::Replied { reply }),
        1 => prop::option::of(reply()).prop_map(|partial| Event::ModelFailed { partial }),
        3 => (0usize..6, report()).prop_map(|(index, report)| Event::ToolDone { index, report }),
        1 => Just(Event::Accepted),
        1 => Just(Event::Rejected { reason: "too short".to_owned().into() }),
        1 => (stop(), prop::option::of(reply()))
            .prop_map(|(stop, partial)| Event::Stopped { stop, partial }),
    ]
}

/// One step: an event that fits, most of the time, or any.
#[derive(Debug, Clone)]
struct Draw {
    fits: bool,
    pick: usize,
    reply: Response,
    report: ToolReport,
    accept: bool,
    any: Event,
}

impl Draw {
    fn event(&self, work: &Work) -> Event {
        match work {
            Work::Model { .. } if self.fits => Event::Replied { reply: self.reply.clone() },
            Work::Tools { units, .. } if self.fits => {
                let unit = &units[self.pick % units.len()];
                Event::ToolDone { index: unit.index, report: self.report.clone() }
            }
            Work::Check { .. } if self.fits && self.accept => Event::Accepted,
            Work::Check { .. } if self.fits => Event::Rejected { reason: "no".to_owned().into() },
            _ => self.any.clone(),
        }
    }
}

fn draw() -> impl Strategy<Value = Draw> {
    let fits = prop::bool::weighted(0.75);
    (fits, 0usize..6, reply(), report(), prop::bool::weighted(0.2), event()).prop_map(
        |(fits, pick, reply, report, accept, any)| Draw { fits, pick, reply, report, accept, any },
    )
}

fn spec() -> impl Strategy<Value = RunSpec> {
    use OutputMode::{Native, Text, Tool};
    let modes = prop::sample::select(vec![Text, Native, Tool, Tool]);
    (modes, 0u32..6, 0u32..8, 0u32..4, 0u32..3).prop_map(
        |(output, max_turns, max_tool_calls, output_attempts, corrections)| {
            let mut spec = RunSpec::default();
            spec.tools = ["x", "y", "alone"].map(ToolSpec::new).into();
            for tool in &mut spec.tools {
                tool.corrections = corrections;
                tool.sequential = tool.name == "alone";
            }
            spec.output = output;
            (spec.max_turns, spec.max_tool_calls) = (max_turns, max_tool_calls);
            spec.output_attempts = output_attempts;
            spec
        },
    )
}

/// Any message, whole or not.
pub(crate) fn message() -> impl Strategy<Value = Message> {
    let result = (tool_call(), outcome())
        .prop_map(|(call, outcome)| ToolResult::new(&call, "given", outcome));
    let results = (prop::collection::vec(result, 0..4), any::<bool>());
    prop_oneof![
        1 => Just(Message::user("Go")),
        1 => Just(Message::correction("Again")),
        3 => reply().prop_map(Message::Assistant),
        3 => results.prop_map(|(results, interrupted)| {
            let mut message = Message::tool(results);
            if let Message::Tool(tool) = &mut message {
                tool.interrupted = interrupted;
            }
            message
        }),
    ]
}

/// Feeds all of it, checking at every step what must always hold; gives what was taken.
fn feed_all(run: &mut RunState, draws: &[Draw]) -> Vec<Event> {
    let mut taken = Vec::new();
    for draw in draws {
        let work = run.next();
        assert_eq!(run.next(), work, "asking changes nothing");
        if let Work::Tools { units, .. } = &work {
            assert!(!units.is_empty(), "there is something to run");
        }
        let before = run.clone();
        let event = draw.event(&work);
        let fed = run.feed(event.clone());
        let can_happen = match (&work, &event) {
            (Work::Done(_), _) => false,
            (_, Event::Stopped { .. }) => true,
            (Work::Model { .. }, event) => {
                matches!(event, Event::Replied { .. } | Event::ModelFailed { .. })
            }
            (Work::Tools { units, .. }, Event::ToolDone { index, .. }) => {
                units.iter().any(|unit| unit.index == *index)
            }
            (Work::Check { .. }, event) => {
                matches!(event, Event::Accepted | Event::Rejected { .. })
            }
            _ => false,
        };
        assert_eq!(fed.is_ok(), can_happen, "{event:?} at {work:?}");
        match fed {
            Ok(()) => taken.push(event),
            Err(_) => assert_eq!(*run, before, "what cannot have happened changes nothing"),
        }
    }
    taken
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_a_run_is_sound_and_can_be_replayed(
        spec in spec(),
        draws in prop::collection::vec(draw(), 0..40),
    ) {
        let fresh = || RunState::new(spec.clone(), Vec::new(), "Go".to_owned());
        let mut run = fresh();
        let taken = feed_all(&mut run, &draws);
        prop_assert!(run.turn() <= spec.max_turns);

        let stored = serde_json::to_string(&taken).expect("events can be stored");
        let read: Vec<Event> = serde_json::from_str(&stored).expect("and read");
        prop_assert_eq!(&read, &taken);
        let mut again = fresh();
        for event in read {
            again.feed(event).expect("it was taken before");
        }
        prop_assert_eq!(&again, &run);
        prop_assert_eq!(again.next(), run.next());

        // Every run can be ended, and every end leaves a closed transcript.
        if !matches!(run.next(), Work::Done(_)) {
            run.feed(Event::Stopped { stop: Stop::Cancelled, partial: None }).expect("a run can be stopped");
        }
        prop_assert!(matches!(run.next(), Work::Done(_)));
        assert_closed(run.messages());
    }

    #[test]
    fn whatever_was_said_before_a_run_keeps_it_as_it_was_mended(
        history in prop::collection::vec(message(), 0..8),
        draws in prop::collection::vec(draw(), 0..20),
    ) {
        let mended = repair(history.clone());
        let mut run = RunState::new(RunSpec::default(), history, "Go".to_owned());
        feed_all(&mut run, &draws);
        prop_assert_eq!(&run.messages()[..mended.len()], &mended[..]);
        prop_assert_eq!(run.new_messages().first(), Some(&Message::user("Go")));
        let _ = run.feed(Event::Stopped { stop: Stop::Cancelled, partial: None });
        assert_paired(run.messages());
    }

    #[test]
    fn behaviour_46_mending_pairs_calls_and_results_and_does_it_only_once(
        messages in prop::collection::vec(message(), 0..12),
    ) {
        let mended = repair(messages.clone());
        prop_assert_eq!(&repair(messages), &mended, "the same again");
        assert_paired(&mended);
    }

    #[test]
    fn events_come_back_from_json_as_they_went(event in event()) {
        let stored = serde_json::to_string(&event).expect("stored");
        prop_assert_eq!(serde_json::from_str::<Event>(&stored).expect("read"), event);
    }
}
