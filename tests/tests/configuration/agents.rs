//! What `[agents.NAME]` says, over what the program says, and under what a call says.

use std::time::Duration;

use fastroai::config::{Config, FaultKind};
use fastroai::prelude::*;
use fastroai::providers::ModelError;
use fastroai::tool::FunctionTool;
use fastroai::{ErrorKind, Runtime, Settings, usd};
use tests::scripted::{Scripted, Step, text};

use crate::{is, loader, only, read};

#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

fn agent(name: &str) -> Agent {
    Agent::builder()
        .name(name)
        .model("scripted:code")
        .temperature(0.9)
        .max_tokens(99)
        .build()
        .unwrap()
}

fn on(config: &Config, models: impl IntoIterator<Item = Scripted>) -> Runtime {
    let builder = config.runtime().unwrap();
    models.into_iter().fold(builder, fastroai::RuntimeBuilder::model).build()
}

#[tokio::test]
async fn the_file_goes_over_the_program_and_a_call_over_both() {
    let config = read("[agents.Travel]\nmodel = \"scripted:file\"\ntemperature = 0.1\n");
    let models = ["code", "file", "call"]
        .map(|name| Scripted::new(&format!("scripted:{name}"), [text("a"), text("b")]));
    let runtime = on(&config, models.clone());
    agent("Travel").run("Hi").on(&runtime).await.unwrap();
    let call = Settings { temperature: Some(1.5), ..Settings::default() };
    agent("Travel").run("Hi").model("scripted:call").settings(&call).on(&runtime).await.unwrap();
    agent("Other").run("Hi").on(&runtime).await.unwrap();
    let asked = models.map(|model| model.asked());
    let said = asked.map(|asked| {
        asked
            .iter()
            .map(|one| (one.settings.temperature, one.settings.max_tokens))
            .collect::<Vec<_>>()
    });
    assert_eq!(said[0], [(Some(0.9), Some(99))], "another agent is as the program says");
    assert_eq!(said[1], [(Some(0.1), Some(99))]);
    assert_eq!(said[2], [(Some(1.5), Some(99))]);
}

#[tokio::test]
async fn it_holds_for_streams_for_agents_inside_and_in_a_scope() {
    let config = read("[agents.Travel]\nmodel = \"scripted:file\"");
    let file = Scripted::new("scripted:file", [text("a"), text("b"), text("c")]);
    let runtime = on(&config, [file.clone()]);
    let travel = agent("Travel");
    let mut stream = travel.run("Hi").on(&runtime).stream();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let account = fastroai::money::Budget::new("tenant", usd!("1"));
    runtime.scope(&account, travel.run("Hi").into_future()).await.unwrap().unwrap_err();
    assert_eq!(file.asked().len(), 1, "a model without a price is not asked under a budget");
    drop(stream);
    let bound =
        Agent::builder().name("Travel").model("scripted:code").runtime(&runtime).build().unwrap();
    bound.run("Hi").await.unwrap();
    assert_eq!(file.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn limits_of_the_file_hold() {
    let config = read("[agents.A]\ntimeout = \"5s\"\n[agents.B]\nbudget = \"$0.01\"");
    let hangs = Scripted::new("scripted:code", [Step::Hang]);
    let start = tokio::time::Instant::now();
    let error = agent("A").run("Hi").on(&on(&config, [hangs])).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    let model = Scripted::new("scripted:code", [text("a")]);
    assert!(agent("B").run("Hi").on(&on(&config, [model.clone()])).await.is_err());
    assert!(model.asked().is_empty(), "a model without a price is not asked under a budget");
}

#[tokio::test]
async fn the_fallbacks_of_the_file_are_asked() {
    use fastroai::providers::ModelErrorKind;
    use fastroai::providers::error::ProviderFault;
    let config = read("[runtime.retry]\nattempts = 1\n[agents.A]\nfallback = [\"scripted:other\"]");
    let gone = ModelError::new(ModelErrorKind::Provider(ProviderFault::NotFound), "gone");
    let first = Scripted::new("scripted:code", [Step::Fail(gone)]);
    let other = Scripted::new("scripted:other", [text("from the other")]);
    let answer = agent("A").run("Hi").on(&on(&config, [first, other])).await.unwrap();
    assert_eq!(answer.output, "from the other");
}

#[tokio::test]
async fn prices_of_the_agent_are_those_of_its_own_model_alone() {
    let rates = fastroai::money::Rates::per_million("1.00", "1.00").unwrap();
    let priced = Agent::builder().name("A").model("scripted:code").rates(rates).build().unwrap();
    let config = read("[agents.A]\nmodel = \"scripted:file\"");
    let model = Scripted::new("scripted:file", [text("a")]);
    let answer = priced.run("Hi").on(&on(&config, [model])).await.unwrap();
    assert_eq!(answer.cost.exact(), None, "the price is the other model's");
}

#[tokio::test]
async fn a_name_in_capitals_in_the_environment_is_the_agent_of_that_name() {
    let variables = [("FASTROAI__AGENTS__TRAVEL__MODEL", "scripted:file")];
    let config = loader("", &variables).load().unwrap();
    let model = Scripted::new("scripted:file", [text("a")]);
    agent("Travel").run("Hi").on(&on(&config, [model])).await.unwrap();
    config.check_agents(["Travel"]).unwrap();
    assert!(config.check_agents(["Billing"]).is_err());
}

#[tokio::test]
async fn promise_3_grants_of_the_file_are_in_place_of_the_program_s_and_the_runtime_bounds_them() {
    let tool = |name: &str, needs: &'static [&'static str]| {
        let run = |_: Nothing, _| async { Ok::<_, ToolError>("done".to_owned()) };
        FunctionTool::new(name, "Does it.", run).needs(needs)
    };
    let agent = |name: &str| {
        let built = Agent::builder().name(name).model("scripted:code");
        let built = built.tool(tool("net", &["net"])).tool(tool("write", &["write"]));
        built.configure(|config| config.grants(["net", "write"])).build().unwrap()
    };
    let config = read("[runtime]\ngrants = [\"net\"]\n[agents.A]\ngrants = [\"write\"]\n");
    let model = Scripted::new("scripted:code", [text("a"), text("b")]);
    let runtime = on(&config, [model.clone()]);
    agent("A").run("Hi").on(&runtime).await.unwrap();
    agent("B").run("Hi").on(&runtime).await.unwrap();
    let offered: Vec<_> = model.asked().iter().map(|asked| asked.tools.clone()).collect();
    assert_eq!(offered, [vec![], vec!["net".to_owned()]]);
}

#[test]
fn sections_of_agents_that_there_are_not_are_told_where_the_program_asks() {
    let config = read("[agents.Travel]\n[agents.Biling]\nmax_turns = 1\n[agents.X]\n");
    let error = config.check_agents(["Travel", "Billing"]).unwrap_err();
    let told: Vec<_> = error.faults().iter().map(|fault| (fault.path(), fault.line())).collect();
    assert_eq!(told, [("agents.Biling", Some(2)), ("agents.X", Some(4))]);
    let nearest = FaultKind::UnknownAgent { nearest: Some("Billing".to_owned()) };
    assert_eq!(*error.faults()[0].kind(), nearest);
    let config = read("[agents.travel]\n");
    assert!(is(
        &only(&config.check_agents(["Travel"]).unwrap_err()),
        &FaultKind::UnknownAgent { nearest: Some("Travel".to_owned()) }
    ));
}

#[tokio::test]
async fn what_runs_share_is_as_the_file_says() {
    let config = read("[runtime]\nbudget = \"$3\"\nstrict = true\n[runtime.retry]\nattempts = 2");
    let one = config.runtime().unwrap().build();
    let other = config.clone().runtime().unwrap().build();
    let account = one.account().unwrap();
    assert_eq!((account.name(), account.limit()), ("process", usd!("3")));
    account.charge(usd!("1")).unwrap();
    assert_eq!(other.account().unwrap().left(), usd!("2"), "it is one account");
    assert!(agent("A").run("Hi").on(&one).await.unwrap_err().to_string().contains("strict"));
    assert!(format!("{one:?}").contains("attempts: 2"), "{one:?}");
    let wins = config.runtime().unwrap().retry(fastroai::RetryPolicy::never()).build();
    assert!(format!("{wins:?}").contains("attempts: 1"), "the builder wins");
}

#[tokio::test]
async fn prices_of_the_file_are_those_of_the_bill() {
    let config = read("[prices.models.\"scripted:*\"]\ninput = \"$1000000\"\noutput = \"0\"");
    let model = Scripted::new("scripted:code", [tests::scripted::dear(text("a"))]);
    let answer = agent("A").run("Hi").on(&on(&config, [model])).await.unwrap();
    assert!(answer.cost.exact().is_some_and(|cost| cost >= usd!("1")), "{}", answer.cost);
}

#[tokio::test]
async fn the_trail_and_the_limits_of_the_file_are_there() {
    let folder = tests::folder::Folder::new();
    let config = read(&format!(
        "[audit]\npath = '{}'\n[limits]\nconcurrency = 1\nmax_queued = 0",
        folder.trail().display()
    ));
    let model = || Scripted::new("scripted:code", [text("a"), text("b")]);
    let runtimes = [on(&config, [model()]), on(&config, [model()])];
    for runtime in &runtimes {
        agent("A").run("Hi").on(runtime).await.unwrap();
    }
    let head = fastroai::audit::verify(folder.trail()).unwrap();
    assert_eq!(head.records, 8, "four records of each run");
    let elsewhere = crate::read(&format!("[audit]\npath = '{}/no/such'", folder.trail().display()));
    let fault = only(&elsewhere.runtime().err().expect("no trail"));
    assert!(is(&fault, &FaultKind::Audit), "{fault}");
}
