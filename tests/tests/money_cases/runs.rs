//! Runs side by side on accounts of one tree, whatever becomes of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::money::{Bill, Budget, Cost, Line, Prices, Rates};
use fastroai::providers::{Profile, Settings};
use fastroai::tool::{FunctionTool, ToolCost, ToolError, ToolOptions};
use fastroai::{Agent, Error, ErrorKind, Runtime};
use futures_util::future::join_all;
use tokio::runtime;
use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::model::{Books, Random};
use crate::{cases, each};

const TOOL: Cost = Cost::from_microdollars(3);

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Nothing {}

/// How often the things happened that the cases are about.
#[derive(Debug, Default)]
struct Tally {
    runs: AtomicU64,
    answers: AtomicU64,
    refusals: AtomicU64,
    shortened: AtomicU64,
    repeated: AtomicU64,
    kept: AtomicU64,
    waits: AtomicU64,
}

impl Tally {
    fn count(&self, bill: &Bill, error: Option<&Error>) {
        let add =
            |count: &AtomicU64, times: usize| count.fetch_add(times as u64, Ordering::Relaxed);
        add(&self.runs, 1);
        add(&self.answers, usize::from(error.is_none()));
        let kind = error.map(Error::kind);
        add(&self.refusals, usize::from(matches!(kind, Some(ErrorKind::Budget { .. }))));
        // Its time was up before it had asked for anything: it waited for money.
        let waited = matches!(kind, Some(ErrorKind::DeadlinePassed | ErrorKind::Cancelled));
        add(&self.waits, usize::from(waited && bill.is_empty()));
        let lines = |is: fn(&Line) -> bool| bill.lines().iter().filter(|line| is(line)).count();
        add(&self.shortened, lines(|line| line.lowered_to.is_some()));
        add(&self.repeated, lines(|line| line.attempt > 1));
        add(&self.kept, lines(|line| line.held.is_some()));
    }

    fn all(&self) -> [u64; 7] {
        let Self { runs, answers, refusals, shortened, repeated, kept, waits } = self;
        [runs, answers, refusals, shortened, repeated, kept, waits]
            .map(|count| count.load(Ordering::Relaxed))
    }
}

/// What a thread makes once for all its cases.
struct Rig {
    tokio: runtime::Runtime,
    agent: Agent,
}

impl Rig {
    fn new() -> Self {
        let mut tokio = runtime::Builder::new_current_thread();
        let tokio = tokio.enable_time().start_paused(true).build().unwrap();
        let inner = Arc::new(Agent::builder().model("m:a").build().unwrap());
        let ask = FunctionTool::new("ask", "Asks another agent.", move |_: Nothing, _run| {
            let inner = Arc::clone(&inner);
            async move { inner.run("inner").await.map(|answer| answer.output) }
        });
        let charge =
            FunctionTool::new("charge", "Charges its run.", |_: Nothing, run| async move {
                run.charge(TOOL).map_err(|_| ToolError::tell_model("no money"))
            });
        let paid = FunctionTool::new("paid", "Costs something.", |_: Nothing, _run| async {
            Ok::<_, ToolError>("done")
        });
        let timeout = Duration::from_secs(2);
        let paid = paid.options(ToolOptions { cost: ToolCost::Each(TOOL), ..ToolOptions::DEFAULT });
        let ask = ask.options(ToolOptions { timeout, ..ToolOptions::DEFAULT });
        let agent = Agent::builder().model("m:a").tool(ask).tool(charge).tool(paid);
        Self { tokio, agent: agent.build().unwrap() }
    }
}

/// What a case is about.
struct Case {
    chance: Chance,
    accounts: Vec<Budget>,
    /// Where the money is so much that nothing may be refused.
    rich: bool,
    rates: Rates,
}

impl Case {
    fn new(number: u64) -> Self {
        let mut chance = Chance::new(number);
        let rate = |chance: &mut Chance| Cost::from_picodollars(chance.below(10_000_000_000_000));
        let rates = Rates::new(rate(&mut chance), rate(&mut chance));
        let rich = chance.once_in(4);
        let mut limit = |most: u64| {
            let most = if rich { 1_000_000_000 } else { chance.below(most) + 1 };
            Cost::from_microdollars(most)
        };
        let process = Budget::new("process", limit(200_000));
        let [a, b] = ["a", "b"].map(|name| process.child(name, limit(120_000)));
        let deep = a.child("deep", limit(60_000));
        Self { accounts: vec![process, a, b, deep], rich, rates, chance }
    }

    fn prices(&self) -> Prices {
        Prices::unlisted().with_override("m:*", self.rates).unwrap()
    }
}

/// How one run goes.
struct Plan {
    account: usize,
    prompt: String,
    max_tokens: Option<u32>,
    cap: Option<Cost>,
    start: Duration,
    end: End,
}

#[derive(Clone, Copy)]
enum End {
    /// Its own, or its deadline.
    Deadline(Duration),
    Cancel(Duration),
    /// It is streamed, and dropped.
    Drop(Duration),
}

impl Plan {
    fn draw(chance: &mut Chance, rich: bool) -> Self {
        let millis = |chance: &mut Chance| Duration::from_millis(chance.below(30) * 350 + 100);
        let prompt = "x".repeat(chance.place(600));
        let end = match chance.below(5) {
            0 => End::Cancel(millis(chance)),
            1 => End::Drop(millis(chance)),
            _ => End::Deadline(Duration::from_secs(60)),
        };
        Self {
            account: chance.place(4),
            prompt,
            max_tokens: (!chance.once_in(3)).then(|| [20, 300, 2_000][chance.place(3)]),
            cap: (!rich && chance.once_in(3))
                .then(|| Cost::from_microdollars(chance.below(60_000) + 1)),
            start: Duration::from_millis(chance.below(3) * 500),
            end,
        }
    }

    /// Runs it, and gives its bill, with why it failed.
    async fn run(&self, agent: &Agent, on: &Runtime, account: &Budget) -> (Bill, Option<Error>) {
        tokio::time::sleep(self.start).await;
        let settings = Settings { max_tokens: self.max_tokens, ..Settings::default() };
        let mut call = agent.run(self.prompt.as_str()).on(on).account(account).settings(&settings);
        if let Some(cap) = self.cap {
            call = call.budget(cap);
        }
        let ended = match self.end {
            End::Deadline(after) => call.timeout(after).await,
            End::Cancel(after) => {
                let token = CancellationToken::new();
                let running = call.timeout(Duration::from_secs(60)).cancellation(token.clone());
                let cancel = async {
                    tokio::time::sleep(after).await;
                    token.cancel();
                };
                tokio::join!(running.into_future(), cancel).0
            }
            End::Drop(after) => {
                let mut stream = call.stream();
                let to_end = async { while stream.next().await.is_some() {} };
                let _ = tokio::time::timeout(after, to_end).await;
                return (stream.bill(), None);
            }
        };
        match ended {
            Ok(answer) => (answer.bill, None),
            Err(error) => (error.bill().clone(), Some(error)),
        }
    }

    /// The most that its first request could need at least: what a refusal may be about.
    fn least(&self, rates: &Rates) -> Cost {
        // What was said of it and of its tools, each byte a token that is written to a cache.
        let input = (self.prompt.len() as u64 + 8_000) * 5 / 4;
        let output = u64::from(self.max_tokens.unwrap_or(4_096).min(1_024));
        let part = |rate: Cost, tokens: u64| {
            let cost = u128::from(rate.picodollars()) * u128::from(tokens) / 1_000_000 + 1;
            Cost::from_picodollars(u64::try_from(cost).unwrap())
        };
        part(rates.input, input).checked_add(part(rates.output, output)).unwrap()
    }
}

/// A refusal is only right where it does not fit, even once all that is held has come back.
fn assert_did_not_fit(case: &Case, plan: &Plan, kind: &ErrorKind) {
    let ErrorKind::Budget { account, budget, spent, held, needed, .. } = kind else { return };
    assert!(!case.rich, "{kind:?}");
    let all = [*spent, *held, *needed].into_iter().sum::<Option<Cost>>();
    assert!(all.is_none_or(|all| all > *budget), "{kind:?}");
    assert!(*needed <= plan.least(&case.rates), "{kind:?}");
    if let Some(named) = case.accounts.iter().find(|it| it.name() == account) {
        let gone =
            [named.spent(), named.possibly_paid(), *needed].into_iter().sum::<Option<Cost>>();
        assert!(gone.is_none_or(|gone| gone > *budget), "{kind:?} by {named:?}");
    }
}

fn check(rig: &mut Rig, number: u64, tally: &Tally) {
    let mut case = Case::new(number);
    let books = Arc::new(Books {
        chance: Mutex::new(Chance::new(!number)),
        accounts: case.accounts.clone(),
        rates: case.rates,
        billed: Mutex::default(),
    });
    let model = Random {
        id: "m:a".parse().unwrap(),
        profile: Profile::default(),
        books: Arc::clone(&books),
    };
    let mut on = Runtime::builder().model(model).prices(case.prices());
    // At times the runtime has the account of the process itself.
    if case.chance.once_in(2) {
        on = on.account(&case.accounts[0]);
    }
    let on = on.build();
    let plans: Vec<_> = {
        let many = case.chance.below(6) + 1;
        (0..many).map(|_| Plan::draw(&mut case.chance, case.rich)).collect()
    };
    let runs = plans.iter().map(async |plan| {
        let ended = plan.run(&rig.agent, &on, &case.accounts[plan.account]).await;
        books.audit();
        if let Some(error) = &ended.1 {
            assert_did_not_fit(&case, plan, error.kind());
        }
        tally.count(&ended.0, ended.1.as_ref());
        ended.0
    });
    let bills: Vec<Bill> = rig.tokio.block_on(async { join_all(runs).await });
    // The accounts are the sums of the bills of all runs on them and below them.
    let under = [vec![0, 1, 2, 3], vec![1, 3], vec![2], vec![3]];
    for (account, places) in case.accounts.iter().zip(under) {
        let bills = plans.iter().zip(&bills).filter(|(plan, _)| places.contains(&plan.account));
        let (mut spent, mut possibly) = (Cost::ZERO, Cost::ZERO);
        for (_, bill) in bills {
            spent = spent.checked_add(bill.total().known()).unwrap();
            possibly = possibly.checked_add(bill.possibly_paid()).unwrap();
        }
        assert_eq!((account.spent(), account.possibly_paid()), (spent, possibly), "{account:?}");
        assert_eq!(account.held(), Cost::ZERO, "{account:?}");
    }
    // They are what the model billed, beside the tools.
    let tools = bills.iter().flat_map(Bill::lines).filter(|line| line.provider == "tool");
    let tools = tools.filter_map(|line| line.cost).sum::<Option<Cost>>().unwrap();
    let billed = books.billed.lock().unwrap().checked_add(tools);
    assert_eq!(billed, Some(case.accounts[0].spent()));
    // Reconciled with what was paid in the end, all of it is known, and the rest has come back.
    for (plan, mut bill) in plans.iter().zip(bills) {
        for line in bill.lines_mut().iter_mut().filter(|line| line.total().exact().is_none()) {
            let paid = line.held.unwrap_or_default();
            case.accounts[plan.account].reconcile(line, paid).unwrap();
        }
    }
    books.audit();
    assert!(case.accounts.iter().all(|account| account.possibly_paid().is_zero()));
}

#[test]
fn b1_b8_b13_b14_accounts_are_never_overspent_and_are_the_sum_of_their_bills() {
    let tally = Tally::default();
    each(Rig::new, |rig, number| {
        let check = std::panic::AssertUnwindSafe(|| check(rig, number, &tally));
        let checked = std::panic::catch_unwind(check);
        if let Err(why) = checked {
            println!("case {number} failed: run it alone with FASTROAI_CASE={number}");
            std::panic::resume_unwind(why);
        }
    });
    println!("{tally:?}");
    // Cases in which nothing happens would show nothing.
    assert!(cases() < 1_000 || tally.all().iter().all(|count| *count > 10), "{tally:?}");
}
