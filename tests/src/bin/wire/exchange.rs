//! One exchange, looked at from every side.

use std::sync::Arc;

use fastroai_providers::Response;
use fastroai_providers::protocol::{Encoded, Protocol};

use crate::bodies::Body;
use crate::compare::{self, Complaints};
use crate::cuts::{Cuts, Place};
use crate::loopback::Asked;
use crate::over_http::Line;
use crate::rebuild::Rebuilt;
use crate::recording::{Exchange, Facts};
use crate::replay::{self, Read};
use crate::requests::{self, Outcome};
use crate::wires;

/// The longest body that goes byte by byte over a connection, where each costs a little.
const BYTE_BY_BYTE: usize = 1024;

/// What to look at.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    pub(crate) cuts: Option<u64>,
    pub(crate) requests: bool,
}

/// What the exchanges before this one of a recording brought.
#[derive(Default)]
pub(crate) struct Earlier {
    pub(crate) answers: Vec<Response>,
    /// All replies, as they came.
    pub(crate) heard: String,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) complaints: Vec<String>,
    /// What came of the request, where it was looked at.
    pub(crate) request: Option<Outcome>,
    /// Keys of the request that no neutral word stands for.
    pub(crate) unmodelled: Vec<String>,
    /// The body that was sent.
    pub(crate) body: Option<Body>,
    /// The answer, for the requests that send it back.
    pub(crate) answer: Option<Response>,
}

pub(crate) async fn examine(
    line: &Line,
    protocol: &Arc<dyn Protocol>,
    exchange: &Exchange,
    facts: &Facts,
    earlier: &Earlier,
    scope: Scope,
) -> Findings {
    let mut complaints = Complaints::default();
    let mut cuts = scope.cuts.map(|seed| Cuts::new(seed, exchange.number as u64));
    let read = replay::read(&**protocol, exchange, facts, cuts.as_mut(), &mut complaints);
    let mut findings = Findings::default();

    let rebuilt = Rebuilt::of(exchange, &earlier.answers);
    let encode = |rebuilt: &Rebuilt| {
        let encoded = protocol.encode(&rebuilt.model, &rebuilt.request(), rebuilt.streamed)?;
        encoded.with_fields(&rebuilt.settings.extra_body)
    };
    let encoded = encode(&rebuilt);
    if scope.requests && exchange.status == 200 {
        let sent = encoded.as_ref().ok().map(|encoded| &*encoded.body);
        findings.request = Some(requests::compare(exchange, &rebuilt, sent, &earlier.heard));
        findings.unmodelled = rebuilt.unmodelled.iter().cloned().collect();
    }
    // What the adapter rightly refuses to ask was answered all the same.
    let (rebuilt, encoded) = if encoded.is_ok() {
        (rebuilt, encoded)
    } else {
        let plain = rebuilt.plain();
        let encoded = encode(&plain);
        (plain, encoded)
    };
    match encoded {
        Ok(encoded) => {
            let over = Connected { line, protocol, exchange, facts, rebuilt: &rebuilt };
            over.examine(&encoded, cuts.as_mut(), &mut complaints).await;
            findings.body = Body::of(exchange, &encoded);
        }
        Err(error) => complaints.same("a plain question", "a request", &error.to_string()),
    }
    findings.complaints = complaints.into_lines();
    findings.answer = read.end.ok().map(|mut answer| {
        answer.provider.get_or_insert_with(|| wires::provider(exchange).to_owned());
        answer
    });
    findings
}

struct Connected<'a> {
    line: &'a Line,
    protocol: &'a Arc<dyn Protocol>,
    exchange: &'a Exchange,
    facts: &'a Facts,
    rebuilt: &'a Rebuilt,
}

impl Connected<'_> {
    async fn examine(
        &self,
        encoded: &Encoded,
        cuts: Option<&mut Cuts>,
        complaints: &mut Complaints,
    ) {
        let whole = self.ask(encoded, &[&self.exchange.body], complaints).await;
        let mut differences = Complaints::default();
        compare::read(self.exchange, self.facts, &whole, &mut differences);
        compare::retry_after(self.exchange, &whole, &mut differences);
        complaints.take("over http", differences);
        let Some(cuts) = cuts else { return };
        let body = &*self.exchange.body;
        let mut ways = vec![
            ("cut at places of all kinds", cuts.cut_at_all_kinds(body)),
            (Place::Random.name(), cuts.cut(body, Place::Random)),
        ];
        if body.len() <= BYTE_BY_BYTE {
            ways.push((Place::EveryByte.name(), cuts.cut(body, Place::EveryByte)));
        }
        for (how, pieces) in ways {
            let again = self.ask(encoded, &pieces, complaints).await;
            compare::same_reading(&format!("over http, {how}"), &whole, &again, complaints);
        }
    }

    async fn ask(&self, encoded: &Encoded, pieces: &[&[u8]], complaints: &mut Complaints) -> Read {
        let Self { line, protocol, exchange, rebuilt, .. } = self;
        let (read, asked) = line.exchange(protocol, exchange, rebuilt, pieces).await;
        complaints.same("attempts", &1, &asked.len());
        for asked in asked {
            self.check(encoded, &asked, complaints);
        }
        read
    }

    /// That what arrived is what the adapter wrote, at the address that was recorded.
    fn check(&self, encoded: &Encoded, asked: &Asked, complaints: &mut Complaints) {
        complaints.same("path", &*encoded.path, &*asked.path);
        let recorded = self.exchange.url.split(['?', '#']).next().unwrap_or_default();
        let path = asked.path.split('?').next().unwrap_or_default();
        // A gateway or a cloud puts the same address below another one.
        let end = path.split_once('/').filter(|_| path.starts_with('v')).map_or(path, |it| it.1);
        if !recorded.ends_with(end) {
            complaints.same("address", recorded, path);
        }
        if encoded.body != asked.body {
            complaints.same("body", "what the adapter wrote", "something else");
        }
        let accept = if self.rebuilt.streamed { "text/event-stream" } else { "application/json" };
        for (name, value) in [("accept", accept), ("content-type", "application/json")] {
            complaints.same(name, &Some(value), &asked.headers.get(name).map(String::as_str));
        }
    }
}
