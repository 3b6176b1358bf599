//! Stands in for the catalogue where its feature is off: no model has a list price.

use std::future::Ready;

use fastroai_providers::Usage;

use crate::money::Cost;

pub(super) fn price(_provider: &str, _model: &str, _usage: &Usage) -> Option<Cost> {
    None
}

pub(super) fn warm() {}

pub(super) fn is_ready() -> bool {
    true
}

pub(super) fn ready() -> Ready<()> {
    std::future::ready(())
}
