//! Any text, before every guard.

use std::sync::LazyLock;

use fastroai::guard::{
    Canary, Characters, Guard, Injection, Looked, PromptLeak, Redactor, SizeLimit, Stage,
    Untrusted, Verdict,
};
use futures_util::FutureExt;

const TOKEN: &str = "k7mqx2rt9zcwpb4e";
const STAGES: [Stage; 5] =
    [Stage::Prompt, Stage::History, Stage::ToolArguments, Stage::ToolResult, Stage::Output];

struct Guards {
    canary: Canary,
    leak: PromptLeak,
    untrusted: Untrusted,
    redactor: Redactor,
}

static GUARDS: LazyLock<Guards> = LazyLock::new(|| Guards {
    canary: Canary::from_token(TOKEN).expect("a token"),
    leak: PromptLeak::words(6, "Answer questions about orders, and about nothing else."),
    untrusted: Untrusted::new(),
    redactor: Redactor::standard(),
});

pub(super) fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let guards = &*GUARDS;
    for stage in STAGES {
        ask(&SizeLimit::bytes(64).chars_at(stage, 32), stage, text);
        ask(&guards.canary, stage, text);
        ask(&guards.leak, stage, text);
        ask(&guards.redactor, stage, text);
        let once = passes(&Characters::stripped(), stage, text);
        assert_eq!(
            ask(&Characters::blocked(), stage, &once),
            Verdict::Allow,
            "what was taken out stays out"
        );
        let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        if stage == Stage::ToolArguments && is_json(text) {
            assert!(is_json(&once), "arguments stay JSON");
            assert!(is_json(&passes(&guards.redactor, stage, text)), "arguments stay JSON");
        }
    }
    ask(&Injection::new().blocking(), Stage::ToolResult, text);
    marked(&guards.untrusted, text);
    let spread: String = TOKEN.chars().flat_map(|c| [c, '-']).collect();
    let leaked = format!("{text} {spread} {text}");
    assert!(
        matches!(ask(&guards.canary, Stage::Output, &leaked), Verdict::Block(_)),
        "a leak is found whatever is around it"
    );
}

fn ask(guard: &dyn Guard, stage: Stage, text: &str) -> Verdict {
    if !guard.looks_at(stage) {
        return Verdict::Allow;
    }
    let looked = Looked::at(stage);
    let verdict = guard.check(text, &looked).now_or_never().expect("it waits for nothing");
    let verdict = verdict.expect("it can tell");
    let reason = match &verdict {
        Verdict::Block(reason) | Verdict::Flag(reason) | Verdict::Replace { reason, .. } => reason,
        _ => "",
    };
    assert!(reason.len() < 400 && reason.is_ascii(), "a reason is ours");
    verdict
}

fn passes(guard: &dyn Guard, stage: Stage, text: &str) -> String {
    match ask(guard, stage, text) {
        Verdict::Replace { text: replaced, .. } => {
            assert_ne!(replaced, text, "what is replaced is another one");
            replaced
        }
        _ => text.to_owned(),
    }
}

/// There is one end, and it is the last thing.
fn marked(untrusted: &Untrusted, text: &str) {
    let wrapped = untrusted.wrap(text).to_lowercase();
    let end = wrapped.rsplit('\n').next().expect("a last line");
    assert!(end.starts_with("</untrusted id="), "{end}");
    assert_eq!(wrapped.matches(end).count(), 1, "nothing ends the mark");
    let id = end.split('"').nth(1).expect("an id");
    assert_eq!(wrapped.matches(id).count(), 2, "its id is in its lines alone");
}
