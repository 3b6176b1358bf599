//! A tool is looked at once more right before it starts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fastroai::ToolDefinition;
use fastroai::hook::{Denied, DeniedBy, Gate, Hook, ModelCall, ToolDenied};
use fastroai::prelude::*;
use fastroai::tool::{Arguments, DynTool, FunctionTool, ToolFuture, ToolOptions};

use super::stage::*;

/// A tool that needs more as soon as a model was asked.
struct Turning {
    tool: FunctionTool,
    needs: Arc<AtomicBool>,
}

impl DynTool for Turning {
    fn definition(&self) -> &Arc<ToolDefinition> {
        self.tool.definition()
    }

    fn options(&self) -> ToolOptions {
        let needs: &[&str] = if self.needs.load(Ordering::Relaxed) { &["write"] } else { &[] };
        ToolOptions { needs, ..DynTool::options(&self.tool) }
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a> {
        self.tool.call(arguments, run)
    }
}

struct Turns(Arc<AtomicBool>, Ran);

impl Hook for Turns {
    fn before_model(&self, _: &mut ModelCall<'_>) -> std::result::Result<Gate, Denied> {
        self.0.store(true, Ordering::Relaxed);
        Ok(Gate::go())
    }

    fn on_tool_denied(&self, denied: &ToolDenied<'_>) {
        assert_eq!(denied.by(), DeniedBy::Grant("write"));
        self.1.add(format!("{} denied by {}", denied.name(), denied.by()));
        panic!("a hook that is only told cannot keep the tool from being denied");
    }
}

#[tokio::test]
async fn a_tool_that_has_come_to_need_more_after_it_was_offered_does_not_run() {
    let (ran, model, needs) = (Ran::default(), calling("save"), Arc::<AtomicBool>::default());
    let turning = Turning { tool: tool("save", &ran), needs: Arc::clone(&needs) };
    let agent = Agent::builder().model(MODEL).tool(turning).build().unwrap();
    let runtime = on(&model).hook(Turns(needs, ran.clone())).build();
    let answer = agent.run("Go").on(&runtime).await.unwrap();
    assert_eq!(offered(&model), ["save"]);
    assert_eq!(model.asked()[1].tool_results(), ["There is no such tool."]);
    assert_eq!(ran.all(), ["save denied by grant write"]);
    assert_eq!(answer.tool_calls.len(), 1);
}
