//! The errors of an answer that is too long, in bytes or in time.

use std::time::Duration;

use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault, Sent};

pub(crate) fn too_late() -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::Total, sent: Sent::Maybe };
    ModelError::new(kind, "the answer took longer than the whole request may")
}

pub(crate) fn silent(idle: Duration) -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::Idle, sent: Sent::Maybe };
    ModelError::new(kind, format!("the answer fell silent for {idle:?}"))
}

pub(crate) fn too_large(what: &str, limit: usize) -> ModelError {
    let message = format!("{what} is larger than the {limit} bytes that are taken");
    ModelError::protocol(ProtocolFault::TooLarge, message)
}
