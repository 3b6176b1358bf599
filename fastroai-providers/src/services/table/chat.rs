//! The services that speak Chat Completions. A row says what differs from OpenAI.

use super::FACE;
use crate::catalogue;
use crate::openai::chat::{ReasoningReplay, SeedName, TokenLimit};
use crate::services::{Address, ChatDialect, Face, KeyHeader, KeyNeed, Models, Wire};

/// OpenAI's own dialect.
pub(super) const OPENAI: ChatDialect = ChatDialect {
    token_limit: TokenLimit::MaxCompletionTokens,
    reasoning_replay: ReasoningReplay::Never,
    seed: SeedName::Seed,
    stream_options: true,
};

/// What most rows have in common.
const CHAT: Face = Face { wire: Wire::ChatCompletions(OPENAI), path: "chat/completions", ..FACE };

/// The limit goes by its older name.
const OLDER_LIMIT: Wire =
    Wire::ChatCompletions(ChatDialect { token_limit: TokenLimit::MaxTokens, ..OPENAI });

/// Reasoning goes back.
const fn thinking(token_limit: TokenLimit, reasoning_replay: ReasoningReplay) -> Wire {
    Wire::ChatCompletions(ChatDialect { token_limit, reasoning_replay, ..OPENAI })
}

/// In the order of their names.
pub(super) const ROWS: &[Face] = &[
    // Its first stable version, which takes no `api-version`. The model is the name of a
    // deployment.
    Face {
        name: "azure",
        service: "azure",
        docs: "https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
        key_variables: &["AZURE_OPENAI_API_KEY"],
        base_url_variables: &["AZURE_OPENAI_ENDPOINT"],
        address: Address::Asked { example: "https://resource.openai.azure.com" },
        path: "openai/v1/chat/completions",
        key_header: KeyHeader::Named("api-key"),
        ..CHAT
    },
    // Bedrock's OpenAI-compatible face, which is not its own Converse.
    Face {
        name: "bedrock-openai",
        service: "bedrock",
        docs: "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html",
        key_variables: &["AWS_BEARER_TOKEN_BEDROCK"],
        base_url_variables: &["AWS_BEDROCK_BASE_URL"],
        address: Address::Within {
            template: "https://bedrock-mantle.{}.api.aws",
            variables: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        },
        path: "v1/chat/completions",
        ..CHAT
    },
    // https://inference-docs.cerebras.ai/capabilities/structured-outputs
    Face {
        name: "cerebras",
        service: "cerebras",
        docs: "https://inference-docs.cerebras.ai/api-reference/chat-completions",
        key_variables: &["CEREBRAS_API_KEY"],
        base_url_variables: &["CEREBRAS_BASE_URL"],
        address: Address::At("https://api.cerebras.ai"),
        path: "v1/chat/completions",
        json_schema_beside_tools: false,
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::Reasoning),
        ..CHAT
    },
    // Undocumented by GitHub; it takes a token of Copilot, not one of GitHub.
    Face {
        name: "copilot",
        service: "copilot",
        docs: "https://docs.github.com/copilot",
        key_variables: &["GITHUB_COPILOT_API_KEY", "COPILOT_API_KEY"],
        base_url_variables: &["GITHUB_COPILOT_BASE_URL"],
        address: Address::At("https://api.githubcopilot.com"),
        wire: OLDER_LIMIT,
        note: "undocumented, as recorded; some tokens want `editor-version` and `copilot-integration-id` \
               among `extra_headers`",
        ..CHAT
    },
    Face {
        name: "crusoe",
        service: "crusoe",
        docs: "https://docs.crusoecloud.com/quickstart/getting-started-with-serverless-inference",
        key_variables: &["CRUSOE_API_KEY"],
        base_url_variables: &["CRUSOE_BASE_URL"],
        address: Address::At("https://api.inference.crusoecloud.com/v1"),
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::Never),
        note: "the name of the limit is not documented",
        ..CHAT
    },
    // It knows a JSON mode, but no schema.
    Face {
        name: "deepseek",
        service: "deepseek",
        docs: "https://api-docs.deepseek.com/api/create-chat-completion",
        key_variables: &["DEEPSEEK_API_KEY"],
        base_url_variables: &["DEEPSEEK_BASE_URL"],
        address: Address::At("https://api.deepseek.com"),
        json_schema: Models::None,
        wire: thinking(TokenLimit::MaxTokens, ReasoningReplay::ReasoningContent),
        models: catalogue::DEEPSEEK,
        forced_tools: Models::Beginning(&["deepseek-chat"]),
        ..CHAT
    },
    Face {
        name: "doubleword",
        service: "doubleword",
        docs: "https://docs.doubleword.ai/inference-api",
        key_variables: &["DOUBLEWORD_API_KEY"],
        base_url_variables: &["DOUBLEWORD_BASE_URL"],
        address: Address::At("https://api.doubleword.ai/v1"),
        wire: thinking(TokenLimit::MaxTokens, ReasoningReplay::Never),
        note: "as recorded",
        ..CHAT
    },
    // Usage comes unasked: https://docs.fireworks.ai/tools-sdks/openai-compatibility
    Face {
        name: "fireworks",
        service: "fireworks",
        docs: "https://docs.fireworks.ai/api-reference/post-chatcompletions",
        key_variables: &["FIREWORKS_API_KEY"],
        base_url_variables: &["FIREWORKS_BASE_URL"],
        address: Address::At("https://api.fireworks.ai/inference/v1"),
        wire: Wire::ChatCompletions(ChatDialect {
            token_limit: TokenLimit::MaxTokens,
            stream_options: false,
            ..OPENAI
        }),
        ..CHAT
    },
    // Gemini's OpenAI-compatible face, which is not its own API.
    Face {
        name: "google-openai",
        service: "google",
        docs: "https://ai.google.dev/gemini-api/docs/openai",
        key_variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        base_url_variables: &["GOOGLE_OPENAI_BASE_URL"],
        address: Address::At("https://generativelanguage.googleapis.com/v1beta/openai"),
        wire: OLDER_LIMIT,
        models: catalogue::GEMINI,
        ..CHAT
    },
    // https://console.groq.com/docs/structured-outputs names the models.
    Face {
        name: "groq",
        service: "groq",
        docs: "https://console.groq.com/docs/api-reference#chat-create",
        key_variables: &["GROQ_API_KEY"],
        base_url_variables: &["GROQ_BASE_URL"],
        address: Address::At("https://api.groq.com"),
        path: "openai/v1/chat/completions",
        json_schema: Models::Beginning(&[
            "openai/gpt-oss-",
            "meta-llama/llama-4-",
            "moonshotai/kimi-k2",
        ]),
        json_schema_beside_tools: false,
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::Reasoning),
        ..CHAT
    },
    // It passes a schema over.
    Face {
        name: "heroku",
        service: "heroku",
        docs: "https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions",
        key_variables: &["HEROKU_INFERENCE_KEY", "INFERENCE_KEY"],
        base_url_variables: &["HEROKU_INFERENCE_URL", "INFERENCE_URL"],
        address: Address::At("https://us.inference.heroku.com"),
        path: "v1/chat/completions",
        json_schema: Models::None,
        wire: OLDER_LIMIT,
        note: "`stream_options` are not documented",
        ..CHAT
    },
    Face {
        name: "huggingface",
        service: "huggingface",
        docs: "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        key_variables: &["HF_TOKEN"],
        base_url_variables: &["HF_BASE_URL"],
        address: Address::At("https://router.huggingface.co/v1"),
        wire: OLDER_LIMIT,
        ..CHAT
    },
    // A gateway, so that its models may cost what theirs cost.
    Face {
        name: "litellm",
        service: "litellm",
        docs: "https://docs.litellm.ai/docs/proxy/user_keys",
        key_variables: &["LITELLM_API_KEY"],
        base_url_variables: &["LITELLM_BASE_URL", "LITELLM_API_BASE"],
        address: Address::At("http://127.0.0.1:4000"),
        path: "v1/chat/completions",
        wire: OLDER_LIMIT,
        ..CHAT
    },
    Face {
        name: "llamacpp",
        service: "llamacpp",
        docs: "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
        key_variables: &["LLAMACPP_API_KEY"],
        base_url_variables: &["LLAMACPP_BASE_URL"],
        address: Address::At("http://127.0.0.1:8080"),
        path: "v1/chat/completions",
        free_here: true,
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::ReasoningContent),
        ..CHAT
    },
    Face {
        name: "lmstudio",
        service: "lmstudio",
        docs: "https://lmstudio.ai/docs/developer/openai-compat",
        key_variables: &["LMSTUDIO_API_KEY"],
        base_url_variables: &["LMSTUDIO_BASE_URL"],
        address: Address::At("http://127.0.0.1:1234"),
        path: "v1/chat/completions",
        free_here: true,
        wire: OLDER_LIMIT,
        ..CHAT
    },
    // It reports usage unasked.
    Face {
        name: "mistral",
        service: "mistral",
        docs: "https://docs.mistral.ai/api/endpoint/chat",
        key_variables: &["MISTRAL_API_KEY"],
        base_url_variables: &["MISTRAL_BASE_URL"],
        address: Address::At("https://api.mistral.ai"),
        path: "v1/chat/completions",
        wire: Wire::ChatCompletions(ChatDialect {
            token_limit: TokenLimit::MaxTokens,
            stream_options: false,
            seed: SeedName::RandomSeed,
            ..OPENAI
        }),
        ..CHAT
    },
    Face {
        name: "mistralrs",
        service: "mistralrs",
        docs: "https://github.com/EricLBuehler/mistral.rs",
        key_variables: &["MISTRALRS_API_KEY"],
        base_url_variables: &["MISTRALRS_BASE_URL"],
        address: Address::At("http://127.0.0.1:1234"),
        path: "v1/chat/completions",
        free_here: true,
        wire: OLDER_LIMIT,
        note: "as recorded",
        ..CHAT
    },
    Face {
        name: "moonshot",
        service: "moonshot",
        docs: "https://platform.moonshot.ai/docs/api/chat",
        key_variables: &["MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY"],
        base_url_variables: &["MOONSHOT_BASE_URL", "MOONSHOTAI_BASE_URL"],
        address: Address::At("https://api.moonshot.ai/v1"),
        wire: thinking(TokenLimit::MaxTokens, ReasoningReplay::ReasoningContent),
        forced_tools: Models::Beginning(&["kimi-k3", "moonshot-"]),
        note: "which models take a forced tool is told by others: all but Kimi K2",
        ..CHAT
    },
    // Many of its models take a schema under another name only.
    Face {
        name: "nvidia",
        service: "nvidia",
        docs: "https://docs.api.nvidia.com/nim/reference/llm-apis",
        key_variables: &["NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"],
        base_url_variables: &["NVIDIA_BASE_URL", "NVIDIA_NIM_API_BASE"],
        address: Address::At("https://integrate.api.nvidia.com/v1"),
        json_schema: Models::None,
        wire: OLDER_LIMIT,
        note: "what a model takes depends on its server: not confirmed for each",
        ..CHAT
    },
    Face {
        name: "ollama",
        service: "ollama",
        docs: "https://docs.ollama.com/api/openai-compatibility",
        key_variables: &["OLLAMA_API_KEY"],
        base_url_variables: &["OLLAMA_BASE_URL"],
        address: Address::At("http://127.0.0.1:11434"),
        path: "v1/chat/completions",
        free_here: true,
        wire: thinking(TokenLimit::MaxTokens, ReasoningReplay::Reasoning),
        note: "it passes over a tool choice",
        ..CHAT
    },
    // A server of the user's own, known by its address only.
    Face {
        name: "openai-compatible",
        service: "openai-compatible",
        docs: "https://platform.openai.com/docs/api-reference/chat",
        key_variables: &["OPENAI_COMPATIBLE_API_KEY"],
        key: KeyNeed::Perhaps,
        base_url_variables: &["OPENAI_COMPATIBLE_BASE_URL"],
        address: Address::Asked { example: "https://llm.example.com/v1" },
        wire: OLDER_LIMIT,
        ..CHAT
    },
    Face {
        name: "openrouter",
        service: "openrouter",
        docs: "https://openrouter.ai/docs/api-reference/chat-completion",
        key_variables: &["OPENROUTER_API_KEY", "OPEN_ROUTER_API_KEY"],
        base_url_variables: &["OPENROUTER_BASE_URL"],
        address: Address::At("https://openrouter.ai/api/v1"),
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::ReasoningDetails),
        ..CHAT
    },
    // Its models search the web, and call no tools of others.
    Face {
        name: "perplexity",
        service: "perplexity",
        docs: "https://docs.perplexity.ai/api-reference/chat-completions-post",
        key_variables: &["PERPLEXITY_API_KEY", "PPLX_API_KEY"],
        base_url_variables: &["PERPLEXITY_BASE_URL"],
        address: Address::At("https://api.perplexity.ai"),
        tools: false,
        wire: Wire::ChatCompletions(ChatDialect {
            token_limit: TokenLimit::MaxTokens,
            stream_options: false,
            ..OPENAI
        }),
        models: catalogue::PERPLEXITY,
        without_tools: catalogue::PERPLEXITY,
        note: "a seed is not documented",
        ..CHAT
    },
    Face {
        name: "snowflake",
        service: "snowflake",
        docs: "https://docs.snowflake.com/user-guide/snowflake-cortex/open_ai_sdk",
        key_variables: &["SNOWFLAKE_PAT", "SNOWFLAKE_API_KEY"],
        base_url_variables: &["SNOWFLAKE_BASE_URL"],
        address: Address::Within {
            template: "https://{}.snowflakecomputing.com/api/v2/cortex/v1",
            variables: &["SNOWFLAKE_ACCOUNT", "SNOWFLAKE_ACCOUNT_IDENTIFIER"],
        },
        ..CHAT
    },
    // It reports usage unasked.
    Face {
        name: "together",
        service: "together",
        docs: "https://docs.together.ai/reference/chat-completions-1",
        key_variables: &["TOGETHER_API_KEY"],
        base_url_variables: &["TOGETHER_BASE_URL"],
        address: Address::At("https://api.together.xyz"),
        wire: Wire::ChatCompletions(ChatDialect {
            token_limit: TokenLimit::MaxTokens,
            stream_options: false,
            ..OPENAI
        }),
        path: "v1/chat/completions",
        ..CHAT
    },
    Face {
        name: "venice",
        service: "venice",
        docs: "https://docs.venice.ai/api-reference/endpoint/chat/completions",
        key_variables: &["VENICE_API_KEY"],
        base_url_variables: &["VENICE_BASE_URL"],
        address: Address::At("https://api.venice.ai/api/v1"),
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::ReasoningContent),
        ..CHAT
    },
    Face {
        name: "vllm",
        service: "vllm",
        docs: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        key_variables: &["VLLM_API_KEY"],
        base_url_variables: &["VLLM_BASE_URL"],
        address: Address::At("http://127.0.0.1:8000"),
        path: "v1/chat/completions",
        free_here: true,
        wire: thinking(TokenLimit::MaxCompletionTokens, ReasoningReplay::Reasoning),
        ..CHAT
    },
    Face {
        name: "xai",
        service: "xai",
        docs: "https://docs.x.ai/docs/api-reference",
        key_variables: &["XAI_API_KEY"],
        base_url_variables: &["XAI_BASE_URL"],
        address: Address::At("https://api.x.ai/v1"),
        ..CHAT
    },
    // It knows a JSON mode, but no schema.
    Face {
        name: "zai",
        service: "zai",
        docs: "https://docs.z.ai/api-reference/llm/chat-completion",
        key_variables: &["ZAI_API_KEY"],
        base_url_variables: &["ZAI_BASE_URL"],
        address: Address::At("https://api.z.ai/api/paas/v4"),
        json_schema: Models::None,
        wire: thinking(TokenLimit::MaxTokens, ReasoningReplay::ReasoningContent),
        note: "it documents no tool choice but `auto`",
        ..CHAT
    },
];
