//! What is asked, and what was said before it, looked at before anything is sent.

use fastroai_providers::Message;
use fastroai_providers::message::UserPart;

use super::super::{Ended, Run};
use super::{Held, Noted};
use crate::guard::Stage;
use crate::run::Stop;

/// What stands in a history in place of a text that a guard has blocked.
const WITHHELD_MESSAGE: &str = "[A guard withheld this message.]";

impl Run<'_, '_> {
    /// Has the guards look at all that users said. Where there is no prompt, what is asked is what
    /// users said last. Where something does not pass, what is asked is no part of the transcript.
    pub(in super::super) async fn guard_opening(&self, ended: &mut Ended) -> Option<Stop> {
        if !self.guarded.look_at(Stage::Prompt) && !self.guarded.look_at(Stage::History) {
            return None;
        }
        Box::pin(self.look_at_opening(ended)).await
    }

    async fn look_at_opening(&self, ended: &mut Ended) -> Option<Stop> {
        let prompts = ended.state.new_messages().len();
        let messages = ended.state.opening();
        let asked = if prompts > 0 {
            messages.len().saturating_sub(prompts)
        } else {
            let answered = |message: &Message| !matches!(message, Message::User(_));
            messages.iter().rposition(answered).map_or(0, |last| last + 1)
        };
        let stop = match self.scope.guard(self.look_at_users(messages, asked)).await {
            Ok(Ok(())) => return None,
            Ok(Err(held)) => {
                ended.failure = Some(held.into());
                Stop::Denied
            }
            Err(stop) => stop,
        };
        messages.truncate(asked);
        Some(stop)
    }

    async fn look_at_users(&self, messages: &mut [Message], asked: usize) -> Result<(), Held> {
        for (place, message) in messages.iter_mut().enumerate() {
            let Message::User(user) = message else { continue };
            let stage = if place < asked { Stage::History } else { Stage::Prompt };
            let mut looked = self.looked(stage, None);
            looked.by_model = stage == Stage::Prompt && self.order.asked_by_model;
            for part in &mut user.parts {
                let (UserPart::Text { text } | UserPart::Correction { text }) = part else {
                    continue;
                };
                match self.look(&looked, text, &mut Noted::new()).await {
                    Ok(None) => {}
                    Ok(Some(replaced)) => *text = replaced.text,
                    Err(held) => {
                        if matches!(held, Held::Blocked { .. }) {
                            WITHHELD_MESSAGE.clone_into(text);
                        }
                        return Err(held);
                    }
                }
            }
        }
        Ok(())
    }
}
