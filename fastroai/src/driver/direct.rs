//! One request to one model, without an agent.

use std::sync::Arc;

use fastroai_providers::{History, Model, ModelError, Request, Response};
use tokio::time::Instant;
use uuid::Uuid;

use super::admitted::{Admitted, admit};
use super::background;
use super::payer::{Payer, Terms};
use super::unsettled::Unsettled;
use crate::ambient;
use crate::error::{Error, ErrorKind};
use crate::hook::Origin;
use crate::money::{Bill, Rates};
use crate::run::Stop;
use crate::runtime::Runtime;
use crate::scope::{Entering, Scope};

impl Runtime {
    /// Asks a model once, as `provider:model`, and gives its reply with its bill: no agent, no tools
    /// that run, no second attempt.
    ///
    /// No guard looks at it: under a [`Mask`](crate::guard::Mask) a tool that asks a model itself hides what
    /// it sends. Called inside a run, it is on the run's bill and paid from the run's accounts, and ends with
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
    /// [`Error`], with the bill: the model could not be asked, or could not be paid. Its
    /// [id](Error::correlation_id) is the one that [hooks](crate::hook::ModelCall::correlation_id) see.
    pub async fn request(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<(Response, Bill), Error> {
        self.request_to(ambient::model(self, None, model), None, request).await
    }

    /// Asks this model, at prices that win over all others.
    pub(crate) async fn request_to(
        &self,
        model: Result<Arc<dyn Model>, ModelError>,
        rates: Option<&Rates>,
        request: &Request<'_>,
    ) -> Result<(Response, Bill), Error> {
        let start = Instant::now();
        let id = Uuid::now_v7().to_string();
        let failed = |kind, bill| {
            let history = History::from(request.messages.to_vec());
            Error::new(kind, id.clone(), bill, history, start.elapsed())
        };
        let entering = Entering { runtime: Some(self.clone()), ..Entering::default() };
        let mut scope = match Scope::enter(entering) {
            Ok(scope) => scope,
            Err(unentered) => return Err(failed(unentered.kind, Bill::default())),
        };
        scope.is_of("", &id);
        let asked = scope.guard(ask(&scope, &id, model, rates, request)).await;
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
    id: &str,
    model: Result<Arc<dyn Model>, ModelError>,
    rates: Option<&Rates>,
    request: &Request<'_>,
) -> Result<Response, ErrorKind> {
    let model = model.map_err(ErrorKind::Model)?;
    let payer = Payer { scope, model: &*model, rates };
    let origin = Origin { scope, agent: None, id, turn: 1, attempt: 1 };
    let Admitted { reserved, passed } = admit(&payer, &origin, request, false).await?;
    let settings = reserved.settings(request.settings);
    let mut limited = *request;
    limited.settings = &settings;
    let terms = Terms::of(request);
    let mut unsettled = Unsettled::new(payer, terms, reserved, (1, 1));
    let asked = async {
        let reply = model.request(&limited).await?;
        background::whole(&model, limited.settings, reply, &mut false).await
    };
    match asked.await {
        Ok(mut reply) => {
            reply.provider.get_or_insert_with(|| model.id().provider().to_owned());
            let cost = unsettled.price(&reply).await;
            unsettled.settle();
            passed.succeeded(&reply.usage, cost)?;
            Ok(reply)
        }
        Err(error) => {
            let mut cost = None;
            if let Some(partial) = error.partial() {
                cost = unsettled.price(partial).await;
            }
            unsettled.fail(&error);
            passed.failed(&error, cost)?;
            Err(ErrorKind::Model(error))
        }
    }
}
