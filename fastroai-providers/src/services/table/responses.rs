//! The services that speak Responses. A row says what differs from the service's other faces, and
//! from OpenAI.

use super::{FACE, chat, like};
use crate::services::{Address, Face, Models, Refused, ResponsesDialect, Wire};

/// OpenAI's own dialect.
pub(super) const OPENAI: ResponsesDialect = ResponsesDialect { encrypted_reasoning: true };

/// Reasoning comes in plain words, or not at all.
const PLAIN: Wire = Wire::Responses(ResponsesDialect { encrypted_reasoning: false });

/// The service of this row of Chat Completions, over Responses.
const fn of(chat: &str) -> Face {
    let chat = like(chat::ROWS, chat);
    Face { wire: Wire::Responses(OPENAI), path: "responses", note: "", ..chat }
}

/// In the order of their names.
pub(super) const ROWS: &[Face] = &[
    Face {
        name: "azure-responses",
        docs: "https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses",
        path: "openai/v1/responses",
        ..of("azure")
    },
    // Which models are served at which path is in the table of its models. GPT-5 and later are
    // recorded at the one, the open models at the other.
    Face {
        name: "bedrock-responses",
        docs: "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api.html",
        path: "openai/v1/responses",
        other_paths: &[("openai.gpt-oss", "v1/responses")],
        ..of("bedrock-openai")
    },
    // What Codex speaks to. OpenAI documents how to sign in, and not the wire: the facts are
    // recorded. It demands `stream` and `store: false`, and leaves the last event without items.
    Face {
        name: "chatgpt",
        service: "chatgpt",
        docs: "https://developers.openai.com/codex/auth",
        wire: Wire::Responses(OPENAI),
        key_variables: &["CHATGPT_ACCESS_TOKEN"],
        base_url_variables: &["CHATGPT_BASE_URL"],
        address: Address::At("https://chatgpt.com/backend-api/codex"),
        path: "responses",
        refused: &[Refused::MaxTokens, Refused::Temperature, Refused::TopP],
        streams_only: true,
        note: "undocumented; it takes the access token of a subscription, whose account goes as \
               `chatgpt-account-id` among `extra_headers`, and has no price by the token",
        ..FACE
    },
    Face {
        name: "copilot-responses",
        note: "undocumented, as recorded; for those of its models that are not on the other wire",
        ..of("copilot")
    },
    // It ignores what it does not know of, and answers with its thoughts in plain words.
    Face {
        name: "deepseek-responses",
        docs: "https://api-docs.deepseek.com/guides/responses_api",
        wire: PLAIN,
        note: "whether it holds to a JSON schema is not documented: it is not asked to",
        ..of("deepseek")
    },
    Face {
        name: "fireworks-responses",
        docs: "https://docs.fireworks.ai/api-reference/post-responses",
        wire: PLAIN,
        ..of("fireworks")
    },
    // It takes no `include`, and `store` only where it is false.
    Face {
        name: "groq-responses",
        docs: "https://console.groq.com/docs/responses-api",
        wire: PLAIN,
        path: "openai/v1/responses",
        ..of("groq")
    },
    Face {
        name: "huggingface-responses",
        docs: "https://huggingface.co/docs/inference-providers/guides/responses-api",
        wire: PLAIN,
        ..of("huggingface")
    },
    Face {
        name: "litellm-responses",
        docs: "https://docs.litellm.ai/docs/response_api",
        path: "v1/responses",
        ..of("litellm")
    },
    // It turns a request into one for Chat Completions, and leaves a schema out.
    Face {
        name: "llamacpp-responses",
        wire: PLAIN,
        path: "v1/responses",
        counts_tokens: true,
        json_schema: Models::None,
        ..of("llamacpp")
    },
    Face {
        name: "lmstudio-responses",
        docs: "https://lmstudio.ai/docs/developer/openai-compat/responses",
        wire: PLAIN,
        path: "v1/responses",
        json_schema: Models::None,
        note: "whether it holds to a JSON schema is not documented: it is not asked to",
        ..of("lmstudio")
    },
    Face {
        name: "mistralrs-responses",
        wire: PLAIN,
        path: "v1/responses",
        json_schema: Models::None,
        note: "as recorded; whether it holds to a JSON schema is not documented: it is not asked to",
        ..of("mistralrs")
    },
    Face {
        name: "ollama-responses",
        wire: PLAIN,
        path: "v1/responses",
        json_schema: Models::None,
        note: "whether it holds to a JSON schema is not documented: it is not asked to",
        ..of("ollama")
    },
    Face {
        name: "openai-compatible-responses",
        docs: "https://platform.openai.com/docs/api-reference/responses",
        wire: PLAIN,
        ..of("openai-compatible")
    },
    Face {
        name: "openrouter-responses",
        docs: "https://openrouter.ai/docs/responses",
        ..of("openrouter")
    },
    Face { name: "vllm-responses", wire: PLAIN, path: "v1/responses", ..of("vllm") },
    Face {
        name: "xai-responses",
        docs: "https://docs.x.ai/developers/model-capabilities/text/generate-text",
        ..of("xai")
    },
];
