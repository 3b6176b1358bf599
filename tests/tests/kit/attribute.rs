//! `#[fastroai::test]`, by tests that are run in a process and a folder of their own.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use fastroai::prelude::*;
use fastroai::testing::{Reply, ScriptedModel, allow_requests, assert_tool_calls, with_model};
use fastroai::{RetryPolicy, usd};
use serde_json::json;
use tokio::time::Instant;

use super::server::{Answer, Folder, KEY, Server, call, text};
use super::stage::Travel;

/// The runtime that the process around this one has named.
fn runtime() -> Runtime {
    let url = std::env::var("KIT_SERVER").expect("a server");
    let runtime = Runtime::builder().base_url("openai", url).retry(RetryPolicy::never());
    runtime.build()
}

async fn trip() -> fastroai::Result<AgentResponse<String>> {
    Travel.run("Rain?").on(&runtime()).await
}

#[fastroai::test(cassette = "trip", max_cost = "$0.01")]
#[ignore = "run by others, in a folder of its own"]
async fn child_that_holds_the_trip() -> fastroai::Result<()> {
    let answer = trip().await?;
    assert_tool_calls!(answer, [weather { "city": "Lisbon" }]);
    assert!(!answer.cost.known().is_zero());
    Ok(())
}

#[fastroai::test(cassette = "trip", max_cost = "$0.0000001")]
#[ignore = "run by others, in a folder of its own"]
async fn child_that_is_too_dear() {
    trip().await.expect("an answer");
}

#[fastroai::test(cassette = "trip")]
#[ignore = "run by others, in a folder of its own"]
async fn child_that_asks_something_else() {
    Travel.run("Snow?").on(&runtime()).await.expect("an answer");
}

#[fastroai::test(cassette = "trip")]
#[ignore = "run by others, in a folder of its own"]
async fn child_that_goes_around_the_cassette() {
    let url = std::env::var("KIT_SERVER").expect("a server").parse().expect("a URL");
    let wire = std::sync::Arc::new(fastroai::providers::openai::ChatCompletions::new());
    let id = "openai:own".parse().expect("a name");
    let way = fastroai::providers::http::HttpTransport::default();
    let own = fastroai::providers::http::HttpModel::new(id, wire, way, url);
    trip().await.expect("an answer");
    let (messages, settings) = ([fastroai::Message::user("Hi")], fastroai::Settings::default());
    let request = fastroai::providers::Request::new(&messages, &settings);
    let error = fastroai::Model::request(&own, &request).await.expect_err("refused");
    assert!(error.to_string().contains("real requests are denied here"), "{error}");
}

#[fastroai::test(cassette = "trip")]
#[ignore = "run by others, in a folder of its own"]
async fn child_that_fails_by_itself() {
    panic!("on its own");
}

/// Runs one of the tests above as a user would.
fn run(child: &str, folder: &Folder, url: &str, record: bool) -> Output {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command
        .args(["--ignored", "--exact", &format!("attribute::{child}")])
        .env("CARGO_MANIFEST_DIR", &folder.0)
        .env("KIT_SERVER", url)
        .env("OPENAI_API_KEY", KEY)
        .env_remove("FASTROAI_RECORD")
        .env_remove("FASTROAI_DENY_REQUESTS");
    if record {
        command.env("FASTROAI_RECORD", "1");
    } else {
        command.env_remove("OPENAI_API_KEY");
    }
    command.output().expect("it runs")
}

fn passes(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn fails(output: &Output, because: &str) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(because), "not `{because}`: {text}");
}

/// Records the trip, and gives the address of the server that is gone.
fn record(folder: &Folder) -> String {
    let server = Server::new(vec![
        Answer::json(&call("weather", &json!({"city": "Lisbon"}))),
        Answer::json(&text("It rains.")),
    ]);
    passes(&run("child_that_holds_the_trip", folder, &server.url, true));
    server.gone()
}

#[test]
fn a_test_is_recorded_once_and_played_from_then_on() {
    let folder = Folder::new("attribute");
    fails(
        &run("child_that_holds_the_trip", &folder, "http://127.0.0.1:9/v1", false),
        "there is no cassette",
    );
    assert!(!folder.file().exists(), "nothing is recorded unless asked for");
    let url = record(&folder);
    assert!(!folder.read().contains("canary"));
    assert!(folder.read().contains("\"tools\": [\n        \"weather\""), "{}", folder.read());
    passes(&run("child_that_holds_the_trip", &folder, &url, false));
    passes(&run("child_that_goes_around_the_cassette", &folder, &url, false));
}

#[test]
fn a_test_fails_where_the_cost_is_over_its_limit_or_the_request_is_another_one() {
    let folder = Folder::new("limits");
    let url = record(&folder);
    fails(&run("child_that_is_too_dear", &folder, &url, false), "it may cost at most $0.0000001");
    let output = run("child_that_asks_something_else", &folder, &url, false);
    fails(&output, "\n-       \"content\": \"Rain?\"");
    fails(&output, "\n+       \"content\": \"Snow?\"");
}

#[test]
fn a_test_fails_where_the_tools_or_the_cost_moved_against_the_recorded_ones() {
    let folder = Folder::new("moved");
    let url = record(&folder);
    let honest = folder.read();
    let tools = "\"tools\": [\n        \"weather\"\n      ]";
    let tampered = honest.replace(tools, "\"tools\": [\n        \"book\"\n      ]");
    assert_ne!(tampered, honest);
    fs::write(folder.file(), tampered).expect("a file");
    fails(
        &run("child_that_holds_the_trip", &folder, &url, false),
        "\n-       \"book\"\n+       \"weather\"",
    );
    let dearer = honest.replace("\"prompt_tokens\": 1000", "\"prompt_tokens\": 2000");
    assert_ne!(dearer, honest);
    fs::write(folder.file(), dearer).expect("a file");
    fails(&run("child_that_holds_the_trip", &folder, &url, false), "\n-     \"cost\": \"$");
}

#[test]
fn a_test_that_fails_by_itself_says_so_and_records_nothing() {
    let folder = Folder::new("fails");
    let url = record(&folder);
    let before = folder.read();
    fails(&run("child_that_fails_by_itself", &folder, &url, true), "on its own");
    fails(&run("child_that_fails_by_itself", &folder, &url, false), "on its own");
    assert_eq!(folder.read(), before);
}

#[fastroai::test]
async fn a_test_without_a_cassette_asks_nobody_far_away() {
    let runtime = Runtime::builder().key("openai", KEY).build();
    let error = Travel.run("Hi").on(&runtime).await.expect_err("refused");
    assert!(error.to_string().contains("real requests are denied here"), "{error}");
    let server = Server::new(vec![Answer::json(&text("Near.")), Answer::json(&text("Allowed."))]);
    let near = Travel.run("Hi").on(&server.runtime()).await.expect("an answer");
    assert_eq!(near.output, "Near.");
    let allowed = allow_requests(Travel.run("Hi").on(&server.runtime())).await;
    assert_eq!(allowed.expect("an answer").output, "Allowed.");
}

#[fastroai::test(start_paused, max_cost = "$0.00")]
async fn a_paused_clock_jumps_over_waits() -> Result<(), Box<dyn std::error::Error>> {
    let model = ScriptedModel::new([
        Reply::rate_limited(Duration::from_secs(30)),
        Reply::text("Late.").after(Duration::from_secs(30)),
    ]);
    let start = Instant::now();
    let answer = with_model(model, Travel.run("Hi")).await?;
    assert_eq!(answer.output, "Late.");
    assert!(start.elapsed() >= Duration::from_secs(60));
    assert_eq!(answer.cost, usd!("0"));
    Ok(())
}

#[fastroai::test(max_cost = "$0.001")]
#[should_panic(expected = "it may cost at most $0.001, but the total is $0.15")]
async fn all_runs_of_a_test_count_those_without_an_agent_too() {
    let costly = || ScriptedModel::new([Reply::text("Hi.").usage(500_000, 0)]);
    with_model(costly().named("openai:gpt-4o-mini"), Travel.run("Hi")).await.expect("an answer");
    let (messages, settings) = ([fastroai::Message::user("Hi")], fastroai::Settings::default());
    let request = fastroai::providers::Request::new(&messages, &settings);
    let runtime = Runtime::new();
    let direct = runtime.request("openai:gpt-4o-mini", &request);
    with_model(costly().named("openai:gpt-4o-mini"), direct).await.expect("a reply");
}
