//! Stands in for the catalogue where its feature is off: no model has a list price.

use std::future::Ready;
use std::time::SystemTime;

use fastroai_providers::Usage;

use crate::money::Cost;

/// A model in the catalogue, if there were one.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "there is none to ask")]
pub(super) struct Listed<'a> {
    pub(super) provider: &'a str,
    pub(super) model: &'a str,
    pub(super) tier: Option<&'a str>,
    pub(super) at: Option<SystemTime>,
}

pub(super) fn price(_listed: Listed<'_>, _usage: &Usage) -> Option<Cost> {
    None
}

pub(super) fn covers(_listed: Listed<'_>, _usage: &Usage) -> bool {
    false
}

pub(super) fn web_search(_listed: Listed<'_>) -> Option<Cost> {
    None
}

pub(super) fn file_search(_listed: Listed<'_>) -> Option<Cost> {
    None
}

pub(super) fn version() -> Option<&'static str> {
    None
}

pub(super) fn context_window(_provider: &str, _model: &str) -> Option<u64> {
    None
}

pub(super) fn warm() {}

pub(super) fn is_ready() -> bool {
    true
}

pub(super) fn ready() -> Ready<()> {
    std::future::ready(())
}
