//! What is on a cassette, and what was played or recorded of it.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use fastroai_providers::http::Outgoing;

use super::error::CassetteError;
use super::exchange::{Exchange, Received, Sent};
use super::file::{self, Contents, command};
use super::outcome::RunOutcome;
use super::scrub::Scrubber;
use crate::testing::diff;

/// What is on a cassette.
#[derive(Debug, Default)]
pub(super) struct Tape {
    scrubber: Scrubber,
    /// What was recorded before, and whether it was played.
    exchanges: Vec<(Exchange, bool)>,
    runs: Option<Vec<RunOutcome>>,
    /// The difference of the first request that is not on it.
    mismatch: Option<String>,
    /// What is being recorded, in the order of the requests.
    recording: Vec<Recording>,
}

/// An exchange that is on its way.
#[derive(Debug)]
struct Recording {
    request: Sent,
    answer: Option<Answer>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    pieces: Vec<Bytes>,
    cut_off: bool,
}

impl Tape {
    pub(super) fn blank() -> Self {
        Self::default()
    }

    pub(super) fn recorded(contents: Contents) -> Self {
        let exchanges = contents.exchanges.into_iter().map(|exchange| (exchange, false)).collect();
        Self { exchanges, runs: contents.runs, ..Self::default() }
    }

    pub(super) fn keep_out(&mut self, secret: String) {
        self.scrubber.keep_out(secret);
    }

    /// The answer to a request, which is played then; `None` where it is not on the cassette.
    pub(super) fn play(&mut self, outgoing: &Outgoing) -> Option<Received> {
        self.scrubber.learn(outgoing);
        let asked = self.scrubber.sent(&Sent::of(outgoing));
        let same = |(exchange, played): &&mut (Exchange, bool)| {
            !*played && exchange.request.is_same(&asked)
        };
        if let Some((exchange, played)) = self.exchanges.iter_mut().find(same) {
            *played = true;
            return Some(exchange.response.clone());
        }
        let next = self.exchanges.iter().find(|(_, played)| !played);
        let expected = next.map(|(exchange, _)| exchange.request.to_text()).unwrap_or_default();
        self.mismatch.get_or_insert_with(|| diff::lines(&expected, &asked.to_text()));
        None
    }

    /// Begins to record an exchange, and gives its place.
    pub(super) fn begin(&mut self, outgoing: &Outgoing) -> usize {
        self.scrubber.learn(outgoing);
        self.recording.push(Recording { request: Sent::of(outgoing), answer: None });
        self.recording.len() - 1
    }

    /// The head of an answer came.
    pub(super) fn head(&mut self, place: usize, status: u16, headers: BTreeMap<String, String>) {
        if let Some(recording) = self.recording.get_mut(place) {
            recording.answer = Some(Answer { status, headers, pieces: Vec::new(), cut_off: false });
        }
    }

    /// A piece of its body came, or broke off.
    pub(super) fn piece(&mut self, place: usize, piece: Option<&Bytes>) {
        let recording = self.recording.get_mut(place);
        let Some(answer) = recording.and_then(|recording| recording.answer.as_mut()) else {
            return;
        };
        match piece {
            Some(bytes) => answer.pieces.push(bytes.clone()),
            None => answer.cut_off = true,
        }
    }

    /// Writes what was recorded. Requests without an answer are left out: there is nothing to play.
    pub(super) fn write(
        &mut self,
        path: &Path,
        runs: Option<Vec<RunOutcome>>,
    ) -> Result<(), CassetteError> {
        let mut exchanges = Vec::new();
        for Recording { request, answer } in &self.recording {
            let Some(answer) = answer else { continue };
            let headers = answer.headers.clone();
            let response = Received::of(answer.status, headers, &answer.pieces, answer.cut_off)
                .ok_or_else(|| CassetteError::NotText { path: path.to_owned() })?;
            exchanges
                .push(self.scrubber.exchange(&Exchange { request: request.clone(), response }));
        }
        let text = Contents::new(exchanges, runs)
            .to_text()
            .map_err(|error| CassetteError::File { path: path.to_owned(), cause: error.into() })?;
        if !self.scrubber.is_clean(&text) {
            return Err(CassetteError::Secret { path: path.to_owned() });
        }
        file::write(path, &text)
    }

    pub(super) fn mismatch(&self, path: &Path) -> Option<CassetteError> {
        let (path, difference) = (path.to_owned(), self.mismatch.clone()?);
        Some(CassetteError::Mismatch { path, difference, command: command() })
    }

    /// Whether all of it was played, and nothing else was asked.
    pub(super) fn check(&self, path: &Path) -> Result<(), CassetteError> {
        if let Some(mismatch) = self.mismatch(path) {
            return Err(mismatch);
        }
        let mut unplayed = self.exchanges.iter().filter(|(_, played)| !played);
        let Some((first, _)) = unplayed.next() else { return Ok(()) };
        Err(CassetteError::Unplayed {
            path: path.to_owned(),
            count: unplayed.count() + 1,
            first: first.request.to_text(),
            command: command(),
        })
    }

    /// Whether the runs went as they did, where that was kept.
    pub(super) fn check_outcome(
        &self,
        path: &Path,
        runs: &[RunOutcome],
    ) -> Result<(), CassetteError> {
        let Some(before) = self.runs.as_deref().filter(|before| *before != runs) else {
            return Ok(());
        };
        let text = |runs: &[RunOutcome]| serde_json::to_string_pretty(runs).unwrap_or_default();
        let difference = diff::lines(&text(before), &text(runs));
        Err(CassetteError::Moved { path: path.to_owned(), difference, command: command() })
    }
}
