//! Answers as they come: no byte is shown before guards have looked at it.

use std::time::Duration;

use fastroai::agent::AgentBuilder;
use fastroai::guard::{HoldBack, Stage, Verdict};
use fastroai::prelude::*;
use fastroai::providers::{Delta, ModelError, Part, StreamEvent, ToolCall};
use fastroai::{ErrorKind, Runtime};
use fastroai_providers::error::ProtocolFault;
use proptest::prelude::*;
use tests::scripted::{Scripted, Step, reply, usage};
use tokio::time::Instant;

use super::rig::{
    Told, agent, allow, block, builder, echo, flag, prices, replace, runtime, script, stored,
};

const OUTPUT: [Stage; 1] = [Stage::Output];

/// The deltas of a text that comes in these pieces, and its whole reply.
fn pieces(chunks: &[&str]) -> Step {
    let deltas = chunks.iter().map(|chunk| Delta::Text((*chunk).to_owned())).collect();
    let whole = reply(vec![Part::text(chunks.concat())]);
    Step::PacedDeltas(Duration::from_secs(1), deltas, whole)
}

/// What a watcher is shown, with the seconds after which it was, and how it ended.
async fn watched(
    agent: &Agent,
    rt: &Runtime,
) -> (Vec<(u64, String)>, Result<AgentResponse<String>, fastroai::Error>) {
    let start = Instant::now();
    let mut stream = agent.run("Go").on(rt).stream();
    let mut shown = Vec::new();
    let mut end = None;
    while let Some(event) = stream.next().await {
        match event {
            Ok(AgentEvent::Text(text)) => shown.push((start.elapsed().as_secs(), text)),
            Ok(AgentEvent::Done(response)) => end = Some(Ok(*response)),
            Ok(_) => {}
            Err(error) => end = Some(Err(error)),
        }
    }
    (shown, end.expect("an end"))
}

fn all(shown: &[(u64, String)]) -> String {
    shown.iter().map(|(_, text)| text.as_str()).collect()
}

fn on(guard: &Told, step: Step) -> (Agent, Runtime, Scripted) {
    let model = script([step]);
    let rt = builder(&model).guard(guard.clone()).build();
    (agent().build().unwrap(), rt, model)
}

#[tokio::test(start_paused = true)]
async fn promise_10_what_is_shown_has_its_window_behind_it_and_a_verdict_about_it() {
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(4));
    let (agent, rt, _) = on(&guard, pieces(&["abcd", "ef", "ghij", "k"]));
    let (shown, end) = watched(&agent, &rt).await;
    let shown: Vec<_> = shown.iter().map(|(at, text)| (*at, text.as_str())).collect();
    assert_eq!(shown, [(2, "ab"), (3, "cdef"), (5, "ghijk")]);
    assert_eq!(end.unwrap().output, "abcdefghijk");
    let asked: Vec<_> = guard.seen().iter().map(|seen| (seen.text.clone(), seen.partial)).collect();
    let asked: Vec<_> = asked.iter().map(|(text, partial)| (text.as_str(), *partial)).collect();
    assert_eq!(asked, [("abcdef", true), ("abcdefghij", true), ("abcdefghijk", false)]);
}

#[tokio::test(start_paused = true)]
async fn promise_10_all_is_held_back_where_a_guard_needs_all_of_it() {
    let whole = allow(&OUTPUT);
    let quick = allow(&OUTPUT).holding_back(HoldBack::Bytes(0));
    let model = script([pieces(&["abc", "def", "ghi"])]);
    let rt = builder(&model).guard(whole.clone()).guard(quick.clone()).build();
    let (shown, _) = watched(&agent().build().unwrap(), &rt).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(all(&shown), "abcdefghi");
    for guard in [whole, quick] {
        assert_eq!(guard.texts(), ["abcdefghi"], "asked once, at the end");
        assert!(!guard.seen()[0].partial);
    }
}

#[tokio::test(start_paused = true)]
async fn the_windows_of_several_guards_add_up() {
    let (first, second) = (
        allow(&OUTPUT).holding_back(HoldBack::Bytes(2)),
        allow(&OUTPUT).holding_back(HoldBack::Bytes(3)),
    );
    let not_asked = allow(&[Stage::Prompt]);
    let model = script([pieces(&["abcdefghij", "k"])]);
    let rt = builder(&model).guard(first).guard(second).guard(not_asked).build();
    let (shown, _) = watched(&agent().build().unwrap(), &rt).await;
    assert_eq!(shown[0], (1, "abcde".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn promise_10_a_block_stops_the_stream_at_once_keeps_its_bill_and_leaves_no_word() {
    let come = ["Take ", "a weap", "on, and"].map(|text| Delta::Text(text.to_owned()));
    let guard = block(&OUTPUT, "weapon").holding_back(HoldBack::Bytes(6));
    let (agent, rt, model) = on(&guard, Step::Stalls(come.to_vec()));
    let (shown, end) = watched(&agent, &rt).await;
    assert!("Take a ".starts_with(&all(&shown)), "{shown:?}");
    let error = end.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { stage: Stage::Output, .. }), "{error:?}");
    assert_eq!(model.open(), 0, "the provider's stream is closed");
    assert_eq!(error.bill().requests(), 1, "the bill has its line");
    let kept = stored(error.history());
    assert!(kept.contains("[A guard withheld this reply.]"), "{kept}");
    assert!(!kept.contains("weap") && !kept.contains("Take"), "{kept}");
    assert!(guard.seen().iter().all(|seen| seen.partial));
}

#[tokio::test(start_paused = true)]
async fn a_blocked_stream_costs_what_the_provider_has_counted() {
    let events = vec![
        Ok(StreamEvent::Usage(Box::new(usage(10, 5)))),
        Ok(StreamEvent::Delta(Delta::Text("a weapon, a weapon".to_owned()))),
    ];
    let guard = block(&OUTPUT, "weapon").holding_back(HoldBack::Bytes(6));
    let (agent, rt, _) = on(&guard, Step::Events(events));
    let (_, end) = watched(&agent, &rt).await;
    let error = end.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { .. }), "{error:?}");
    assert_eq!(error.bill().total().known(), super::rig::REPLY);
}

#[tokio::test(start_paused = true)]
async fn the_verdict_at_the_end_comes_before_the_last_piece() {
    let guard = block(&OUTPUT, "weapon").holding_back(HoldBack::Bytes(40));
    let (agent, rt, _) = on(&guard, pieces(&["Take ", "a weapon."]));
    let (shown, end) = watched(&agent, &rt).await;
    assert!(shown.is_empty(), "{shown:?}");
    assert!(matches!(end.unwrap_err().kind(), ErrorKind::Blocked { .. }));
    assert_eq!(guard.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_text_that_would_be_another_one_than_was_shown_is_blocked() {
    // Its window is a lie: what it replaces is longer.
    let guard = replace(&OUTPUT, "abcdefgh", "********").holding_back(HoldBack::Bytes(2));
    let (agent, rt, _) = on(&guard, pieces(&["abcd", "efgh", "ij"]));
    let (shown, end) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), "ab");
    let error = end.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { guard, .. } if guard == "replace"));
    assert!(!stored(error.history()).contains("abcd"));

    // And one that takes a replacement back.
    let guard = Told::new("fickle", &OUTPUT, |text| match text.len() {
        ..12 => Verdict::replace(text.replace("abc", "xyz"), "early"),
        _ => Verdict::Allow,
    });
    let (agent, rt, _) =
        on(&guard.holding_back(HoldBack::Bytes(2)), pieces(&["abcdefgh", "ij", "klmnop"]));
    let (shown, end) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), "xyzdefgh");
    assert!(matches!(end.unwrap_err().kind(), ErrorKind::Blocked { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_text_is_shown_as_it_is_kept_and_recorded_once() {
    let guard = replace(&OUTPUT, "secret", "[REDACTED]").holding_back(HoldBack::Bytes(6));
    let odd = flag(&OUTPUT, "My").holding_back(HoldBack::Bytes(2));
    let model = script([pieces(&["My se", "cret is ", "the secr", "et of all of us, they say"])]);
    let rt = builder(&model).guard(guard).guard(odd).build();
    let (shown, end) = watched(&agent().build().unwrap(), &rt).await;
    let answer = end.unwrap();
    assert_eq!(answer.output, "My [REDACTED] is the [REDACTED] of all of us, they say");
    assert_eq!(all(&shown), answer.output);
    assert!(shown.len() > 2, "{shown:?}");
    let hits: Vec<_> = answer.guarded.iter().map(|it| it.action.as_str()).collect();
    assert_eq!(hits, ["replaced", "flagged"]);
}

#[tokio::test(start_paused = true)]
async fn a_text_with_something_to_replace_in_every_window_still_comes_bit_by_bit() {
    let guard = replace(&OUTPUT, "secret", "[REDACTED]").holding_back(HoldBack::Bytes(60));
    let words: Vec<String> = (0..100).map(|at| format!("secret {at}, ")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (agent, rt, _) = on(&guard, pieces(&words));
    let (shown, end) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), end.unwrap().output);
    assert!(shown.len() > 10, "{} pieces", shown.len());
    let halfway: usize = shown.iter().filter(|(at, _)| *at <= 50).map(|(_, text)| text.len()).sum();
    assert!(halfway > all(&shown).len() / 3, "{halfway} bytes");
}

#[tokio::test(start_paused = true)]
async fn the_ready_made_guards_let_a_stream_through_as_they_do_the_whole() {
    let text = "Ask ada@example.org, or bob@example.org for 4111 1111 1111 1111. ".repeat(40);
    for size in [1, 7, 300] {
        let letters: Vec<char> = text.chars().collect();
        let chunks: Vec<String> = letters.chunks(size).map(|it| it.iter().collect()).collect();
        let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
        let model = script([pieces(&chunks)]);
        let redactor = fastroai::guard::Redactor::standard();
        let agent = agent().guard(redactor.clone()).build().unwrap();
        let (shown, end) = watched(&agent, &runtime(&model)).await;
        assert_eq!(end.unwrap().output, redactor.redact(&text));
        assert_eq!(all(&shown), redactor.redact(&text));
        assert!(shown.len() > 2, "{size}: {} pieces", shown.len());
    }
}

#[tokio::test(start_paused = true)]
async fn guards_are_not_asked_at_every_word() {
    let words: Vec<String> = (0..20_000).map(|at| format!("word{at} ")).collect();
    let chunks: Vec<&str> = words.iter().map(String::as_str).collect();
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(8));
    let (agent, rt, _) = on(&guard, pieces(&chunks));
    let (shown, _) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), words.concat());
    let looked: usize = guard.texts().iter().map(String::len).sum();
    assert!(looked < 40 * words.concat().len(), "{looked} bytes looked at");
}

#[tokio::test(start_paused = true)]
async fn words_beside_calls_are_held_back_too_and_come_before_the_calls() {
    let call = ToolCall::new("a", "echo", r#"{"text":"hi"}"#);
    let whole = reply(vec![Part::text("I take the secret."), Part::ToolCall(call)]);
    let model = script([Step::Reply(whole), pieces(&["Done."])]);
    let (tool, _) = echo();
    let agent = agent().tool(tool).guard(replace(&OUTPUT, "secret", "***")).build().unwrap();
    let mut stream = agent.run("Go").on(&runtime(&model)).stream();
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            AgentEvent::Text(text) => told.push(text),
            AgentEvent::ToolCall(call) => told.push(call.name),
            _ => {}
        }
    }
    assert_eq!(told, ["I take the ***.", "echo", "Done."]);
}

#[tokio::test(start_paused = true)]
async fn reasoning_is_not_shown_where_a_guard_looks_at_answers_and_goes_back_unchanged() {
    let thinking = || {
        let mut thought = fastroai::providers::Reasoning::default();
        thought.text = "The secret is out.".to_owned();
        thought.signature = Some("c2ln".to_owned());
        Step::Reply(reply(vec![Part::Reasoning(thought), Part::text("Hello.")]))
    };
    let shown = |guards: Vec<Told>| async move {
        let model = script([thinking()]);
        let agent = guards.into_iter().fold(agent(), AgentBuilder::guard);
        let agent = agent.build().unwrap();
        let mut stream = agent.run("Go").on(&runtime(&model)).stream();
        let mut thoughts = Vec::new();
        while let Some(event) = stream.next().await {
            match event.unwrap() {
                AgentEvent::Reasoning(thought) => thoughts.push(thought),
                AgentEvent::Done(response) => {
                    assert!(stored(&response.messages).contains("The secret is out."));
                    assert!(stored(&response.messages).contains("c2ln"));
                }
                _ => {}
            }
        }
        thoughts
    };
    assert_eq!(shown(vec![]).await, ["The secret is out."]);
    assert_eq!(shown(vec![allow(&[Stage::Prompt])]).await, ["The secret is out."]);
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(0));
    assert!(shown(vec![guard]).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn of_a_stream_that_breaks_only_what_had_passed_is_kept() {
    let broken = ModelError::protocol(ProtocolFault::Truncated, "it broke");
    let events = vec![Ok(StreamEvent::Delta(Delta::Text("Take the sec".to_owned()))), Err(broken)];
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(6));
    let (agent, rt, _) = on(&guard, Step::Events(events));
    let (shown, end) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), "Take t");
    let error = end.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    let kept = stored(error.history());
    assert!(kept.contains("Take t") && !kept.contains("Take th"), "{kept}");

    // Without a guard all of it is.
    let broken = ModelError::protocol(ProtocolFault::Truncated, "it broke");
    let events = vec![Ok(StreamEvent::Delta(Delta::Text("Take the sec".to_owned()))), Err(broken)];
    let (agent, rt, _) = on(&allow(&[Stage::Prompt]), Step::Events(events));
    let (_, end) = watched(&agent, &rt).await;
    assert!(stored(end.unwrap_err().history()).contains("Take the sec"));
}

#[tokio::test(start_paused = true)]
async fn of_a_stream_that_is_cancelled_only_what_had_passed_is_kept() {
    let come = ["Take the sec", "ret"].map(|text| Delta::Text(text.to_owned()));
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(6));
    let (agent, rt, model) = on(&guard, Step::Stalls(come.to_vec()));
    let mut stream = agent.run("Go").on(&rt).timeout(Duration::from_secs(9)).stream();
    let mut end = None;
    while let Some(event) = stream.next().await {
        end = event.err().or(end);
    }
    let error = end.unwrap();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    let kept = stored(error.history());
    assert!(kept.contains("Take the") && !kept.contains("sec"), "{kept}");
    assert_eq!(model.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_fails_within_a_stream_ends_it() {
    for fails in [true, false] {
        let guard = Told::trying("away", &OUTPUT, move |_, _| {
            assert!(fails, "the guard is broken");
            Err(fastroai::guard::GuardError::new("away"))
        });
        let come = vec![Delta::Text("Take the secret".to_owned())];
        let (agent, rt, model) = on(&guard.holding_back(HoldBack::Bytes(2)), Step::Stalls(come));
        let (shown, end) = watched(&agent, &rt).await;
        assert!(shown.is_empty());
        let error = end.unwrap_err();
        let cause = match error.kind() {
            ErrorKind::GuardFailed { cause, .. } => cause,
            kind => panic!("{kind:?}"),
        };
        assert_eq!(cause.is_some(), fails);
        assert_eq!(model.open(), 0);
        assert!(!stored(error.history()).contains("Take"));
    }
}

#[tokio::test(start_paused = true)]
async fn each_reply_of_a_run_is_held_back_by_itself() {
    let (tool, _) = echo();
    let call = |at: &str| ToolCall::new(at, "echo", r#"{"text":"hi"}"#);
    let first = reply(vec![Part::text("First words. "), Part::ToolCall(call("a"))]);
    let model = script([Step::Reply(first), pieces(&["Second ", "words, ", "more of them."])]);
    let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(5));
    let agent = agent().tool(tool).guard(guard.clone()).build().unwrap();
    let rt = Runtime::builder().model(model).prices(prices()).build();
    let (shown, end) = watched(&agent, &rt).await;
    assert_eq!(all(&shown), "First words. Second words, more of them.");
    assert_eq!(end.unwrap().output, "Second words, more of them.");
    let whole: Vec<_> =
        guard.seen().into_iter().filter(|it| !it.partial).map(|it| it.text).collect();
    assert_eq!(whole, ["First words. ", "Second words, more of them."]);
}

/// What the guard of a case does with the word.
#[derive(Debug, Clone, Copy)]
enum Does {
    Allow,
    Replace(&'static str),
    Block,
}

const WORD: &str = "sécret";

fn told(does: Does, window: usize) -> Told {
    let guard = match does {
        Does::Allow => allow(&OUTPUT),
        Does::Replace(with) => replace(&OUTPUT, WORD, with),
        Does::Block => block(&OUTPUT, WORD),
    };
    guard.holding_back(HoldBack::Bytes(WORD.len() + window))
}

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![
        Just(Does::Allow),
        Just(Does::Block),
        prop_oneof![Just("*"), Just(""), Just("s"), Just("[REDACTED, AS IT IS ONE]")]
            .prop_map(Does::Replace),
    ]
}

/// A text, and the pieces that it comes in.
fn chunks() -> impl Strategy<Value = Vec<String>> {
    let piece = prop_oneof![
        3 => "[a-e ,é日]{1,12}",
        1 => Just(WORD.to_owned()),
        1 => prop_oneof![Just("séc"), Just("sécre"), Just("s"), Just("ret")]
            .prop_map(str::to_owned),
    ];
    (prop::collection::vec(piece, 0..24), prop::collection::vec(1_usize..9, 1..40)).prop_map(
        |(pieces, sizes)| {
            let text: Vec<char> = pieces.concat().chars().collect();
            let (mut chunks, mut rest) = (Vec::new(), text.as_slice());
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, left) = rest.split_at((*size).min(rest.len()));
                chunks.push(chunk.iter().collect());
                rest = left;
            }
            chunks
        },
    )
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn promise_10_however_an_answer_comes_nobody_sees_what_no_guard_let_through(
        chunks in chunks(),
        does in does(),
        window in 0_usize..20,
        more in prop::collection::vec((does(), 0_usize..8), 0..2),
    ) {
        let text = chunks.concat();
        prop_assume!(!text.trim().is_empty());
        // Of several guards, each is given what the one before let through.
        let mut all_guards = vec![(does, window)];
        all_guards.extend(more);
        let mut passed = Some(text.clone());
        for (does, _) in &all_guards {
            passed = match (does, passed) {
                (Does::Replace(with), Some(text)) => Some(text.replace(WORD, with)),
                (Does::Block, Some(text)) if text.contains(WORD) => None,
                (_, passed) => passed,
            };
        }
        prop_assume!(passed.as_ref().is_none_or(|passed| !passed.trim().is_empty()));
        let held: usize = all_guards.iter().map(|(_, window)| WORD.len() + window).sum();
        let borrowed: Vec<&str> = chunks.iter().map(String::as_str).collect();
        let model = script([pieces(&borrowed)]);
        let agent = all_guards
            .iter()
            .fold(agent(), |agent, (does, window)| agent.guard(told(*does, *window)));
        let agent = agent.build().unwrap();
        let (shown, end) = block_on(watched(&agent, &runtime(&model)));
        let seen = all(&shown);
        let allows = all_guards.iter().all(|(does, _)| matches!(does, Does::Allow));

        let mut so_far = 0;
        for (at, piece) in &shown {
            so_far += piece.len();
            let come: usize = chunks.iter().take(usize::try_from(*at).unwrap()).map(String::len).sum();
            let ended = *at >= chunks.len() as u64;
            if allows {
                prop_assert!(ended || so_far + held <= come, "{so_far} of {come} after {at}");
            }
        }
        match (&passed, end) {
            (Some(passed), Ok(answer)) => {
                prop_assert_eq!(&answer.output, passed);
                prop_assert_eq!(&seen, passed);
                if !allows {
                    let kept = stored(&answer.messages).contains(WORD);
                    prop_assert!(!kept || passed.contains(WORD));
                }
            }
            (None, Err(error)) => {
                prop_assert!(matches!(error.kind(), ErrorKind::Blocked { .. }), "{:?}", error);
                prop_assert!(!seen.contains(WORD), "{}", seen);
                if let [(Does::Block, _)] = all_guards.as_slice() {
                    let before = text.split(WORD).next().unwrap();
                    prop_assert!(before.starts_with(&seen), "{} of {}", seen, text);
                }
                prop_assert!(!stored(error.history()).contains(WORD));
            }
            (passed, end) => prop_assert!(false, "{passed:?} {:?}", end.err()),
        }
    }
}
