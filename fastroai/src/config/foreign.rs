//! Keys that people know from elsewhere.

/// What to write instead of a key that is none of ours.
pub(super) fn hint(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    Some(match name.as_str() {
        "insecure"
        | "insecure_skip_verify"
        | "skip_verify"
        | "skip_tls_verify"
        | "verify"
        | "verify_ssl"
        | "ssl_verify"
        | "tls_verify"
        | "verify_tls"
        | "verify_certs"
        | "check_certificates"
        | "tls_insecure"
        | "allow_insecure"
        | "accept_invalid_certs"
        | "danger_accept_invalid_certs"
        | "danger_accept_invalid_hostnames"
        | "no_verify"
        | "reject_unauthorized"
        | "allow_http" => {
            "certificates are always checked, and plain `http` is for this machine only; an authority of one's \
             own is added to those of the operating system"
        }
        "api_key" | "apikey" | "token" | "secret" | "api_token" | "auth_token" | "access_token"
        | "password" | "bearer" | "credentials" => {
            "write `key = { env = \"…\" }` or `key = { file = \"…\" }`"
        }
        "api_base" | "base" | "url" | "endpoint" | "api_url" | "host" | "baseurl" => {
            "write `base_url = \"https://…\"`"
        }
        "max_retries" | "retries" | "max_attempts" => {
            "write `attempts = 3` in `[runtime.retry]`: attempts in all, the first one included"
        }
        "system_prompt" | "instructions" | "prompt" => {
            "instructions are the program's: write them at the agent"
        }
        "request_limit" | "max_requests" | "max_iterations" | "max_steps" => {
            "write `max_turns = 16`"
        }
        "cost_budget" | "max_cost" | "cost_limit" => "write `budget = \"$0.50\"`",
        "tool_calls_limit" => "write `max_tool_calls = 256`",
        "fallback_models" | "fallbacks" => "write `fallback = [\"provider:model\"]`",
        "proxy" | "http_proxy" | "https_proxy" => {
            "write `environment_proxy = true` in `[runtime]`, and name the proxy in the variable `HTTPS_PROXY`"
        }
        _ => return None,
    })
}
