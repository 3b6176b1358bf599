//! One exchange over a real connection, with the loopback server in the provider's place.

use std::sync::Arc;

use fastroai_providers::error::ModelError;
use fastroai_providers::http::{ApiKey, HttpModel, HttpTransport};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{Connection, Model, ModelId, connect};

use crate::loopback::{Answer, Asked, Loopback};
use crate::rebuild::Rebuilt;
use crate::recording::Exchange;
use crate::replay::{self, Read};
use crate::wires;

/// No provider's key, but sent like one.
const KEY: &str = "sk-loopback-0123456789";

/// The server, and the connections to it.
#[derive(Clone)]
pub(crate) struct Line {
    server: Loopback,
    transport: HttpTransport,
    connection: Connection,
}

impl Line {
    pub(crate) async fn open() -> Result<Self, String> {
        let server = Loopback::start().await;
        Ok(Self {
            server: server.map_err(|error| format!("no server on this machine: {error}"))?,
            transport: HttpTransport::default(),
            connection: Connection::new().environment(|_| None),
        })
    }

    /// Asks as the rebuilt request does, and is answered as recorded, in these pieces.
    pub(crate) async fn exchange(
        &self,
        protocol: &Arc<dyn Protocol>,
        exchange: &Exchange,
        rebuilt: &Rebuilt,
        pieces: &[&[u8]],
    ) -> (Read, Vec<Asked>) {
        let (number, url) = self.server.offer(Answer {
            status: exchange.status,
            headers: exchange.headers.clone(),
            pieces: pieces.iter().map(|piece| piece.to_vec()).collect(),
        });
        let read = match self.model(protocol, exchange, rebuilt, &url) {
            Ok(model) => ask(&*model, rebuilt).await,
            Err(error) => Read { deltas: Vec::new(), end: Err(error) },
        };
        (read, self.server.asked(number))
    }

    fn model(
        &self,
        protocol: &Arc<dyn Protocol>,
        exchange: &Exchange,
        rebuilt: &Rebuilt,
        url: &str,
    ) -> Result<Arc<dyn Model>, ModelError> {
        let provider = wires::provider(exchange);
        let id: ModelId = format!("{provider}:{}", rebuilt.model)
            .parse()
            .map_err(|_| ModelError::config("the recorded model has no name that can be asked"))?;
        if wires::face(exchange).is_some() {
            let connection = self.connection.clone().base_url(provider, url).key(provider, KEY);
            return connect(&id, &connection);
        }
        let (protocol, transport) = (Arc::clone(protocol), self.transport.clone());
        let model = HttpModel::new(id, protocol, transport, url.parse()?);
        Ok(Arc::new(model.with_key(ApiKey::new(KEY)?)))
    }
}

async fn ask(model: &dyn Model, rebuilt: &Rebuilt) -> Read {
    let request = rebuilt.request();
    if !rebuilt.streamed {
        return Read { deltas: Vec::new(), end: model.request(&request).await };
    }
    match model.stream(&request).await {
        Ok(stream) => replay::collect(stream).await,
        Err(error) => Read { deltas: Vec::new(), end: Err(error) },
    }
}
