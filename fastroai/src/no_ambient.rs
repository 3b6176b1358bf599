//! What stands in for `ambient.rs` where nothing is put around the code that runs.

use std::future::Future;
use std::sync::Arc;

use fastroai_providers::{Model, ModelError};

use crate::agent::AgentConfig;
use crate::driver::{Finished, Order};
use crate::error::Error;
use crate::money::Meter;
use crate::runtime::Runtime;

pub(crate) fn kept<F: Future>(future: F) -> F {
    future
}

pub(crate) fn kept_by<F>(function: F) -> F {
    function
}

pub(crate) fn meter() -> Meter {
    Meter::new()
}

pub(crate) fn model(
    runtime: &Runtime,
    agent: Option<&AgentConfig>,
    name: &str,
) -> Result<Arc<dyn Model>, ModelError> {
    runtime.model_for(agent, name)
}

pub(crate) struct Watch;

pub(crate) fn begin(_order: &mut Order<'_>) -> Watch {
    Watch
}

impl Watch {
    pub(crate) async fn run(
        self,
        driving: impl Future<Output = Result<Finished, Error>>,
    ) -> Result<Finished, Error> {
        driving.await
    }
}
