//! The services that speak Anthropic's Messages. A row says what differs from the service's other
//! faces, and from Anthropic.
//!
//! What a model can do is read off its name on this wire, so that one of Claude's is held to a schema
//! where the service takes one, and any other model is not.

use super::{FACE, chat, like};
use crate::services::{Address, Face, KeyHeader, Models, Wire};

const X_API_KEY: KeyHeader = KeyHeader::Named("x-api-key");

/// The service of this row of Chat Completions, over Messages.
const fn of(chat: &str) -> Face {
    let chat = like(chat::ROWS, chat);
    Face {
        wire: Wire::Messages,
        path: "v1/messages",
        json_schema: Models::All,
        json_schema_beside_tools: true,
        note: "",
        ..chat
    }
}

/// In the order of their names.
pub(super) const ROWS: &[Face] = &[
    // Claude is at another host than the models of OpenAI, and its variables are those of
    // Anthropic's libraries: https://github.com/anthropics/anthropic-sdk-python
    Face {
        name: "azure-messages",
        service: "azure",
        docs: "https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry",
        wire: Wire::Messages,
        key_variables: &["ANTHROPIC_FOUNDRY_API_KEY", "AZURE_OPENAI_API_KEY"],
        base_url_variables: &["ANTHROPIC_FOUNDRY_BASE_URL"],
        address: Address::Within {
            template: "https://{}.services.ai.azure.com/anthropic",
            variables: &["ANTHROPIC_FOUNDRY_RESOURCE"],
        },
        path: "v1/messages",
        key_header: X_API_KEY,
        ..FACE
    },
    Face {
        name: "bedrock-messages",
        docs: "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html",
        path: "anthropic/v1/messages",
        key_header: X_API_KEY,
        ..of("bedrock-openai")
    },
    // It knows no `output_config.format`, and passes over the budget of thinking.
    Face {
        name: "deepseek-messages",
        docs: "https://api-docs.deepseek.com/guides/anthropic_api",
        base_url_variables: &["DEEPSEEK_MESSAGES_BASE_URL"],
        address: Address::At("https://api.deepseek.com/anthropic"),
        key_header: X_API_KEY,
        json_schema: Models::None,
        ..of("deepseek")
    },
    Face {
        name: "fireworks-messages",
        docs: "https://docs.fireworks.ai/api-reference/anthropic-messages",
        ..of("fireworks")
    },
    Face {
        name: "litellm-messages",
        docs: "https://docs.litellm.ai/docs/anthropic_unified",
        ..of("litellm")
    },
    Face { name: "llamacpp-messages", counts_tokens: true, ..of("llamacpp") },
    Face {
        name: "lmstudio-messages",
        docs: "https://lmstudio.ai/docs/developer/anthropic-compat",
        ..of("lmstudio")
    },
    Face {
        name: "moonshot-messages",
        docs: "https://platform.moonshot.ai/docs/guide/agent-support",
        base_url_variables: &["MOONSHOT_MESSAGES_BASE_URL"],
        address: Address::At("https://api.moonshot.ai/anthropic"),
        json_schema: Models::None,
        ..of("moonshot")
    },
    Face {
        name: "ollama-messages",
        docs: "https://docs.ollama.com/api/anthropic-compatibility",
        note: "it passes over a tool choice; no PDFs, and no media by URL",
        ..of("ollama")
    },
    Face {
        name: "openrouter-messages",
        docs: "https://openrouter.ai/docs/api/api-reference/anthropic-messages/create-a-message",
        ..of("openrouter")
    },
    // Its models of Claude only.
    Face {
        name: "snowflake-messages",
        docs: "https://docs.snowflake.com/user-guide/snowflake-cortex/cortex-rest-api",
        ..of("snowflake")
    },
    Face { name: "vllm-messages", counts_tokens: true, ..of("vllm") },
    Face {
        name: "zai-messages",
        docs: "https://docs.z.ai/scenario-example/develop-tools/claude",
        base_url_variables: &["ZAI_MESSAGES_BASE_URL"],
        address: Address::At("https://api.z.ai/api/anthropic"),
        json_schema: Models::None,
        ..of("zai")
    },
];
