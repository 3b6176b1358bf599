//! What an agent or a call decides anew before each request.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::Settings;

use super::Turn;
use crate::history::HistoryProcessor;
use crate::tool::ToolOffer;

type SettingsOf = dyn Fn(&Turn<'_>) -> Settings + Send + Sync;
type Prepare = dyn Fn(&Turn<'_>, &mut ToolOffer) + Send + Sync;

/// Functions that are asked before each request.
#[derive(Clone, Default)]
pub(crate) struct EachRequest {
    pub(crate) history: Vec<Arc<dyn HistoryProcessor>>,
    pub(crate) settings: Option<Arc<SettingsOf>>,
    pub(crate) tools: Vec<Arc<Prepare>>,
}

impl fmt::Debug for EachRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EachRequest")
            .field("history", &self.history.len())
            .field("settings", &self.settings.is_some())
            .field("tools", &self.tools.len())
            .finish()
    }
}
