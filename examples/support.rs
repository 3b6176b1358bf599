//! Fifty customers at one time, and one account for all of them: it is never overspent.
//!
//! The shop pays for its support out of one budget. Each run has a cap of its own under it, requests
//! go out eight at a time, a model that is ill is left alone, and an operator hears when money runs
//! out. Questions that the account does not cover any more are refused before anything is sent.
//!
//! It runs offline, with a price as if it did not. `FASTROAI_MODEL=openai:gpt-4o-mini` (with
//! `OPENAI_API_KEY`) asks a real model.

use std::io::{Write, stderr, stdout};

use fastroai::hook::{Alert, Alerts, CircuitBreaker, RateLimits};
use fastroai::money::{Bill, Budget, Rates, Total};
use fastroai::prelude::*;
use fastroai::providers::offline::OfflineModel;
use fastroai::providers::{Model, ModelError, ModelId, Profile, Request, Response, ResponseStream};
use fastroai::{Error, ErrorKind, UsageLimits, usd};
use futures_util::future::{BoxFuture, join_all};

/// Where an order is. The courier takes a fee for each question.
#[safe_tool(effect = read_only, timeout = "5s", cost = "$0.0005")]
async fn track_order(
    /// The number of the order, e.g. 1001.
    #[tool(range = 1001..=1050)]
    order: u32,
) -> String {
    format!("Order {order} arrives tomorrow")
}

/// You are the support of a shop. Answer in one short sentence.
#[agent(model = "offline:demo", tools = [track_order], max_tokens = 300, budget = "$0.01", timeout = "60s")]
struct Support;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let alerts = Alerts::to(|alert: &Alert| {
        let line = match alert {
            Alert::Budget { account, percent, spent, limit, .. } => {
                format!("{percent} % of `{account}` is gone: {spent} of {limit}")
            }
            Alert::BudgetRefused { refusal } => refusal.to_string(),
            other => format!("{other:?}"),
        };
        // Whoever does not listen is not the run's concern.
        let _ = writeln!(stderr(), "alert   {line}");
    });
    let runtime = Runtime::builder()
        .model(AsIfPaid::new()?)
        .price("offline:*", Rates::per_million("0.50", "2.00")?)?
        .hook(CircuitBreaker::new())
        .hook(alerts.clone())
        .hook(RateLimits::new().concurrency(8).max_queued(100))
        // What would be in no scope, and so on nobody's account, is refused.
        .strict()
        .build();

    let shop = Budget::new("shop", usd!("0.02"));
    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let limits = UsageLimits::default().requests(6).output_tokens(2_000);
    let runs = (1001..=1050).map(|order| {
        let question = format!("Where is my order {order}?");
        Support.run(question).model(&model).usage_limits(limits)
    });
    let ended: Vec<Result<_, Error>> = runtime.scope(&shop, join_all(runs)).await?;
    alerts.flush();

    if let Some(answer) = ended.iter().find_map(|ended| ended.as_ref().ok()) {
        writeln!(stdout(), "{}\n\n{}", answer.output, answer.bill.table())?;
    }
    let answered = ended.iter().filter(|ended| ended.is_ok()).count();
    let mut refused = 0;
    for error in ended.iter().filter_map(|ended| ended.as_ref().err()) {
        match error.kind() {
            ErrorKind::Budget { .. } => refused += 1,
            _ => writeln!(stderr(), "failed  {error}")?,
        }
    }
    let bills = ended.iter().map(|ended| ended.as_ref().map_or_else(Error::bill, |it| &it.bill));
    let billed: Total = bills.map(Bill::total).sum();
    writeln!(stdout(), "{answered} answered, {refused} refused for want of money")?;
    writeln!(stdout(), "spent {} of {}; the bills say {billed}", shop.spent(), shop.limit())?;
    // What is spent, and what may have been, is within the limit, whatever was asked for.
    let within = shop.spent().saturating_add(shop.possibly_paid()) <= shop.limit();
    if !within || !shop.held().is_zero() || billed.known() != shop.spent() {
        return Err("the account does not hold".into());
    }
    Ok(())
}

/// The offline model, but not for nothing: so a budget has something to count.
struct AsIfPaid {
    model: OfflineModel,
    profile: Profile,
}

impl AsIfPaid {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let id: ModelId = "offline:demo".parse()?;
        Ok(Self { model: OfflineModel::new(id), profile: Profile::default() })
    }
}

impl Model for AsIfPaid {
    fn id(&self) -> &ModelId {
        self.model.id()
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.model.request(request)
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        self.model.stream(request)
    }
}
