//! Typed answers, whole and as they come.

use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::guard::{HoldBack, Stage};
use fastroai::prelude::*;
use fastroai::providers::{Delta, Part, Profile, ToolCall};
use serde_json::Value;
use tests::scripted::{Scripted, Step, reply, text};

use super::rig::{MODEL, agent, allow, block, builder, replace, runtime, script, stored};

#[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize, JsonSchema)]
struct Plan {
    city: String,
    nights: u32,
}

const OUTPUT: [Stage; 1] = [Stage::Output];

fn without_schemas(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let mut profile = Profile::default();
    profile.json_schema = false;
    Scripted::with_profile(MODEL, profile, steps)
}

fn handed_in(arguments: &str) -> Step {
    let call = ToolCall::new("a", "final_answer", arguments);
    Step::Reply(reply(vec![Part::ToolCall(call)]))
}

/// A model that answers with this JSON, as text or by a call.
fn answering(json: &str, by_call: bool) -> Scripted {
    if by_call { without_schemas([handed_in(json)]) } else { script([text(json)]) }
}

#[tokio::test]
async fn the_json_of_an_answer_is_looked_at_and_the_value_made_of_what_passed() {
    for by_call in [false, true] {
        let model = answering(r#"{"city":"Atlantis","nights":3}"#, by_call);
        let guard = replace(&OUTPUT, "Atlantis", "[CITY]");
        let agent = agent().output::<Plan>().guard(guard.clone()).build().unwrap();
        let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
        assert_eq!(answer.output, Plan { city: "[CITY]".to_owned(), nights: 3 });
        assert!(!stored(&answer.messages).contains("Atlantis"), "{by_call}");
        assert_eq!(guard.texts(), [r#"{"city":"Atlantis","nights":3}"#]);
        assert_eq!(guard.seen()[0].tool, None, "it is an answer, however it is handed in");
    }
}

#[tokio::test]
async fn a_blocked_answer_is_withheld_however_it_is_handed_in_or_spelled() {
    for by_call in [false, true] {
        for json in [r#"{"city":"Atlantis","nights":3}"#, r#"{"city":"Atl\u0061ntis","nights":3}"#]
        {
            let model = answering(json, by_call);
            let rt = builder(&model).guard(block(&OUTPUT, "Atlantis")).build();
            let agent = agent().output::<Plan>().build().unwrap();
            let error = agent.run("Go").on(&rt).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Blocked { .. }), "{error:?}");
            let kept = stored(error.history());
            assert!(kept.contains("[A guard withheld this reply.]"), "{kept}");
            assert!(!kept.contains("tlantis") && !kept.contains("ntis"), "{kept}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_after_a_guard_is_asked_for_again() {
    let model = script([text(r#"{"city":"A","nights":3}"#), text(r#"{"city":"B","nights":3}"#)]);
    let agent = agent().output::<Plan>().guard(replace(&OUTPUT, r#""A""#, "null")).build().unwrap();
    let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert_eq!((answer.output.city.as_str(), answer.requests), ("B", 2));
}

/// The values that a watcher is shown of an answer that comes letter by letter.
async fn parts(
    json: &str,
    by_call: bool,
    guard: super::rig::Told,
) -> (Vec<Value>, Result<Plan, fastroai::Error>) {
    let letters = json.chars().map(String::from);
    let (deltas, whole): (Vec<_>, _) = if by_call {
        let begin = Delta::ToolCall { index: 0, name: "final_answer".to_owned() };
        let letters = letters.map(|fragment| Delta::Arguments { index: 0, fragment });
        let call = ToolCall::new("a", "final_answer", json);
        ([begin].into_iter().chain(letters).collect(), Part::ToolCall(call))
    } else {
        (letters.map(Delta::Text).collect(), Part::text(json))
    };
    let step = Step::PacedDeltas(Duration::from_secs(1), deltas, reply(vec![whole]));
    let model = if by_call { without_schemas([step]) } else { script([step]) };
    let agent = agent().output::<Plan>().guard(guard).build().unwrap();
    let mut stream = agent.run("Go").on(&runtime(&model)).stream();
    let (mut shown, mut end) = (Vec::new(), None);
    while let Some(event) = stream.next().await {
        match event {
            Ok(AgentEvent::Partial(value)) => shown.push(value),
            Ok(AgentEvent::Text(text)) => panic!("{text}"),
            Ok(AgentEvent::Done(response)) => end = Some(Ok(response.output)),
            Ok(_) => {}
            Err(error) => end = Some(Err(error)),
        }
    }
    (shown, end.unwrap())
}

const LONG: &str = r#"{"city":"It is Atlantis, as we know from Plato's writings","nights":3}"#;

#[tokio::test(start_paused = true)]
async fn promise_10_parts_of_a_typed_answer_are_made_of_what_passed_alone() {
    for by_call in [false, true] {
        let window = HoldBack::Bytes(8);
        let (shown, end) = parts(LONG, by_call, allow(&OUTPUT).holding_back(window)).await;
        assert!(shown.len() > 5, "{shown:?}");
        assert_eq!(shown.last().unwrap()["nights"], 3);
        assert_eq!(end.unwrap().nights, 3);

        let guard = replace(&OUTPUT, "Atlantis", "[CITY]").holding_back(window);
        let (shown, end) = parts(LONG, by_call, guard).await;
        let plan = end.unwrap();
        assert_eq!(plan.city, "It is [CITY], as we know from Plato's writings");
        assert!(shown.len() > 3, "{shown:?}");
        for part in &shown {
            let city = part["city"].as_str().unwrap_or_default();
            assert!(plan.city.starts_with(city), "{city}");
        }

        let guard = block(&OUTPUT, "Atlantis").holding_back(window);
        let (shown, end) = parts(LONG, by_call, guard).await;
        assert!(matches!(end.unwrap_err().kind(), ErrorKind::Blocked { .. }));
        for part in &shown {
            assert!(!part.to_string().contains("Atl"), "{part}");
        }

        let (shown, _) = parts(LONG, by_call, allow(&OUTPUT)).await;
        assert_eq!(shown.len(), 1, "all of it at the end, where all is held back");
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_is_looked_at_whatever_escapes_it_is_spelled_in() {
    let spelled = LONG.replace("Atlantis", r"\u0041tl\u0061ntis");
    for by_call in [false, true] {
        for window in [8, 9, 12] {
            let guard = block(&OUTPUT, "Atlantis").holding_back(HoldBack::Bytes(window));
            let (shown, end) = parts(&spelled, by_call, guard).await;
            assert!(matches!(end.unwrap_err().kind(), ErrorKind::Blocked { .. }));
            for part in &shown {
                assert!(!part.to_string().contains("Atl"), "{part}");
            }
            let guard = allow(&OUTPUT).holding_back(HoldBack::Bytes(window));
            let (shown, end) = parts(&spelled, by_call, guard).await;
            assert!(end.unwrap().city.contains("Atlantis"));
            assert_eq!(shown.last().unwrap()["nights"], 3);
        }
    }
}
