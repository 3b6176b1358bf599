//! The marks on a parameter, `#[context]` and `#[tool(…)]`, and slips of them.

use syn::ext::IdentExt;
use syn::{Attribute, Meta, PatType};

use crate::report::Report;
use crate::similar;

/// The marks that are ours; the emitted function is without them.
const OURS: [&str; 3] = ["doc", "context", "tool"];

/// What people know from elsewhere, and what it is here.
const FOREIGN: [(&str, &str); 11] = [
    ("ctx", "context"),
    ("state", "context"),
    ("deps", "context"),
    ("inject", "context"),
    ("extension", "context"),
    ("arg", "tool"),
    ("args", "tool"),
    ("param", "tool"),
    ("parameter", "tool"),
    ("serde", "tool"),
    ("schemars", "tool"),
];

/// Whether the attribute is ours, or was meant to be.
pub(crate) fn is_mark(attribute: &Attribute) -> bool {
    OURS.iter().any(|mark| attribute.path().is_ident(mark)) || slip(attribute).is_some()
}

/// Whether the agent is to lend this parameter.
pub(crate) fn is_lent(parameter: &PatType) -> bool {
    parameter.attrs.iter().any(|attribute| {
        attribute.path().is_ident("context")
            || slip(attribute) == Some("context")
            || says_context(attribute)
    })
}

/// Reports the slips; whether there are any.
pub(crate) fn report_slips(parameter: &PatType, report: &mut Report) -> bool {
    let before = report.len();
    for attribute in &parameter.attrs {
        if says_context(attribute) {
            report.at(attribute, "the agent lends this parameter: write `#[context]`");
        }
        let Some(meant) = slip(attribute) else { continue };
        let name = attribute.path().segments.last().map(|last| last.ident.unraw().to_string());
        let mark = if meant == "context" { "#[context]" } else { "#[tool(…)]" };
        report
            .at(attribute, format!("unknown mark `{}`: write `{mark}`", name.unwrap_or_default()));
    }
    report.len() > before
}

/// `#[tool(context)]`.
fn says_context(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("tool") && list.tokens.to_string() == "context"
}

/// The mark that was probably meant by one that is not ours.
fn slip(attribute: &Attribute) -> Option<&'static str> {
    // These may stand on any parameter.
    const LANGUAGE: [&str; 8] =
        ["allow", "cfg", "cfg_attr", "deny", "expect", "forbid", "warn", "builder"];
    let name = attribute.path().get_ident()?.unraw().to_string();
    if OURS.contains(&name.as_str()) || LANGUAGE.contains(&name.as_str()) {
        return None;
    }
    let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, meant)| *meant);
    foreign.or_else(|| similar::nearest(&name, ["context", "tool"]))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn slips_are_known_from_what_is_someone_elses() {
        for (attribute, meant) in [
            (parse_quote!(#[context]), None),
            (parse_quote!(#[tool(default)]), None),
            (parse_quote!(#[allow(unused)]), None),
            (parse_quote!(#[other::context]), None),
            (parse_quote!(#[case]), None),
            (parse_quote!(#[contxt]), Some("context")),
            (parse_quote!(#[ctx]), Some("context")),
            (parse_quote!(#[tools(default)]), Some("tool")),
            (parse_quote!(#[serde(default)]), Some("tool")),
        ] {
            let attribute: Attribute = attribute;
            assert_eq!(slip(&attribute), meant);
        }
    }
}
