//! One request to one model, without an agent.

use fastroai_providers::{History, Request, Response};
use tokio::time::Instant;
use uuid::Uuid;

use super::payer::Payer;
use super::unsettled::Unsettled;
use crate::error::{Error, ErrorKind};
use crate::money::{Bill, Rates};
use crate::run::Stop;
use crate::runtime::Runtime;
use crate::scope::Scope;

impl Runtime {
    /// Asks a model once, as `provider:model`, and gives its reply with its bill: no agent, no tools
    /// that run, no second attempt.
    ///
    /// Called inside a run, it is on the run's bill and paid from the run's accounts, and ends with
    /// the run's time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::Runtime;
    /// use fastroai::providers::{Message, Request, Settings};
    /// let (messages, settings) = ([Message::user("Hello")], Settings::default());
    /// let request = Request::new(&messages, &settings);
    /// let (reply, bill) = Runtime::new().request("offline:demo", &request).await?;
    /// println!("{}\n{}", reply.text(), bill.table());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`], with the bill: the model could not be asked, or could not be paid.
    pub async fn request(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<(Response, Bill), Error> {
        self.request_at(model, None, request).await
    }

    /// The same, at prices that win over all others.
    pub(crate) async fn request_at(
        &self,
        model: &str,
        rates: Option<&Rates>,
        request: &Request<'_>,
    ) -> Result<(Response, Bill), Error> {
        let start = Instant::now();
        let failed = |kind, bill| {
            let history = History::from(request.messages.to_vec());
            Error::new(kind, Uuid::now_v7().to_string(), bill, history, start.elapsed())
        };
        let scope = Scope::enter(Some(self.clone()), None, None, None, None)
            .map_err(|kind| failed(kind, Bill::default()))?;
        let asked = scope.guard(ask(&scope, model, rates, request)).await;
        let asked = asked.unwrap_or_else(|stop| {
            Err(if stop == Stop::Cancelled {
                ErrorKind::Cancelled
            } else {
                ErrorKind::DeadlinePassed
            })
        });
        let bill = scope.meter().bill();
        match asked {
            Ok(reply) => Ok((reply, bill)),
            Err(kind) => Err(failed(kind, bill)),
        }
    }
}

async fn ask(
    scope: &Scope,
    model: &str,
    rates: Option<&Rates>,
    request: &Request<'_>,
) -> Result<Response, ErrorKind> {
    let model = scope.runtime().model(model).map_err(ErrorKind::Model)?;
    let payer = Payer { scope, model: &*model, rates };
    let reserved = payer.reserve(request).await?;
    let settings = reserved.settings(request.settings);
    let mut limited = *request;
    limited.settings = &settings;
    let tier = request.settings.service_tier.as_deref();
    let mut unsettled = Unsettled::new(payer, tier, reserved, (1, 1));
    match model.request(&limited).await {
        Ok(mut reply) => {
            reply.provider.get_or_insert_with(|| model.id().provider().to_owned());
            unsettled.price(&reply).await;
            unsettled.settle();
            Ok(reply)
        }
        Err(error) => {
            if let Some(partial) = error.partial() {
                unsettled.price(partial).await;
            }
            unsettled.fail(&error);
            Err(ErrorKind::Model(error))
        }
    }
}
