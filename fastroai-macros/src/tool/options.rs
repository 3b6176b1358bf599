//! The keys of `#[safe_tool(…)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path};

use crate::keys::value::{dollars_tokens, duration_tokens};
use crate::keys::{self, Table};
use crate::report::Report;
use crate::{literal, similar};

const TABLE: Table = Table {
    keys: &[
        "name",
        "description",
        "timeout",
        "attempts",
        "effect",
        "on_error",
        "on_timeout",
        "sequential",
        "polling",
        "corrections",
        "cost",
        "approve",
        "needs",
        "roles",
        "type",
        "crate",
    ],
    foreign: &[
        ("retries", "write `attempts`, which counts the first attempt as well"),
        ("max_retries", "write `attempts`, which counts the first attempt as well"),
        ("retry", "write `attempts`, which counts the first attempt as well"),
        ("doc", "write `description`, or a doc comment"),
        ("context", "mark the parameter instead, as in `#[context] db: &Db`"),
        ("poll", "write `polling`"),
        ("parallel", "write `sequential` on the tools that run alone"),
        ("rename", "write `name`"),
        ("capabilities", "write `needs`"),
        ("requires", "write `needs`"),
        ("permissions", "write `needs`, or `roles`"),
        ("grants", "write `needs` here, and `grants` on the agent"),
        ("role", "write `roles`"),
        ("approval", "write `approve`"),
        ("requires_approval", "write `approve`"),
        ("confirm", "write `approve`"),
        ("external", "write `approve = external`"),
    ],
    bare: &["name", "description"],
};

const EFFECTS: [&str; 3] = ["read_only", "idempotent", "once"];

/// How many fields a `ToolOptions` has.
const FIELDS: usize = 13;

/// What the attribute says, as far as it is sound.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<String>,
    pub(super) description: Option<TokenStream>,
    /// Whether there is a description, sound or not.
    pub(super) is_described: bool,
    pub(super) type_name: Option<Ident>,
    pub(super) root: Option<Path>,
    timeout: Option<u64>,
    attempts: Option<u32>,
    effect: Option<&'static str>,
    on_error: Option<LitStr>,
    on_timeout: Option<LitStr>,
    sequential: Option<bool>,
    polling: Option<bool>,
    corrections: Option<u32>,
    cost: Option<TokenStream>,
    needs: Vec<LitStr>,
    roles: Vec<LitStr>,
    /// The variant of `ToolApproval`.
    approval: Option<&'static str>,
    is_agent: bool,
}

impl Options {
    pub(super) fn read(attribute: TokenStream, report: &mut Report) -> Self {
        let pairs = keys::parse(attribute, &TABLE, report);
        let mut options = Self { is_described: pairs.mean("description"), ..Self::default() };
        let mut attempts_place = None;
        let mut effect_is_unsound = false;
        for pair in pairs {
            match pair.name().as_str() {
                "name" => options.name = name(&pair, report),
                "description" => {
                    options.description = pair.text_or_macro(report);
                }
                "timeout" => options.timeout = pair.duration(report),
                "attempts" => {
                    options.attempts = pair.count(1, "one attempt", report);
                    attempts_place = Some(pair.place());
                }
                "effect" => {
                    options.effect = pair.word(&EFFECTS, report);
                    effect_is_unsound = options.effect.is_none();
                }
                "on_error" => options.on_error = sentence(&pair, &["error"], report),
                "on_timeout" => options.on_timeout = sentence(&pair, &[], report),
                "sequential" => options.sequential = pair.flag(report),
                "polling" => options.polling = pair.flag(report),
                "corrections" => options.corrections = pair.count(0, "none", report),
                "cost" => options.cost = cost(&pair, report),
                "needs" => options.needs = pair.texts("net", literal::capability, report),
                "roles" => options.roles = pair.texts("support", literal::role, report),
                "approve" => options.approval = approval(&pair, report),
                "type" => {
                    let example = "the name of a type: write `type = WeatherTool`";
                    options.type_name = pair.parse(example, report);
                }
                "crate" => {
                    let example = "the path of `fastroai`: write `crate = ai`";
                    options.root = pair.parse_with(Path::parse_mod_style, example, report);
                }
                _ => {}
            }
        }
        let once = matches!(options.effect, None | Some("once")) && !effect_is_unsound;
        if once && options.attempts.is_some_and(|attempts| attempts > 1) {
            report.at(
                attempts_place,
                "a tool whose effect is `once` is tried once: if repeating it is safe, write \
                 `effect = read_only` or `effect = idempotent`; if not, remove `attempts`",
            );
        }
        options
    }

    /// Those of an agent function: it may take what its agent is given.
    pub(super) fn of_agent(timeout: Option<u64>) -> Self {
        Self { timeout, is_agent: true, ..Self::default() }
    }

    /// Whether its arguments are read before it runs.
    pub(super) fn needs_approval(&self) -> bool {
        matches!(self.approval, Some("Asked" | "External"))
    }

    /// The `ToolOptions`, naming only what was said.
    pub(super) fn to_expression(&self) -> TokenStream {
        if self.is_agent {
            let timeout = self.timeout.map(duration_tokens);
            let timeout = timeout.map_or_else(
                || quote!(__fastroai::Option::None),
                |timeout| quote!(__fastroai::Some(#timeout)),
            );
            return quote!(__fastroai::agent_options(#timeout));
        }
        let mut fields: Vec<TokenStream> = Vec::new();
        if let Some(milliseconds) = self.timeout {
            let timeout = duration_tokens(milliseconds);
            fields.push(quote!(timeout: #timeout));
        }
        if let Some(attempts) = self.attempts {
            let attempts = proc_macro2::Literal::u32_unsuffixed(attempts);
            fields.push(quote!(attempts: #attempts));
        }
        if let Some(effect) = self.effect {
            let effect = match effect {
                "read_only" => quote!(ReadOnly),
                "idempotent" => quote!(Idempotent),
                _ => quote!(Once),
            };
            fields.push(quote!(effect: __fastroai::Effect::#effect));
        }
        if let Some(sequential) = self.sequential {
            fields.push(quote!(sequential: #sequential));
        }
        if let Some(polling) = self.polling {
            fields.push(quote!(polling: #polling));
        }
        if let Some(corrections) = self.corrections {
            let corrections = proc_macro2::Literal::u32_unsuffixed(corrections);
            fields.push(quote!(corrections: #corrections));
        }
        if let Some(on_error) = &self.on_error {
            fields.push(quote!(on_error: __fastroai::Some(#on_error)));
        }
        if let Some(on_timeout) = &self.on_timeout {
            fields.push(quote!(on_timeout: __fastroai::Some(#on_timeout)));
        }
        if let Some(cost) = &self.cost {
            fields.push(quote!(cost: #cost));
        }
        for (name, texts) in [("needs", &self.needs), ("roles", &self.roles)] {
            if !texts.is_empty() {
                let name = Ident::new(name, proc_macro2::Span::call_site());
                fields.push(quote!(#name: &[#(#texts),*]));
            }
        }
        if let Some(approval) = self.approval {
            let approval = Ident::new(approval, proc_macro2::Span::call_site());
            fields.push(quote!(approval: __fastroai::ToolApproval::#approval));
        }
        match fields.len() {
            0 => quote!(__fastroai::ToolOptions::DEFAULT),
            FIELDS => quote!(__fastroai::ToolOptions { #(#fields),* }),
            _ => {
                quote!(__fastroai::ToolOptions { #(#fields,)* ..__fastroai::ToolOptions::DEFAULT })
            }
        }
    }
}

/// `approve`, or `approve = external`; `true` and `false` as for any flag.
fn approval(pair: &keys::Pair, report: &mut Report) -> Option<&'static str> {
    let written = match &pair.value {
        keys::Value::Absent => return Some("Asked"),
        keys::Value::Given(tokens) => tokens.to_string(),
        keys::Value::List(_) => String::new(),
    };
    let message = match written.as_str() {
        "external" => return Some("External"),
        "true" => return Some("Asked"),
        "false" => return Some("Never"),
        "\"external\"" => {
            "`approve` takes a word without quotes: write `approve = external`".to_owned()
        }
        other => match similar::nearest(other, ["external"]) {
            Some(meant) => format!("unknown approve `{other}`: did you mean `{meant}`?"),
            None => {
                "`approve` takes no value, or `external`: write `approve` where someone has to \
                     say yes, `approve = external` where the tool runs elsewhere"
                    .to_owned()
            }
        },
    };
    report.at(pair.place(), message);
    None
}

/// An amount for each attempt, or a function of the arguments and the result.
fn cost(pair: &keys::Pair, report: &mut Report) -> Option<TokenStream> {
    if pair.is_text() {
        let amount = dollars_tokens(pair.dollars(report)?);
        return Some(quote!(__fastroai::ToolCost::Each(#amount)));
    }
    let example = "dollars or a function: write `cost = \"$0.002\"`, or the path of a \
                   `fn(arguments: &str, result: &str) -> Cost`";
    let path: Path = pair.parse(example, report)?;
    // A function of another form is told at its name.
    Some(quote_spanned! {path.span()=> {
        let cost: __fastroai::CostFunction = #path;
        __fastroai::ToolCost::By(cost)
    }})
}

fn name(pair: &keys::Pair, report: &mut Report) -> Option<String> {
    let text: LitStr = pair.parse("a string literal: write `name = \"…\"`", report)?;
    let name = text.value();
    literal::tool_name(&name).map_err(|message| report.at(&text, message)).ok()?;
    Some(name)
}

/// A text for the model, in which `{word}` may stand for these words only.
fn sentence(pair: &keys::Pair, words: &[&'static str], report: &mut Report) -> Option<LitStr> {
    let text = pair.text(report)?;
    for part in text.value().split('{').skip(1) {
        let Some((word, _)) = part.split_once('}') else { continue };
        if words.contains(&word) || syn::parse_str::<Ident>(word).is_err() {
            continue;
        }
        let message = if words.is_empty() {
            format!("`{}` has no placeholders: remove `{{{word}}}`", pair.key.unraw())
        } else {
            format!(
                "`{{{word}}}` stands for nothing here: the placeholder is {}",
                similar::list(words.iter().map(|word| match *word {
                    "error" => "{error}",
                    other => other,
                }))
            )
        };
        report.at(&text, message);
        return None;
    }
    Some(text)
}
