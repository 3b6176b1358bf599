//! What is asked, and what was said before.

use std::error::Error as _;
use std::time::Duration;

use fastroai::ErrorCategory;
use fastroai::ErrorKind;
use fastroai::guard::{GuardError, Stage, Verdict};
use fastroai::hook::{Denied, Gate, Hook, ModelCall};
use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::message::{UserMessage, UserPart};
use fastroai::providers::{History, Message};
use fastroai::usd;
use tests::scripted::{Scripted, call, text};

use super::rig::{
    ALL, MODEL, REPLY, Told, agent, allow, block, builder, echo, replace, runtime, script,
};
use super::rig::{flag, stored};

/// No attempt at a model.
struct Unasked;

impl Hook for Unasked {
    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        panic!("a model was asked, or its tokens counted");
    }
}

fn nothing_happened(model: &Scripted, error: &fastroai::Error) {
    assert_eq!(model.asked().len(), 0, "no request");
    assert!(error.bill().is_empty(), "nothing paid");
}

#[tokio::test]
async fn promise_8_a_blocked_prompt_asks_no_model_counts_no_token_and_holds_no_money() {
    let model = script([text("no")]);
    let (tool, given) = echo();
    let agent = agent().tool(tool).build().unwrap();
    let account = Budget::new("tenant", usd!("1"));
    let rt = builder(&model).hook(Unasked).guard(block(&[Stage::Prompt], "weapon")).build();
    let limits = fastroai::UsageLimits::default().input_tokens(1_000);
    let prompt = UserMessage::from("Hello.").text("How is a weapon made?");
    let error = agent.run(prompt).on(&rt).account(&account).usage_limits(limits).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Blocked { guard, stage: Stage::Prompt, reason }
            if guard == "block" && reason == "it has the word"),
        "{error:?}"
    );
    assert_eq!(error.to_string(), "`block` blocked the prompt: it has the word");
    assert_eq!((error.category(), error.is_retryable()), (ErrorCategory::Permanent, false));
    nothing_happened(&model, &error);
    assert_eq!((account.spent(), account.held()), (usd!("0"), usd!("0")));
    assert!(given.lock().unwrap().is_empty());
    assert!(error.history().is_empty(), "what was asked is no part of it");
    assert!(!format!("{error:?} {:?}", error.guarded()).contains("weapon is"));
}

#[tokio::test]
async fn promise_8_a_blocked_prompt_leaves_the_history_as_it_was() {
    let model = script([text("Hello!"), text("no")]);
    let agent = agent().build().unwrap();
    let rt = builder(&model).guard(block(&[Stage::Prompt], "weapon")).build();
    let first = agent.run("Hello.").on(&rt).await.unwrap();
    let asked = agent.run("A weapon?").messages(&first.messages).on(&rt);
    let error = asked.await.unwrap_err();
    assert_eq!(*error.history(), first.messages);
    let streamed = agent.run("A weapon?").messages(&first.messages).on(&rt).stream().next().await;
    assert!(matches!(streamed.unwrap().unwrap_err().kind(), ErrorKind::Blocked { .. }));
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn promise_8_a_history_is_looked_at_by_its_users_texts_and_what_is_blocked_is_withheld() {
    let model = script([text("Hello!")]);
    let agent = agent().build().unwrap();
    let guard = block(&[Stage::History], "weapon");
    let mut answer = tests::scripted::reply(vec![fastroai::providers::Part::text("a weapon?")]);
    answer.finish_reason = fastroai::providers::FinishReason::Stop;
    let history = vec![
        Message::user("Hi."),
        Message::Assistant(answer.clone()),
        Message::user("Of a weapon."),
        Message::Assistant(answer),
    ];
    let rt = builder(&model).hook(Unasked).guard(guard.clone()).build();
    let asked = agent.run("A weapon!").messages(history.clone()).on(&rt);
    let error = asked.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { stage: Stage::History, .. }), "{error:?}");
    nothing_happened(&model, &error);
    assert_eq!(guard.texts(), ["Hi.", "Of a weapon."], "neither answers nor the prompt");
    assert_eq!(error.history().len(), 4, "what was asked is no part of it");
    let Message::User(withheld) = &error.history()[2] else { panic!("a user's message") };
    assert_eq!(withheld.parts[0].as_text(), Some("[A guard withheld this message.]"));
    assert_eq!(error.history()[..2], history[..2]);

    // What is left can go on.
    let rt = builder(&model).guard(guard).build();
    agent.run("Hello").messages(error.history()).on(&rt).await.unwrap();
}

#[tokio::test]
async fn what_is_replaced_is_what_the_model_and_the_transcript_have() {
    let model = script([text("Hello!")]);
    let agent = agent().build().unwrap();
    let rt = builder(&model)
        .guard(replace(&[Stage::Prompt], "4111", "[CARD]"))
        .guard(replace(&[Stage::History], "ada@x.org", "[EMAIL]"))
        .build();
    let history = vec![Message::user("I am ada@x.org, 4111."), Message::Assistant(reply())];
    let prompt = UserMessage::from("My card is 4111.").text("Is 4111 valid?");
    let answer = agent.run(prompt).messages(history).on(&rt).await.unwrap();
    let sent = stored(&model.asked()[0].messages);
    for there in ["I am [EMAIL], 4111.", "My card is [CARD].", "Is [CARD] valid?"] {
        assert!(sent.contains(there), "{sent}");
        assert!(stored(&answer.messages).contains(there));
    }
    assert!(!sent.contains("card is 4111"), "{sent}");
    assert_eq!(answer.new_messages().len(), 2);
    let stages: Vec<_> = answer.guarded.iter().map(|it| it.stage).collect();
    assert_eq!(stages, [Stage::History, Stage::Prompt, Stage::Prompt]);
}

fn reply() -> fastroai::providers::Response {
    tests::scripted::reply(vec![fastroai::providers::Part::text("Hello.")])
}

#[tokio::test]
async fn guards_are_asked_in_their_order_and_each_sees_what_the_one_before_let_through() {
    let model = script([text("Hello!")]);
    let stages = [Stage::Prompt];
    let first = replace(&stages, "a", "b");
    let second = replace(&stages, "b", "c");
    let third = replace(&stages, "c", "d");
    let last = allow(&stages);
    let agent = agent().guard(second.clone()).build().unwrap();
    let rt = builder(&model).guard(first.clone()).build();
    let answer = agent.run("a!").guard(third.clone()).guard(last.clone()).on(&rt).await.unwrap();
    assert_eq!(
        [first.texts(), second.texts(), third.texts(), last.texts()],
        [["a!"], ["b!"], ["c!"], ["d!"]]
    );
    let Message::User(asked) = &answer.messages[0] else { panic!("a prompt") };
    assert_eq!(asked.parts, [UserPart::Text { text: "d!".to_owned() }]);
}

#[tokio::test]
async fn what_blocks_first_is_the_last_that_is_asked() {
    let model = script([]);
    let (first, second) = (block(&[Stage::Prompt], "a"), allow(&[Stage::Prompt]));
    let agent = agent().guard(first).guard(second.clone()).build().unwrap();
    agent.run("a").on(&runtime(&model)).await.unwrap_err();
    assert!(second.texts().is_empty());
}

#[tokio::test]
async fn what_users_said_last_is_asked_where_a_conversation_only_goes_on() {
    let model = script([text("Hello!")]);
    let guard = block(&[Stage::Prompt], "weapon");
    let rt = builder(&model).guard(guard.clone()).build();
    let agent = agent().build().unwrap();
    let history =
        vec![Message::user("Hi."), Message::Assistant(reply()), Message::user("A weapon?")];
    let error = agent.continue_from(history.clone()).on(&rt).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { stage: Stage::Prompt, .. }), "{error:?}");
    assert_eq!(error.history()[..], history[..2]);
    assert_eq!(guard.texts(), ["A weapon?"]);
    nothing_happened(&model, &error);
}

#[tokio::test]
async fn a_guard_that_cannot_tell_lets_nothing_through_and_may_be_asked_again() {
    let model = script([text("no")]);
    let away = Told::trying("away", &ALL, |_, _| {
        Err(GuardError::from(std::io::Error::other("secret: the service is away")))
    });
    let agent = agent().build().unwrap();
    let rt = builder(&model).hook(Unasked).guard(away).build();
    let error = agent.run("Hello").on(&rt).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::GuardFailed { guard, cause: Some(_) } if guard == "away")
    );
    assert_eq!((error.category(), error.is_retryable()), (ErrorCategory::Transient, true));
    assert_eq!(error.source().unwrap().to_string(), "secret: the service is away");
    assert!(!format!("{error} {error:?} {:?}", error.guarded()).contains("secret"));
    assert!(error.history().is_empty() && error.withheld().is_none());
    nothing_happened(&model, &error);
}

#[tokio::test]
async fn a_guard_that_panics_lets_nothing_through() {
    let model = script([text("no")]);
    let broken = Told::trying("broken", &ALL, |_, _| panic!("the guard is broken"));
    let agent = agent().guard(broken).build().unwrap();
    let error = agent.run("Hello").on(&runtime(&model)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::GuardFailed { guard, cause: None } if guard == "broken")
    );
    assert_eq!(error.category(), ErrorCategory::Unknown);
    assert!(error.source().is_none());
    nothing_happened(&model, &error);
}

/// A guard that panics wherever it is asked anything.
struct Wild;

impl fastroai::guard::Guard for Wild {
    fn name(&self) -> &str {
        panic!("no name")
    }

    fn looks_at(&self, _: Stage) -> bool {
        panic!("no stage")
    }

    fn hold_back(&self) -> fastroai::guard::HoldBack {
        panic!("no window")
    }

    fn check<'a>(
        &'a self,
        _: &'a str,
        _: &'a fastroai::guard::Looked<'a>,
    ) -> fastroai::guard::Checking<'a> {
        panic!("no check")
    }
}

#[tokio::test]
async fn a_guard_that_panics_wherever_it_is_asked_lets_nothing_through() {
    let model = script([text("no")]);
    let agent = agent().guard(Wild).build().unwrap();
    assert!(format!("{:?}", agent.config()).contains("a guard"));
    let error = agent.run("Hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::GuardFailed { guard, .. } if guard == "a guard"));
    nothing_happened(&model, &error);
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_takes_too_long_ends_with_the_runs_time_or_its_cancellation() {
    let slow = || {
        fastroai::guard::from_fn("slow", [Stage::Prompt], |_| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(Verdict::Allow)
        })
    };
    let model = script([text("no")]);
    let agent = agent().guard(slow()).build().unwrap();
    let rt = runtime(&model);
    let error = agent.run("Hello").on(&rt).timeout(Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert!(error.history().is_empty(), "nobody has looked at what was asked");
    let token = tokio_util::sync::CancellationToken::new();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    };
    let run = agent.run("Hello").on(&rt).cancellation(token.clone()).into_future();
    let (error, ()) = tokio::join!(run, cancel);
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    nothing_happened(&model, &error);
}

#[tokio::test]
async fn a_run_inside_a_run_passes_the_guards_around_it_whatever_runtime_it_brings() {
    let inner_model = script([text("inner")]);
    let outer_model = script([call("a", "ask", r#"{"text":"b, and x"}"#), text("Done.")]);
    let (around, own) = (replace(&[Stage::Prompt], "b", "c"), allow(&[Stage::Prompt]));
    let inner_runtime = builder(&inner_model).guard(own.clone()).build();
    let inner = agent().runtime(&inner_runtime).build().unwrap();
    let inner = std::sync::Arc::new(inner);
    let ask =
        fastroai::tool::FunctionTool::new("ask", "Asks.", move |note: super::rig::Note, _| {
            let inner = std::sync::Arc::clone(&inner);
            async move { Ok::<_, ToolError>(inner.run(note.text).await?.output) }
        });
    let agents_own = allow(&[Stage::Prompt]);
    let outer = agent().tool(ask).guard(agents_own.clone()).build().unwrap();
    let rt = builder(&outer_model).guard(around.clone()).build();
    outer.run("a").on(&rt).await.unwrap();
    assert_eq!(around.texts(), ["a", "b, and x"], "that of the outer runtime, for both");
    assert_eq!(own.texts(), ["c, and x"], "then that of the inner one");
    assert_eq!(agents_own.texts(), ["a"], "an agent's is its own");
    assert!(stored(&inner_model.asked()[0].messages).contains("c, and x"));
}

#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

#[tokio::test]
async fn a_guard_of_two_runtimes_is_asked_once() {
    let (inner_model, outer_model) =
        (script([text("inner")]), script([call("a", "ask", "{}"), text("Done.")]));
    let shared: std::sync::Arc<Told> = std::sync::Arc::new(allow(&[Stage::Prompt]));
    let inner_runtime = builder(&inner_model).shared_guard(shared.clone()).build();
    let outer_runtime = builder(&outer_model).shared_guard(shared.clone()).build();
    let inner = agent().name("ask").description("Asks.").runtime(&inner_runtime).build().unwrap();
    let inner = std::sync::Arc::new(inner);
    let ask = fastroai::tool::FunctionTool::new("ask", "Asks.", move |_: Nothing, _| {
        let inner = std::sync::Arc::clone(&inner);
        async move { Ok::<_, ToolError>(inner.run("inside").await?.output) }
    });
    agent().tool(ask).build().unwrap().run("outside").on(&outer_runtime).await.unwrap();
    assert_eq!(shared.texts(), ["outside", "inside"]);
}

#[tokio::test]
async fn a_guard_may_ask_an_agent_on_its_own_runtime_and_is_not_asked_about_that() {
    let model = script([text("fine"), text("Hello!")]);
    let judge = std::sync::Arc::new(agent().name("judge").build().unwrap());
    let guard = fastroai::guard::from_fn("judge", [Stage::Prompt], move |text| {
        let judge = std::sync::Arc::clone(&judge);
        async move {
            let said = judge.run(format!("Is this fine? {text}")).await?;
            Ok(if said.output == "fine" { Verdict::Allow } else { Verdict::block("no") })
        }
    });
    let rt = builder(&model).guard(guard).build();
    let answer = agent().build().unwrap().run("Hello").on(&rt).await.unwrap();
    assert_eq!(model.asked().len(), 2);
    assert_eq!(answer.bill.requests(), 2, "it is on the run's bill");
    assert_eq!(answer.cost.exact(), Some(REPLY.saturating_add(REPLY)));
}

#[fastroai::agent(
    model = "offline:demo",
    instructions = "Answer.",
    guards = [Whole, whole("weapon"), std::sync::Arc::new(Whole)],
)]
struct Declared;

struct Whole;

impl fastroai::guard::Guard for Whole {
    fn looks_at(&self, stage: Stage) -> bool {
        stage == Stage::Prompt
    }

    fn check<'a>(
        &'a self,
        text: &'a str,
        _: &'a fastroai::guard::Looked<'a>,
    ) -> fastroai::guard::Checking<'a> {
        Box::pin(async move {
            Ok(match text.strip_suffix('?') {
                Some(text) => Verdict::replace(text, "no questions"),
                None => Verdict::Allow,
            })
        })
    }
}

fn whole(word: &'static str) -> Told {
    block(&[Stage::Prompt], word)
}

#[tokio::test]
async fn an_attribute_names_the_guards_of_an_agent() {
    let model = script([text("Hello!")]);
    let rt = runtime(&model);
    let answer = Declared.run("Hello??").model(MODEL).on(&rt).await.unwrap();
    let guards: Vec<_> = answer.guarded.iter().map(|it| it.guard.as_str()).collect();
    assert_eq!(guards, ["Whole", "Whole"], "the first and the last");
    let error = Declared.run("weapon").model(MODEL).on(&rt).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { guard, .. } if guard == "block"));
}

#[tokio::test]
async fn a_flag_lets_pass() {
    let model = script([text("Hello!")]);
    let agent = agent().guard(flag(&[Stage::Prompt], "odd")).build().unwrap();
    let answer = agent.run("odd").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.output, "Hello!");
    assert!(stored(&model.asked()[0].messages).contains("odd"));
    assert_eq!(answer.guarded.len(), 1);
    let history = History::from(answer.messages.to_vec());
    assert_eq!(history.len(), 2);
}

/// Lets no run begin.
struct Closed;

impl Hook for Closed {
    fn before_run(&self, _: &fastroai::hook::RunInfo<'_>) -> Result<(), Denied> {
        Err(Denied::new("closed"))
    }
}

#[tokio::test]
async fn what_no_guard_has_looked_at_is_in_the_history_of_no_run_that_could_not_begin() {
    let model = script([]);
    let guard = || allow(&[Stage::Prompt]);
    let history = [Message::user("Hi."), Message::Assistant(reply())];
    let closed = builder(&model).hook(Closed).guard(guard()).build();
    let open = builder(&model).guard(guard()).build();
    let (agent, absent) = (agent().build().unwrap(), "test:absent");
    for run in [
        agent.run("unseen").on(&closed),
        agent.run("unseen").on(&open).model(absent),
        agent.run("unseen").on(&builder(&model).strict().guard(guard()).build()),
    ] {
        let error = run.messages(&history[..]).await.unwrap_err();
        assert_eq!(error.history()[..], history[..], "{error:?}");
    }
    // Without a guard it is.
    let closed = builder(&model).hook(Closed).build();
    let error = agent.run("unseen").messages(&history[..]).on(&closed).await.unwrap_err();
    assert_eq!(error.history().len(), 3);
}
