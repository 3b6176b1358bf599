//! What may help where a provider said no: things that only the sender of the request knows.

use super::key::ApiKey;
use crate::catalogue::Provider;
use crate::error::{ModelError, ModelErrorKind, ProviderFault};
use crate::model::ModelId;
use crate::request::Request;

/// What was sent.
pub(super) struct Asked<'a> {
    pub(super) id: &'a ModelId,
    pub(super) request: &'a Request<'a>,
    pub(super) bytes: usize,
    pub(super) key: Option<&'a ApiKey>,
}

impl Asked<'_> {
    /// The error with a hint, where there is one.
    pub(super) fn advise(&self, error: ModelError) -> ModelError {
        let ModelErrorKind::Provider(fault) = error.kind() else { return error };
        let hint = match fault {
            ProviderFault::Authentication | ProviderFault::Permission => self.about_key(),
            ProviderFault::NotFound => self.about_model(),
            ProviderFault::RequestTooLarge => Some(format!("it has {} bytes", self.bytes)),
            ProviderFault::InvalidRequest => error.detail().and_then(|said| self.about_tool(said)),
            _ => None,
        };
        hint.into_iter().fold(error, ModelError::with_hint)
    }

    fn about_key(&self) -> Option<String> {
        match self.key {
            Some(key) => key.place().map(|place| format!("the key was read from {place}")),
            None => Some("no key was sent".to_owned()),
        }
    }

    fn about_model(&self) -> Option<String> {
        let provider = Provider::named(self.id.provider())?;
        let nearest = provider.nearest_model(self.id.name())?;
        Some(format!("did you mean `{}:{nearest}`?", provider.name))
    }

    /// The tool that the provider speaks of, by its name in quotes or by its place in the list.
    fn about_tool(&self, said: &str) -> Option<String> {
        let tools = self.request.tools;
        let quoted = |name: &str| {
            ['\'', '"', '`'].iter().any(|quote| said.contains(&format!("{quote}{name}{quote}")))
        };
        let named = tools.iter().find(|tool| quoted(&tool.name));
        let tool = named.or_else(|| tools.get(index_of_tool(said)?))?;
        Some(format!("it is about the tool `{}`", tool.name))
    }
}

/// The number in `tools[3]` or `tools.3`.
fn index_of_tool(said: &str) -> Option<usize> {
    said.match_indices("tools").find_map(|(at, word)| {
        let after = said.get(at + word.len()..)?.strip_prefix(['[', '.'])?;
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        after.get(..end)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_tool_is_read_in_both_ways_of_writing_it() {
        for (said, index) in [
            ("tools[3].function: no", Some(3)),
            ("tools.12.custom.input_schema: no", Some(12)),
            ("tools are bad, tools[1] most", Some(1)),
            ("tools[x]", None),
            ("tools", None),
            ("tools[", None),
            ("tools.99999999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(index_of_tool(said), index, "{said}");
        }
    }
}
