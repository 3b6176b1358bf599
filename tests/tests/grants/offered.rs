//! A tool that needs what its agent is not granted does not exist for it.

use std::sync::Arc;

use fastroai::agent::AgentBuilder;
use fastroai::prelude::*;
use fastroai::providers::Connection;
use fastroai::testing::Contract;
use fastroai::tool::{DynToolset, ToolInfo, ToolOptions};
use serde_json::json;
use tests::scripted::{call, text};
use tests::transport::{Exchange, ScriptedTransport};

use super::stage::*;

#[tokio::test]
async fn a_tool_is_offered_and_runs_where_all_that_it_needs_is_granted() {
    for (grants, names) in [
        (&[][..], &["look"][..]),
        (&["net"], &["look", "fetch"]),
        (&["write"], &["look"]),
        (&["write", "net", "mail"], &["look", "fetch", "save"]),
        (&["ne", "network", "net.write"], &["look"]),
    ] {
        let (ran, model) = (Ran::default(), greedy());
        let runtime = on(&model).build();
        let answer = agent(&ran, grants).run("Go").on(&runtime).await.unwrap();
        assert_eq!(answer.output, "Done");
        assert_eq!(offered(&model), names, "{grants:?}");
        assert_eq!(ran.all(), names, "{grants:?}");
    }
}

#[tokio::test]
async fn a_forged_call_is_answered_as_that_of_a_tool_that_does_not_exist() {
    let (ran, model) = (Ran::default(), greedy());
    let runtime = on(&model).build();
    agent(&ran, &["net"]).run("Go").on(&runtime).await.unwrap();
    let asked = model.asked();
    assert_eq!(
        asked[1].tool_results(),
        ["look ran", "fetch ran", "There is no such tool. The tools are `look`, `fetch`."]
    );
    assert!(asked.iter().all(|asked| asked.tools == ["look", "fetch"]));
}

#[tokio::test]
async fn a_stream_has_no_more_tools_and_tells_of_no_more() {
    let (ran, model) = (Ran::default(), greedy());
    let (runtime, agent) = (on(&model).build(), agent(&ran, &[]));
    let mut stream = agent.run("Go").on(&runtime).stream();
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        if let AgentEvent::ToolResult(result) = event.unwrap() {
            told.push(result.content);
        }
    }
    told.sort();
    let none = "There is no such tool. The tools are `look`.";
    assert_eq!(told, [none, none, "look ran"]);
    assert_eq!(offered(&model), ["look"]);
    assert_eq!(ran.all(), ["look"]);
    assert!(model.asked()[0].streamed);
}

#[tokio::test]
async fn not_a_byte_of_a_withheld_tool_is_sent() {
    let reply = json!({"id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello"}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}});
    let transport = ScriptedTransport::new([Exchange::answer(200, reply.to_string())]);
    let connection = Connection::new().transport(transport.clone()).key("openai", "sk-test");
    let (ran, runtime) = (Ran::default(), Runtime::builder().connection(connection).build());
    let agent = agent(&ran, &["net"]);
    agent.run("Go").model("openai:gpt-4o-mini").on(&runtime).await.unwrap();
    let seen = transport.seen();
    let body = String::from_utf8_lossy(seen[0].bytes());
    assert!(body.contains("\"fetch\"") && body.contains("\"look\""), "{body}");
    assert!(!body.contains("save") && !body.contains("needs"), "{body}");
}

#[tokio::test]
async fn tools_that_a_call_brings_along_are_held_to_the_grants_too() {
    let (ran, model) = (Ran::default(), greedy());
    let runtime = on(&model).build();
    let brought: DynToolset =
        three(&ran).map(|tool| Arc::new(tool) as Arc<_>).into_iter().collect();
    let agent = Agent::builder().model(MODEL).grants(["net"]).build().unwrap();
    agent.run("Go").tools(&brought.prefixed("")).on(&runtime).await.unwrap();
    assert_eq!(offered(&model), ["look", "fetch"]);
    assert_eq!(ran.all(), ["look", "fetch"]);
}

#[tokio::test]
async fn an_agent_without_any_tool_left_is_asked_as_one_without_tools() {
    let (ran, model) = (Ran::default(), calling("save"));
    let runtime = on(&model).build();
    let agent =
        Agent::builder().model(MODEL).tool(tool("save", &ran).needs(&["write"])).build().unwrap();
    agent.run("Go").on(&runtime).await.unwrap();
    assert!(offered(&model).is_empty());
    assert_eq!(model.asked()[1].tool_results(), [NONE]);
    assert!(ran.all().is_empty());
}

#[tokio::test]
async fn two_tools_of_one_name_are_a_mistake_also_where_one_is_withheld() {
    let ran = Ran::default();
    let agent = Agent::builder().model(MODEL).tool(tool("save", &ran).needs(&["write"]));
    let agent = agent.build().unwrap();
    let brought = DynToolset::new().with(tool("save", &ran));
    let model = calling("save");
    let error = agent.run("Go").tools(&brought).on(&on(&model).build()).await.unwrap_err();
    assert!(error.to_string().contains("two tools are called `save`"), "{error}");
    assert!(model.asked().is_empty());
}

/// Fetch a page.
#[safe_tool(needs = ["net", "dns"], roles = ["support", "staff"])]
async fn fetch(#[context] ran: &Ran) -> &'static str {
    ran.add("fetch");
    "a page"
}

#[derive(Clone)]
struct Files(Ran);

#[toolset]
impl Files {
    /// Read a file.
    #[safe_tool(needs = "files.read")]
    async fn read(&self) -> &'static str {
        self.0.add("read");
        "content"
    }

    /// Write a file.
    #[safe_tool(needs = "files.write")]
    fn write(&self) -> &'static str {
        self.0.add("write");
        "written"
    }
}

#[test]
fn the_attribute_says_what_a_tool_needs_and_for_whom_it_is() {
    const OPTIONS: ToolOptions = fetch::OPTIONS;
    assert_eq!(OPTIONS.needs, ["net", "dns"]);
    assert_eq!(OPTIONS.roles, ["support", "staff"]);
    assert!(ToolOptions::DEFAULT.needs.is_empty() && ToolOptions::DEFAULT.roles.is_empty());
}

/// You read files.
#[agent(model = "offline:one", tools = [prefix("my_", self.files)], grants = "files.read")]
struct Reader {
    files: Arc<Files>,
}

#[tokio::test]
async fn of_a_toolset_an_agent_has_what_it_is_granted() {
    let (ran, model) = (
        Ran::default(),
        script([call("a", "my_read", "{}"), call("b", "my_write", "{}"), text("x")]),
    );
    let reader = Reader { files: Arc::new(Files(ran.clone())) };
    reader.run("Go").on(&on(&model).build()).await.unwrap();
    assert_eq!(offered(&model), ["my_read"]);
    assert_eq!(ran.all(), ["read"]);
    let forged = &model.asked()[2];
    assert_eq!(forged.tool_results(), ["There is no such tool. The tools are `my_read`."]);
    let contract: Vec<_> =
        Contract::of(&reader).tools.iter().map(|tool| tool.name.clone()).collect();
    assert_eq!(contract, ["my_read"], "what a model reads of it");
}

/// You read and write.
#[agent(
    model = "offline:one",
    tools = [self.files],
    grants = ["files.read"],
    description = "Reads files."
)]
async fn read_files(#[context] files: &Files) -> Result<AgentResponse<String>> {
    "Go"
}

#[tokio::test]
async fn an_agent_function_has_its_grants() {
    let (ran, model) = (Ran::default(), script([call("a", "write", "{}"), text("x")]));
    let files = Files(ran.clone());
    read_files(&files).on(&on(&model).build()).await.unwrap();
    assert_eq!(offered(&model), ["read"]);
    assert!(ran.all().is_empty());
}

/// You hold something.
#[agent(model = "offline:one", tools = [self.held], grants = ["files.write"])]
struct Holder<T: Send + Sync + fastroai::tool::Toolset<Self>> {
    held: T,
}

#[tokio::test]
async fn an_agent_of_any_toolset_has_its_grants() {
    let (ran, model) = (Ran::default(), script([call("a", "write", "{}"), text("x")]));
    Holder { held: Files(ran.clone()) }.run("Go").on(&on(&model).build()).await.unwrap();
    assert_eq!((offered(&model), ran.all()), (vec!["write".to_owned()], vec!["write".to_owned()]));
}

#[test]
fn grants_are_set_as_a_whole_or_one_by_one() {
    let config = fastroai::agent::AgentConfig::new("Desk", MODEL).grants(["a", "b"]).grant("c");
    assert_eq!(config.grants, ["a", "b", "c"]);
    assert_eq!(config.grants(["d"]).grants, ["d"]);
    let ran = Ran::default();
    for grants in ["Net", "net ", "", "*", "2fa"] {
        let error = Agent::builder().model(MODEL).grants([grants]).build().unwrap_err();
        assert!(error.to_string().contains("is no capability"), "{error}");
        let mistaken = tool("look", &ran).needs(&["Net"]);
        assert!(Agent::builder().model(MODEL).tool(mistaken).build().is_err());
    }
    let builder: AgentBuilder = Agent::builder().model(MODEL).grants(["e"]);
    assert_eq!(builder.build().unwrap().config().grants, ["e"]);
}
