//! Takes in what patients write, and lets no model read who they are.
//!
//! Names of things that identify people are masked before anything is sent: the model reads
//! `[EMAIL_1]`, the tool that books a visit reads the address, and so does the clerk. What comes from
//! outside is looked at first: invisible characters are taken out, a letter that would give the model
//! orders is stopped before it is sent, and instructions that turn up in an answer are held back.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) asks a real model.

use std::io::{Write, stdout};
use std::sync::{Mutex, PoisonError};

use fastroai::guard::{Canary, Characters, Injection, Mask, Redactor, Sensitive, SizeLimit};
use fastroai::prelude::*;

/// The visits that were booked.
#[derive(Default)]
struct Calendar(Mutex<Vec<String>>);

/// Book a visit, and write to the patient.
#[safe_tool(effect = once)]
async fn book(
    /// The patient's e-mail address.
    email: String,
    #[context] calendar: &Calendar,
) -> String {
    let mut booked = calendar.0.lock().unwrap_or_else(PoisonError::into_inner);
    booked.push(email.clone());
    format!("Booked, and a letter went to {email}")
}
