//! The keys of `#[agent(…)]`.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, Type, bracketed};

use super::listed::{self, Listed};
use crate::keys::value::{dollars_tokens, duration_tokens};
use crate::keys::{self, Pair, Table, Value};
use crate::literal;
use crate::report::Report;
use crate::tool::parameter;
use crate::types;

const TABLE: Table = Table {
    keys: &[
        "model",
        "fallback",
        "tools",
        "grants",
        "instructions",
        "output",
        "output_fn",
        "validate",
        "temperature",
        "max_tokens",
        "budget",
        "price",
        "timeout",
        "max_turns",
        "max_tool_calls",
        "max_concurrency",
        "output_attempts",
        "output_mode",
        "end_strategy",
        "capture_content",
        "settings",
        "prepare_tools",
        "history",
        "guards",
        "name",
        "description",
        "tool_name",
        "prefix",
        "crate",
    ],
    foreign: &[
        ("prompt", "write `instructions`, or a doc comment"),
        ("system", "write `instructions`, or a doc comment"),
        ("system_prompt", "write `instructions`, or a doc comment"),
        ("preamble", "write `instructions`, or a doc comment"),
        ("max_steps", "write `max_turns`"),
        ("max_iterations", "write `max_turns`"),
        ("request_limit", "write `max_turns`"),
        ("deps", "the agent's fields are its dependencies: write them in the struct"),
        ("deps_type", "the agent's fields are its dependencies: write them in the struct"),
        ("output_type", "write `output`"),
        ("result_type", "write `output`"),
        ("output_function", "write `output_fn`"),
        ("validator", "write `validate`"),
        ("output_validator", "write `validate`"),
        ("result_validator", "write `validate`"),
        ("cost_budget", "write `budget`"),
        ("timeout_seconds", "write `timeout = \"60s\"`"),
        ("prices", "write `price`"),
        ("fallback_model", "write `fallback = [\"provider:model\"]`"),
        ("fallback_models", "write `fallback = [\"provider:model\"]`"),
        ("history_processors", "write `history`"),
        ("guard", "write `guards = [path]`"),
        ("guardrails", "write `guards = [path]`"),
        ("input_guardrails", "write `guards = [path]`"),
        ("output_guardrails", "write `guards = [path]`"),
        ("model_settings", "write `settings = path`, the path of a function"),
        ("prepare", "write `prepare_tools`"),
        ("needs", "write `grants` here, and `needs` on the tools"),
        ("capabilities", "write `grants`"),
        ("permissions", "write `grants`"),
        ("instrument", "write `capture_content`"),
        ("retries", "write `attempts` on the tools, or `output_attempts` for the answer"),
        ("attempts", "write `attempts` on the tools, or `output_attempts` for the answer"),
    ],
    bare: &["model"],
};

const PRICES: Table = Table {
    keys: &["input", "output", "cache_read", "cache_write"],
    foreign: &[
        ("prompt", "write `input`"),
        ("completion", "write `output`"),
        ("cached", "write `cache_read`"),
    ],
    bare: &[],
};

/// What the attribute says, as far as it is sound.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) model: Option<LitStr>,
    pub(super) fallback: Vec<LitStr>,
    pub(super) tools: Vec<Listed>,
    /// What the tools may need.
    pub(super) grants: Vec<LitStr>,
    /// Whether not all that is granted is known, as one has a mistake.
    pub(super) grants_more: bool,
    /// What stands before the names of all tools.
    pub(super) prefix: String,
    /// What it is for, where another agent lists it: an expression.
    pub(super) description: Option<TokenStream>,
    pub(super) tool_name: Option<LitStr>,
    pub(super) instructions: Option<Instructions>,
    /// Whether there are instructions, sound or not.
    pub(super) is_instructed: bool,
    pub(super) output: Option<Type>,
    /// What makes the output of what the model fills in.
    pub(super) output_fn: Option<Path>,
    /// Whether a function makes the output, soundly named or not.
    pub(super) is_made: bool,
    /// What looks at each answer.
    pub(super) validate: Option<Path>,
    /// Milliseconds.
    pub(super) timeout: Option<u64>,
    pub(super) name: Option<LitStr>,
    pub(super) root: Option<Path>,
    /// A field that makes something of the conversation: an expression.
    pub(super) history: Option<TokenStream>,
    /// The rest, as calls on an `AgentConfig`.
    pub(super) calls: TokenStream,
}

/// Where the instructions come from.
pub(super) enum Instructions {
    /// A literal, or a macro that makes one.
    Text(TokenStream),
    /// A function of the agent.
    Function(Path),
}

impl Settings {
    /// `name` is what to underline where a key is missing.
    pub(super) fn read(attribute: TokenStream, name: &Ident, report: &mut Report) -> Self {
        let pairs = keys::parse(attribute, &TABLE, report);
        let mut settings = Self { is_instructed: pairs.mean("instructions"), ..Self::default() };
        if !pairs.mean("model") {
            report.at(
                name,
                "an agent needs a model: write `#[agent(model = \"openai:gpt-4o-mini\", …)]`",
            );
        }
        for pair in pairs {
            settings.take(&pair, report);
        }
        settings
    }

    fn take(&mut self, pair: &Pair, report: &mut Report) {
        match pair.name().as_str() {
            "model" => self.model = model(pair, report),
            "fallback" => {
                self.fallback = fallback(pair, report);
                let models = &self.fallback;
                self.call("fallback", (!models.is_empty()).then(|| quote!([#(#models),*])));
            }
            "output_mode" => {
                let mode =
                    pair.word(&["native", "tool", "prompted"], report).map(|word| match word {
                        "native" => quote!(__fastroai::OutputMode::Native),
                        "tool" => quote!(__fastroai::OutputMode::Tool),
                        _ => quote!(__fastroai::OutputMode::Prompted),
                    });
                self.call("output_mode", mode);
            }
            "end_strategy" => {
                let strategy = pair.word(&["graceful", "early", "exhaustive"], report);
                let strategy = strategy.map(|word| match word {
                    "graceful" => quote!(__fastroai::EndStrategy::Graceful),
                    "early" => quote!(__fastroai::EndStrategy::Early),
                    _ => quote!(__fastroai::EndStrategy::Exhaustive),
                });
                self.call("end_strategy", strategy);
            }
            "capture_content" => {
                let capture = pair.flag(report);
                self.call("capture_content", capture.map(|capture| quote!(#capture)));
            }
            "output_fn" => {
                self.is_made = true;
                self.output_fn = function(pair, "book", report);
            }
            "validate" => self.validate = function(pair, "check", report),
            "tools" => self.tools = listed::read(pair, report),
            "grants" => self.grant(pair, report),
            "description" => self.description = pair.text_or_macro(report),
            "tool_name" => self.tool_name = tool_name(pair, report),
            "prefix" => self.prefix = prefix(pair, report),
            "instructions" => {
                self.instructions = instructions(pair, report);
            }
            name @ ("settings" | "prepare_tools" | "history") => self.function(name, pair, report),
            "guards" => self.guards(pair, report),
            "output" => self.output = output(pair, report),
            "name" => self.name = pair.text(report),
            "crate" => {
                let example = "the path of `fastroai`: write `crate = ai`";
                self.root = pair.parse_with(Path::parse_mod_style, example, report);
            }
            "timeout" => {
                self.timeout = pair.duration(report);
                let timeout = self.timeout.map(duration_tokens);
                self.call("timeout", timeout);
            }
            "temperature" => {
                let number = pair.number(2.0, report);
                self.call(
                    "temperature",
                    number.map(|number| {
                        let number = Literal::f64_unsuffixed(number);
                        quote!(#number)
                    }),
                );
            }
            "budget" => self.call("budget", pair.dollars(report).map(dollars_tokens)),
            "price" => self.call("rates", rates(pair, report)),
            name @ ("max_tokens" | "max_turns" | "max_tool_calls" | "max_concurrency"
            | "output_attempts") => {
                let meaning = match name {
                    "max_tokens" => "one token",
                    "max_turns" => "one request to the model",
                    "max_tool_calls" => "one call",
                    "max_concurrency" => "one tool at a time",
                    _ => "one answer",
                };
                let count = pair.count(1, meaning, report);
                self.call(
                    name,
                    count.map(|count| {
                        let count = Literal::u32_unsuffixed(count);
                        quote!(#count)
                    }),
                );
            }
            _ => {}
        }
    }

    /// What the tools may need.
    fn grant(&mut self, pair: &Pair, report: &mut Report) {
        let before = report.len();
        self.grants = pair.texts("net", literal::capability, report);
        self.grants_more = report.len() > before;
        let grants = &self.grants;
        self.call("grants", (!grants.is_empty()).then(|| quote!([#(#grants),*])));
    }

    /// What is asked before each request: made once for all agents of the type, but for a history
    /// that a field holds.
    fn function(&mut self, name: &str, pair: &Pair, report: &mut Report) {
        let example = match name {
            "history" => "a history processor: write `history = KeepTurns::last(10)`".to_owned(),
            _ => format!("the path of a function: write `{name} = path::to_function`"),
        };
        let Some(function) = pair.parse::<syn::Expr>(&example, report) else { return };
        if matches!(function, syn::Expr::Lit(_)) {
            return report.at(function, format!("`{name}` takes {example}"));
        }
        let of_self = is_of_self(&function);
        let function = function.into_token_stream();
        match name {
            "history" if of_self => self.history = Some(function),
            _ if of_self => report.at(
                function,
                format!("`{name}` is one for all agents of the type: write the path of a function"),
            ),
            "settings" => self.call("settings_with", Some(function)),
            _ => self.call(name, Some(function)),
        }
    }

    /// What looks at texts: made once for all agents of the type.
    fn guards(&mut self, pair: &Pair, report: &mut Report) {
        const EXAMPLE: &str = "a list of guards: write `guards = [path, path()]`";
        let list = |input: ParseStream<'_>| {
            let content;
            bracketed!(content in input);
            Punctuated::<syn::Expr, Token![,]>::parse_terminated(&content)
        };
        for guard in pair.parse_with(list, EXAMPLE, report).into_iter().flatten() {
            if matches!(guard, syn::Expr::Lit(_)) {
                report.at(guard, format!("`guards` takes {EXAMPLE}"));
            } else if is_of_self(&guard) {
                report.at(
                    guard,
                    "`guards` are the same for all agents of the type: write a path, or give the \
                     guard to the call or to the runtime",
                );
            } else {
                self.call("guard", Some(guard.into_token_stream()));
            }
        }
    }

    fn call(&mut self, name: &str, argument: Option<TokenStream>) {
        if let Some(argument) = argument {
            let name = Ident::new(name, proc_macro2::Span::call_site());
            self.calls.extend(quote!(.#name(#argument)));
        }
    }
}

/// Whether it is a field, or made of one.
fn is_of_self(written: &syn::Expr) -> bool {
    let first = written.to_token_stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(first)) if first == "self")
}

/// The model.
fn model(pair: &Pair, report: &mut Report) -> Option<LitStr> {
    let text = pair.parse("a string literal: write `model = \"provider:model\"`", report)?;
    named_model(text, report)
}

/// The models to ask where that one cannot be.
fn fallback(pair: &Pair, report: &mut Report) -> Vec<LitStr> {
    let list = |input: ParseStream<'_>| {
        let content;
        bracketed!(content in input);
        Punctuated::<LitStr, Token![,]>::parse_terminated(&content)
    };
    let example = "a list of models: write `fallback = [\"provider:model\"]`";
    let models = pair.parse_with(list, example, report).into_iter().flatten();
    models.filter_map(|text| named_model(text, report)).collect()
}

/// Whether the provider and the name are known is asked of the catalogue, in const.
fn named_model(text: LitStr, report: &mut Report) -> Option<LitStr> {
    let model = text.value();
    let trimmed = model.trim();
    let slashed = trimmed.split_once('/').filter(|(provider, _)| !provider.is_empty());
    let message = match model.split_once(':') {
        Some(_) if trimmed != model && named(trimmed) => {
            format!("a model's name has no spaces: write \"{trimmed}\"")
        }
        None if slashed.is_some_and(|(_, name)| !name.is_empty()) => format!(
            "`{model}` does not name its provider: write \"{}\"",
            trimmed.replacen('/', ":", 1)
        ),
        None => format!(
            "`{model}` does not name its provider: write `provider:model`, as in \
             `openai:gpt-4o-mini`"
        ),
        Some((provider, name)) if provider.trim().is_empty() || name.trim().is_empty() => format!(
            "`{model}` does not name a model: write `provider:model`, as in `openai:gpt-4o-mini`"
        ),
        Some(_) if model.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            "a model's name has no spaces: write `provider:model`, as in `openai:gpt-4o-mini`"
                .to_owned()
        }
        Some(_) => return Some(text),
    };
    report.at(text, message);
    None
}

/// Whether it has the form `provider:model`.
fn named(model: &str) -> bool {
    let has_both = model.split_once(':').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    has_both && !model.contains(char::is_whitespace)
}

fn tool_name(pair: &Pair, report: &mut Report) -> Option<LitStr> {
    let text = pair.text(report)?;
    literal::tool_name(&text.value()).map_err(|message| report.at(&text, message)).ok()?;
    Some(text)
}

fn prefix(pair: &Pair, report: &mut Report) -> String {
    let text = pair.text(report);
    text.and_then(|text| listed::prefix(&text, report)).unwrap_or_default()
}

fn instructions(pair: &Pair, report: &mut Report) -> Option<Instructions> {
    if let Value::Given(tokens) = &pair.value
        && let Ok(path) = syn::parse2::<syn::ExprPath>(tokens.clone())
        && path.qself.is_none()
    {
        return Some(Instructions::Function(path.path));
    }
    pair.text_or_macro(report).map(Instructions::Text)
}

/// The type of the answer, as far as tokens tell whether a model can make one.
fn output(pair: &Pair, report: &mut Report) -> Option<Type> {
    let ty: Type = if pair.is_text() {
        let written = pair.tokens()?;
        let written = written.to_string();
        let written = written.trim_matches('"');
        if syn::parse_str::<Type>(written).is_ok() {
            report.at(
                pair.place(),
                format!("a type stands without quotes: write `output = {written}`"),
            );
            return None;
        }
        return pair.parse("a type: write `output = String`", report);
    } else {
        pair.parse("a type: write `output = String`", report)?
    };
    let before = report.len();
    if matches!(types::plain(&ty), Type::Tuple(tuple) if tuple.elems.is_empty()) {
        report.at(&ty, "an agent answers something: write the type of it, as in `output = String`");
    }
    let found = types::Unfillable::of(&ty);
    for reference in found.references {
        let owned = parameter::owned(&reference.elem);
        report.at(reference, format!("an answer is made by the model, and owned: write `{owned}`"));
    }
    for implementation in found.impls {
        report.at(implementation, "the model cannot choose a type: write a concrete type");
    }
    for (other, what) in found.no_data {
        report.at(
            other,
            format!("a model writes JSON, and {what} is none: write a type that is data"),
        );
    }
    (report.len() == before).then_some(ty)
}

/// The path of a function.
fn function(pair: &Pair, example: &str, report: &mut Report) -> Option<Path> {
    if let Value::Given(tokens) = &pair.value
        && let Ok(path) = syn::parse2::<syn::ExprPath>(tokens.clone())
        && path.qself.is_none()
    {
        return Some(path.path);
    }
    let key = &pair.key;
    report.at(pair.place(), format!("`{key}` names a function: write `{key} = {example}`"));
    None
}

fn rates(pair: &Pair, report: &mut Report) -> Option<TokenStream> {
    const EXAMPLE: &str = "write `price = free`, or `price(input = \"$2.50\", output = \"$10.00\")` \
                           in dollars per million tokens";
    match &pair.value {
        Value::Given(tokens) if tokens.to_string() == "free" => {
            Some(quote!(__fastroai::Rates::FREE))
        }
        Value::List(tokens) => {
            let (mut input, mut output, mut rest) = (None, None, TokenStream::new());
            let before = report.len();
            for rate in keys::parse(tokens.clone(), &PRICES, report) {
                let amount = rate.dollars(report).map(dollars_tokens);
                match rate.name().as_str() {
                    "input" => input = amount,
                    "output" => output = amount,
                    "cache_read" => rest.extend(quote!(.with_cache_read(#amount))),
                    "cache_write" => rest.extend(quote!(.with_cache_write(#amount))),
                    _ => {}
                }
            }
            if report.len() > before {
                return None;
            }
            let (Some(input), Some(output)) = (input, output) else {
                report.at(&pair.key, format!("a price has an `input` and an `output`: {EXAMPLE}"));
                return None;
            };
            Some(quote!(__fastroai::Rates::new(#input, #output) #rest))
        }
        _ => {
            report.at(pair.place(), format!("`price` is `free` or figures: {EXAMPLE}"));
            None
        }
    }
}
