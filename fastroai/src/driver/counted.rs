//! How many tokens a request takes in, by its provider.

use fastroai_providers::{Model, Request};

use crate::hook::{ModelCall, Origin, Waiting};

/// Asks the provider to count, where it counts and all hooks let the request out; `None` where
/// nobody knows.
pub(crate) async fn counted(
    origin: &Origin<'_>,
    model: &dyn Model,
    request: &Request<'_>,
) -> Option<u64> {
    if !model.counts_tokens() {
        return None;
    }
    let hooks = origin.scope.hooks();
    if !hooks.is_empty() {
        let mut call = ModelCall::counting(*origin, model.id(), request);
        let asked = hooks.before_model(&mut call, &mut Waiting::default(), None);
        // Who denies it, or has it wait, is asked again about the request itself.
        drop(asked.ok()?.ok()?);
    }
    model.count_tokens(request).await.ok()
}
