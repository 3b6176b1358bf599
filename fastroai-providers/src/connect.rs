//! From a model's name to the model.

mod connection;
mod keys;
mod provider;
mod variables;

use std::sync::Arc;

pub use connection::Connection;
pub use keys::EnvironmentKeys;

use crate::compatible::{Address, Service};
use crate::error::ModelError;
use crate::http::{BaseUrl, HttpModel};
use crate::model::{Model, ModelId};
use crate::offline::OfflineModel;

use provider::Provider;

/// The model of this name. Nothing is sent.
///
/// What the code sets goes before the environment, and the environment before what is usual. Each
/// provider has its own variables, named as its own libraries name them:
///
/// | provider | key | base URL | usually |
/// | --- | --- | --- | --- |
/// | `openai` | `OPENAI_API_KEY` | `OPENAI_BASE_URL` | `https://api.openai.com/v1` |
/// | `openai-responses` | `OPENAI_API_KEY` | `OPENAI_BASE_URL` | the same, over the Responses API |
/// | `anthropic` | `ANTHROPIC_API_KEY` | `ANTHROPIC_BASE_URL` | `https://api.anthropic.com` |
/// | `google` | `GOOGLE_API_KEY`, `GEMINI_API_KEY` | `GOOGLE_GEMINI_BASE_URL` | `https://generativelanguage.googleapis.com` |
/// | [`azure`](https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle) | `AZURE_OPENAI_API_KEY` | `AZURE_OPENAI_ENDPOINT` | none: like `https://resource.openai.azure.com` |
/// | [`bedrock-openai`](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html) | `AWS_BEARER_TOKEN_BEDROCK` | `AWS_BEDROCK_BASE_URL` | `https://bedrock-mantle.{}.api.aws`, from `AWS_REGION`, `AWS_DEFAULT_REGION` |
/// | [`cerebras`](https://inference-docs.cerebras.ai/api-reference/chat-completions) | `CEREBRAS_API_KEY` | `CEREBRAS_BASE_URL` | `https://api.cerebras.ai` |
/// | [`copilot`](https://docs.github.com/copilot) | `GITHUB_COPILOT_API_KEY`, `COPILOT_API_KEY` | `GITHUB_COPILOT_BASE_URL` | `https://api.githubcopilot.com` |
/// | [`crusoe`](https://docs.crusoecloud.com/quickstart/getting-started-with-serverless-inference) | `CRUSOE_API_KEY` | `CRUSOE_BASE_URL` | `https://api.inference.crusoecloud.com/v1` |
/// | [`deepseek`](https://api-docs.deepseek.com/api/create-chat-completion) | `DEEPSEEK_API_KEY` | `DEEPSEEK_BASE_URL` | `https://api.deepseek.com` |
/// | [`doubleword`](https://docs.doubleword.ai/inference-api) | `DOUBLEWORD_API_KEY` | `DOUBLEWORD_BASE_URL` | `https://api.doubleword.ai/v1` |
/// | [`fireworks`](https://docs.fireworks.ai/api-reference/post-chatcompletions) | `FIREWORKS_API_KEY` | `FIREWORKS_BASE_URL` | `https://api.fireworks.ai/inference/v1` |
/// | [`google-openai`](https://ai.google.dev/gemini-api/docs/openai) | `GOOGLE_API_KEY`, `GEMINI_API_KEY` | `GOOGLE_OPENAI_BASE_URL` | `https://generativelanguage.googleapis.com/v1beta/openai` |
/// | [`groq`](https://console.groq.com/docs/api-reference#chat-create) | `GROQ_API_KEY` | `GROQ_BASE_URL` | `https://api.groq.com` |
/// | [`heroku`](https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions) | `HEROKU_INFERENCE_KEY`, `INFERENCE_KEY` | `HEROKU_INFERENCE_URL`, `INFERENCE_URL` | `https://us.inference.heroku.com` |
/// | [`huggingface`](https://huggingface.co/docs/inference-providers/tasks/chat-completion) | `HF_TOKEN` | `HF_BASE_URL` | `https://router.huggingface.co/v1` |
/// | [`litellm`](https://docs.litellm.ai/docs/proxy/user_keys) | `LITELLM_API_KEY` | `LITELLM_BASE_URL`, `LITELLM_API_BASE` | `http://127.0.0.1:4000` |
/// | [`llamacpp`](https://github.com/ggml-org/llama.cpp/tree/master/tools/server) | `LLAMACPP_API_KEY` | `LLAMACPP_BASE_URL` | `http://127.0.0.1:8080` |
/// | [`lmstudio`](https://lmstudio.ai/docs/developer/openai-compat) | `LMSTUDIO_API_KEY` | `LMSTUDIO_BASE_URL` | `http://127.0.0.1:1234` |
/// | [`mistral`](https://docs.mistral.ai/api/endpoint/chat) | `MISTRAL_API_KEY` | `MISTRAL_BASE_URL` | `https://api.mistral.ai` |
/// | [`mistralrs`](https://github.com/EricLBuehler/mistral.rs) | `MISTRALRS_API_KEY` | `MISTRALRS_BASE_URL` | `http://127.0.0.1:1234` |
/// | [`moonshot`](https://platform.moonshot.ai/docs/api/chat) | `MOONSHOT_API_KEY`, `MOONSHOTAI_API_KEY` | `MOONSHOT_BASE_URL`, `MOONSHOTAI_BASE_URL` | `https://api.moonshot.ai/v1` |
/// | [`nvidia`](https://docs.api.nvidia.com/nim/reference/llm-apis) | `NVIDIA_API_KEY`, `NVIDIA_NIM_API_KEY` | `NVIDIA_BASE_URL`, `NVIDIA_NIM_API_BASE` | `https://integrate.api.nvidia.com/v1` |
/// | [`ollama`](https://docs.ollama.com/api/openai-compatibility) | `OLLAMA_API_KEY` | `OLLAMA_BASE_URL` | `http://127.0.0.1:11434` |
/// | [`openai-compatible`](https://platform.openai.com/docs/api-reference/chat) | `OPENAI_COMPATIBLE_API_KEY` | `OPENAI_COMPATIBLE_BASE_URL` | none: like `https://llm.example.com/v1` |
/// | [`openrouter`](https://openrouter.ai/docs/api-reference/chat-completion) | `OPENROUTER_API_KEY`, `OPEN_ROUTER_API_KEY` | `OPENROUTER_BASE_URL` | `https://openrouter.ai/api/v1` |
/// | [`perplexity`](https://docs.perplexity.ai/api-reference/chat-completions-post) | `PERPLEXITY_API_KEY`, `PPLX_API_KEY` | `PERPLEXITY_BASE_URL` | `https://api.perplexity.ai` |
/// | [`snowflake`](https://docs.snowflake.com/user-guide/snowflake-cortex/open_ai_sdk) | `SNOWFLAKE_PAT`, `SNOWFLAKE_API_KEY` | `SNOWFLAKE_BASE_URL` | `https://{}.snowflakecomputing.com/api/v2/cortex/v1`, from `SNOWFLAKE_ACCOUNT`, `SNOWFLAKE_ACCOUNT_IDENTIFIER` |
/// | [`together`](https://docs.together.ai/reference/chat-completions-1) | `TOGETHER_API_KEY` | `TOGETHER_BASE_URL` | `https://api.together.xyz/v1` |
/// | [`venice`](https://docs.venice.ai/api-reference/endpoint/chat/completions) | `VENICE_API_KEY` | `VENICE_BASE_URL` | `https://api.venice.ai/api/v1` |
/// | [`vllm`](https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html) | `VLLM_API_KEY` | `VLLM_BASE_URL` | `http://127.0.0.1:8000` |
/// | [`xai`](https://docs.x.ai/docs/api-reference) | `XAI_API_KEY` | `XAI_BASE_URL` | `https://api.x.ai/v1` |
/// | [`zai`](https://docs.z.ai/api-reference/llm/chat-completion) | `ZAI_API_KEY` | `ZAI_BASE_URL` | `https://api.z.ai/api/paas/v4` |
///
/// An address on this machine needs no key, and `offline` needs neither. All this is here with the
/// feature `http` only; without it there is [`OfflineModel`].
///
/// ```
/// use fastroai_providers::{Connection, connect};
/// let connection = Connection::new().key("openai", "sk-test-123");
/// let model = connect(&"openai:gpt-4o-mini".parse()?, &connection)?;
/// assert_eq!(model.id().name(), "gpt-4o-mini");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Of kind `Config`: an unknown provider, no key, or a key or base URL that cannot be used.
pub fn connect(id: &ModelId, connection: &Connection) -> Result<Arc<dyn Model>, ModelError> {
    if id.provider() == "offline" {
        return Ok(Arc::new(OfflineModel::new(id.clone())));
    }
    let provider = Provider::of(id)?;
    let base_url = base_url(id, provider, connection)?;
    let without_key = if base_url.is_loopback() || provider.may_be_without_key() {
        None
    } else {
        Some(no_key(id, provider))
    };
    let keys = connection.keys();
    // What is known now is told now, and not with the first request.
    let known = match (keys.now(provider.name()), &without_key) {
        (Some(Err(error)), _) => return Err(ModelError::config(format!("for `{id}`, {error}"))),
        (Some(Ok(None)), Some(message)) => return Err(ModelError::config(message)),
        (Some(Ok(key)), _) => key,
        (None, _) => None,
    };
    let free = costs_nothing(id, base_url.is_loopback());
    let model = HttpModel::over(id.clone(), provider.protocol(), connection.way(), base_url)
        .with_timeouts(connection.limits())
        .with_keys_of(Arc::new(keys.clone()), without_key)
        .with_known_key(known.as_ref())
        .with_profile(|profile| {
            profile.free |= free;
            connection.adjust(id, profile);
        });
    Ok(Arc::new(model))
}

/// Whether it runs on this machine. What Ollama calls a cloud model only seems to.
fn costs_nothing(id: &ModelId, here: bool) -> bool {
    let service = Service::named(id.provider());
    here && service.is_some_and(|service| service.free_here) && !id.name().ends_with("cloud")
}

fn base_url(
    id: &ModelId,
    provider: Provider,
    connection: &Connection,
) -> Result<BaseUrl, ModelError> {
    let name = provider.name();
    if let Some(set) = connection.base_url_of(name) {
        return set.parse().map_err(|error| within(&format!("for `{name}`"), &error));
    }
    let variables = connection.variables();
    if let Some((variable, set)) = variables.first(provider.base_url_variables()) {
        return set.parse().map_err(|error| within(&format!("in `{variable}`"), &error));
    }
    match provider.address() {
        Address::At(url) => url.parse(),
        Address::Asked { example } => Err(no_base_url(id, provider, &[], example)),
        Address::Within { template, variables: parts } => match variables.first(parts) {
            None => Err(no_base_url(id, provider, parts, &template.replace("{}", "…"))),
            Some((_, part)) if is_part_of_host(&part) => template.replace("{}", &part).parse(),
            Some((variable, _)) => Err(ModelError::config(format!(
                "in `{variable}`: it does not fit into an address: write letters, digits, `-`, \
                 `_` and `.` only"
            ))),
        },
    }
}

/// Nothing that could end the host, and so send the key elsewhere.
fn is_part_of_host(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn within(place: &str, error: &ModelError) -> ModelError {
    ModelError::config(format!("{place}: {error}"))
}

fn no_key(id: &ModelId, provider: Provider) -> String {
    let (name, variables) = (provider.name(), either(provider.key_variables()));
    format!(
        "`{id}` needs a key: set the {variables} environment variable, pass the key with \
         `.key(\"{name}\", …)` on the runtime, or run offline with `offline:demo`"
    )
}

fn no_base_url(id: &ModelId, provider: Provider, parts: &[&str], like: &str) -> ModelError {
    let name = provider.name();
    let variables = [parts, provider.base_url_variables()].concat();
    let variables = either(&variables);
    ModelError::config(format!(
        "`{id}` needs a base URL, as in `{like}`: set the {variables} environment variable, or \
         pass the URL with `.base_url(\"{name}\", …)` on the runtime"
    ))
}

fn either(variables: &[&str]) -> String {
    let quoted: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}
