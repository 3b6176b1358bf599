//! A reply as it comes, whole or in pieces.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::error::ProtocolFault;
use fastroai_providers::{ModelError, Response, ResponseStream, StreamEvent};
use futures_util::{StreamExt, stream};

use super::pieces::pieces;
use super::reply::{End, Reply, What};

impl Reply {
    /// Answers a request for a whole reply.
    pub(super) async fn whole(self) -> Result<Response, ModelError> {
        pass(self.wait).await;
        match self.what {
            What::Said { response, end: End::Whole, .. } => Ok(*response),
            What::Said { response, end: End::Cut, .. } => Err(cut_off().with_partial(*response)),
            What::Failed(error) => Err(error),
            What::Events(_) => Err(ModelError::config(
                "the script has events of a stream here, but the reply is not streamed: stream it, or \
                 put a whole reply there",
            )),
            What::Said { end: End::Silent, .. } | What::Nothing => std::future::pending().await,
        }
    }

    /// Answers a request for a stream; `open` is held for as long as one is silent.
    pub(super) async fn streamed(self, open: Arc<()>) -> Result<ResponseStream, ModelError> {
        pass(self.wait).await;
        let (response, deltas, end) = match self.what {
            What::Said { response, deltas, end } => (response, deltas, end),
            What::Failed(error) => return Err(error),
            What::Events(events) => return Ok(paced(events, self.pace).boxed()),
            What::Nothing => return Ok(stream::pending().boxed()),
        };
        let deltas = deltas.unwrap_or_else(|| pieces(&response));
        let mut events: Vec<_> =
            deltas.into_iter().map(|delta| Ok(StreamEvent::Delta(delta))).collect();
        match end {
            End::Whole => events.push(Ok(StreamEvent::Done(response))),
            End::Cut => events.push(Err(cut_off())),
            End::Silent => {
                let silent = paced(events, self.pace).chain(stream::pending());
                return Ok(silent.map(move |event| (&open, event).1).boxed());
            }
        }
        Ok(paced(events, self.pace).boxed())
    }
}

fn paced(
    events: Vec<Result<StreamEvent, ModelError>>,
    pace: Duration,
) -> impl futures_util::Stream<Item = Result<StreamEvent, ModelError>> + Send + 'static {
    stream::iter(events).then(move |event| async move {
        pass(pace).await;
        event
    })
}

async fn pass(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn cut_off() -> ModelError {
    ModelError::protocol(ProtocolFault::Truncated, "the answer was cut off, as the script has it")
}
