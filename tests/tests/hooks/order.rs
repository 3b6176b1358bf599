//! When hooks are asked, and what they are told.

use std::time::Duration;

use fastroai::hook::{Denied, Gate, Outcome, Permit};
use fastroai::money::Budget;
use fastroai::providers::{Message, ModelErrorKind};
use fastroai::{ErrorCategory, ErrorKind, RetryPolicy, usd};
use fastroai_providers::error::{Phase, ProviderFault};
use tests::scripted::{Step, call, text};
use tokio::time::{Instant, timeout};

use super::rig::{
    BeforeModel, BeforeTool, Count, Log, Recorder, agent, broken, echo, runtime, script, tool,
    unauthorised, word,
};

#[tokio::test(start_paused = true)]
async fn behaviour_3_neither_before_nor_after_is_heard_of_what_a_budget_refuses() {
    let (model, recorder) = (script([text("never")]), Recorder::default());
    let runtime = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime).budget(usd!("0.000001")).await.expect_err("no money");
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    assert!(recorder.log.all().is_empty(), "{:?}", recorder.log.all());
    assert!(model.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn behaviour_4_a_call_that_goes_well_is_before_then_sent_then_after() {
    let log = Log::default();
    let seen = log.clone();
    let answering = Step::After(Duration::from_secs(2), Box::new(text("Done")));
    let model = script([answering]);
    let asked = model.clone();
    let hook = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        seen.add(format!("before, {} sent", asked.asked().len()));
        let (seen, asked) = (seen.clone(), asked.clone());
        Ok(Gate::Go(Permit::new(move |outcome| {
            let outcome = outcome.expect("it ended");
            let took = (outcome.usage.total_tokens(), outcome.cost, outcome.elapsed.as_secs());
            seen.add(format!("after, {} sent, {}", asked.asked().len(), word(Some(outcome))));
            seen.add(format!("{took:?}"));
        })))
    });
    let runtime = runtime(&model).hook(hook).build();
    let answer = agent().build().expect("an agent").run("Go").on(&runtime).await.expect("done");
    let took = format!("{:?}", (Some(15), answer.cost.exact(), 2));
    assert_eq!(log.all(), ["before, 0 sent", "after, 1 sent, succeeded", took.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn behaviour_5_two_failures_and_a_success_are_three_of_each() {
    let model = script([Step::Fail(broken()), Step::Fail(broken()), text("Done")]);
    let recorder = Recorder::default();
    let runtime = runtime(&model).hook(recorder.clone()).build();
    agent().build().expect("an agent").run("Go").on(&runtime).await.expect("the third went well");
    assert_eq!(model.asked().len(), 3);
    let name = "test:one";
    let failed = [format!("before {name}"), format!("after {name}: Server")];
    let well = [format!("before {name}"), format!("after {name}: succeeded")];
    assert_eq!(recorder.log.all(), [failed.clone(), failed, well].concat());
}

#[tokio::test(start_paused = true)]
async fn behaviour_6_what_is_denied_is_not_sent_not_told_of_and_not_tried_again() {
    let (model, recorder) = (script([text("never")]), Recorder::default());
    let asked = Count::default();
    let counting = asked.clone();
    let denying = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        counting.up();
        Err(Denied::new("not today"))
    });
    let runtime = runtime(&model).hook(denying).hook(recorder.clone()).build();
    let agent = agent().fallback(["offline:demo"]).build().expect("an agent");
    let error = agent.run("Go").on(&runtime).await.expect_err("denied");
    assert!(
        matches!(error.kind(), ErrorKind::Denied { hook, denied }
            if hook == "before model" && denied.reason() == "not today"),
        "{error:?}"
    );
    assert_eq!(error.to_string(), "`before model` denied it: not today");
    assert_eq!(error.category(), ErrorCategory::Permanent);
    assert!(error.bill().is_empty(), "nothing was sent");
    assert_eq!(error.history().to_vec(), [Message::user("Go")]);
    assert_eq!((asked.get(), model.asked().len()), (1, 0));
    assert!(recorder.log.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn behaviour_6_a_denial_on_a_later_attempt_ends_it_with_the_first_one_on_the_bill() {
    let model = script([Step::Fail(broken()), text("never")]);
    let denying = BeforeModel(|call: &mut fastroai::hook::ModelCall<'_>| {
        if call.attempt() > 1 { Err(Denied::new("once is enough")) } else { Ok(Gate::go()) }
    });
    let runtime = runtime(&model).hook(denying).build();
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime).await.expect_err("denied");
    assert!(matches!(error.kind(), ErrorKind::Denied { .. }), "{error:?}");
    assert_eq!((error.bill().requests(), model.asked().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn behaviour_6_a_denial_inside_the_run_is_told_after_once_and_not_tried_again() {
    // The tool stands for what is inside: it is let through, and an agent in it is denied.
    let inner = script([]);
    let inner_runtime = runtime(&inner)
        .hook(BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| Err(Denied::new("not in here"))));
    let inner_runtime = inner_runtime.build();
    let asking = tool("ask", move |_, _| {
        let runtime = inner_runtime.clone();
        async move {
            let error = agent().build().expect("an agent").run("In").on(&runtime).await;
            Err(fastroai::ToolError::new(error.expect_err("denied").to_string()))
        }
    });
    let model = script([call("a", "ask", r#"{"n":1}"#), text("Done")]);
    let recorder = Recorder::default();
    let runtime = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().tool(asking).build().expect("an agent");
    agent.run("Go").on(&runtime).await.expect("the model goes on without");
    assert_eq!((recorder.log.count("before ask"), recorder.log.count("after ask")), (1, 1));
    assert!(inner.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn behaviour_7_a_hook_that_panics_after_ends_the_run_and_the_paid_call_stays_counted() {
    let model = script([text("Paid for"), text("never")]);
    let panicking = BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| {
        Ok(Gate::Go(Permit::new(|_| panic!("a mistake of the hook"))))
    });
    let recorder = Recorder::default();
    let runtime = runtime(&model).hook(panicking).hook(recorder.clone()).build();
    let tenant = Budget::new("tenant", usd!("1.00"));
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime).account(&tenant).await.expect_err("it panicked");
    assert!(
        matches!(error.kind(), ErrorKind::HookPanicked { hook } if hook == "before model"),
        "{error:?}"
    );
    assert_eq!(model.asked().len(), 1, "nothing is tried again");
    let paid = error.bill().total().exact().expect("all is known");
    assert_eq!((tenant.spent(), tenant.held()), (paid, usd!("0.00")));
    assert!(!paid.is_zero());
    assert_eq!(error.history().len(), 2, "what was paid for is kept");
    assert_eq!(recorder.log.count("after"), 1, "the other hooks are told all the same");
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_before_lets_nothing_through() {
    let model = script([text("never")]);
    let recorder = Recorder::default();
    let panicking = BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| panic!("a mistake"));
    let runtime = runtime(&model).hook(recorder.clone()).hook(panicking).build();
    let tenant = Budget::new("tenant", usd!("1.00"));
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime).account(&tenant).await.expect_err("it panicked");
    assert!(matches!(error.kind(), ErrorKind::HookPanicked { .. }), "{error:?}");
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_eq!(tenant.left(), usd!("1.00"), "nothing stays held");
    assert_eq!(recorder.log.all(), ["before test:one", "after test:one: given up"]);
}

#[tokio::test(start_paused = true)]
async fn behaviour_8_after_is_told_of_the_run_s_timeout() {
    let (model, recorder) = (script([Step::Hang]), Recorder::default());
    let runtime = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().timeout(Duration::from_secs(3)).build().expect("an agent");
    let error = agent.run("Go").on(&runtime).await.expect_err("too late");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(recorder.log.all(), ["before test:one", "after test:one: TimedOut"]);
}

#[tokio::test(start_paused = true)]
async fn behaviour_8_after_is_told_of_the_attempt_s_timeout() {
    let (model, recorder) = (script([Step::Hang, text("Done")]), Recorder::default());
    let policy = RetryPolicy::default().attempt_timeout(Duration::from_secs(3));
    let runtime = runtime(&model).retry(policy).hook(recorder.clone()).build();
    let answer = agent().build().expect("an agent").run("Go").on(&runtime).await.expect("done");
    assert_eq!((answer.bill.requests(), model.asked().len()), (2, 2));
    let told = recorder.log.all();
    assert!(told[1].contains(&format!("{:?}", Phase::Total)), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn defect_26_what_cannot_get_better_is_tried_once_and_the_kind_of_trouble_is_told() {
    let model = script([Step::Fail(unauthorised()), text("never")]);
    let log = Log::default();
    let seen = log.clone();
    let hook = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        let seen = seen.clone();
        Ok(Gate::Go(Permit::new(move |outcome| {
            seen.add(format!("{:?}", outcome.and_then(Outcome::category)));
        })))
    });
    let runtime = runtime(&model).hook(hook).build();
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime).await.expect_err("no key");
    let kind = error.model_error().expect("of the model").kind();
    assert_eq!(*kind, ModelErrorKind::Provider(ProviderFault::Authentication));
    assert_eq!(error.category(), ErrorCategory::Permanent);
    assert_eq!(model.asked().len(), 1, "one attempt");
    assert_eq!(log.all(), ["Some(Permanent)"]);
}

#[tokio::test(start_paused = true)]
async fn defect_26_a_timeout_that_nobody_set_is_in_no_message() {
    let model = script([Step::Fail(broken()), Step::Fail(broken()), Step::Fail(broken())]);
    let start = Instant::now();
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model).build()).await.expect_err("broken");
    assert!(!error.to_string().contains("None"), "{error}");
    // The waits have a jitter, and a limit: three attempts are two waits, under half a second and
    // under one.
    assert!((250..1_500).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn defect_32_after_follows_before_also_where_the_attempt_is_cancelled() {
    let (model, recorder) = (script([Step::Hang]), Recorder::default());
    let runtime = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().build().expect("an agent");
    let dropped = timeout(Duration::from_secs(1), agent.run("Go").on(&runtime)).await;
    assert!(dropped.is_err(), "it hangs");
    assert_eq!(recorder.log.all(), ["before test:one", "after test:one: given up"]);
}

#[tokio::test(start_paused = true)]
async fn defect_33_the_number_of_attempts_that_is_set_is_the_number_that_is_made() {
    for attempts in [1, 2, 5] {
        let model = script((0..9).map(|_| Step::Fail(broken())));
        let policy = RetryPolicy::default().attempts(attempts);
        let runtime = runtime(&model).retry(policy).build();
        let agent = agent().build().expect("an agent");
        agent.run("Go").on(&runtime).await.expect_err("broken");
        assert_eq!(model.asked().len(), attempts as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_asked_again_and_holds_no_money_meanwhile() {
    let model = script([text("Done")]);
    let tenant = Budget::new("tenant", usd!("1.00"));
    let (asked, account) = (Count::default(), tenant.clone());
    let first = Recorder::default();
    let counting = asked.clone();
    let waiting = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        assert!(!account.held().is_zero(), "it is asked with the money in hand");
        if counting.up() <= 3 { Ok(Gate::wait(Duration::from_secs(10))) } else { Ok(Gate::go()) }
    });
    let runtime = runtime(&model).hook(first.clone()).hook(waiting).build();
    let agent = agent().build().expect("an agent");
    let start = Instant::now();
    let watch = async {
        tokio::time::sleep(Duration::from_secs(15)).await;
        assert_eq!(tenant.held(), usd!("0.00"), "nothing waits while it holds money");
        assert_eq!(first.log.count("after"), 2, "nor while it holds a permit");
    };
    let (answer, ()) = tokio::join!(agent.run("Go").on(&runtime).account(&tenant), watch);
    answer.expect("it was let through in the end");
    assert_eq!((start.elapsed().as_secs(), asked.get()), (30, 4));
    assert_eq!(first.log.count("after test:one: given up"), 3);
    assert_eq!(first.log.count("after test:one: succeeded"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_run_s_time() {
    let model = script([text("never")]);
    let waiting =
        BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| Ok(Gate::wait(Duration::MAX)));
    let runtime = runtime(&model).hook(waiting).build();
    let agent = agent().timeout(Duration::from_secs(5)).build().expect("an agent");
    let start = Instant::now();
    let error = agent.run("Go").on(&runtime).await.expect_err("too late");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((start.elapsed().as_secs(), model.asked().len()), (5, 0));
    assert!(error.bill().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hook_may_shorten_a_reply_and_never_lengthen_it() {
    let model = script([text("One"), text("Two")]);
    let lowering = BeforeModel(|call: &mut fastroai::hook::ModelCall<'_>| {
        call.limit_max_tokens(300);
        call.limit_max_tokens(5_000);
        Ok(Gate::go())
    });
    let runtime = runtime(&model).hook(lowering).build();
    let agent = agent().max_tokens(1_000).build().expect("an agent");
    agent.run("Go").on(&runtime).await.expect("done");
    agent.run("Go").on(&runtime).budget(usd!("0.10")).await.expect("done");
    let sent: Vec<_> = model.asked().iter().map(|asked| asked.settings.max_tokens).collect();
    assert_eq!(sent, [Some(300), Some(300)]);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_denied_does_not_run_and_ends_the_run_or_is_told_to_the_model() {
    let steps = || [call("a", "echo", r#"{"n":1}"#), text("Done")];
    let agent = agent().tool(echo()).build().expect("an agent");

    let model = script(steps());
    let denying = BeforeTool(|used: &mut fastroai::hook::ToolUse<'_>| {
        assert_eq!((used.name(), used.arguments()), ("echo", r#"{"n":1}"#));
        Err(Denied::new("no tools"))
    });
    let strict = runtime(&model).hook(denying).build();
    let error = agent.run("Go").on(&strict).await.expect_err("denied");
    assert!(matches!(error.kind(), ErrorKind::Denied { .. }), "{error:?}");
    assert_eq!((error.bill().requests(), model.asked().len()), (1, 1));

    let model = script(steps());
    let telling = BeforeTool(|_: &mut fastroai::hook::ToolUse<'_>| {
        Err(Denied::new("no tools").tell_model("You may not use this."))
    });
    let mild = runtime(&model).hook(telling).build();
    let answer = agent.run("Go").on(&mild).await.expect("it goes on");
    let Message::Tool(told) = &answer.messages[2] else {
        panic!("a result: {:?}", answer.messages)
    };
    assert_eq!(told.results[0].content, "You may not use this.");
}
