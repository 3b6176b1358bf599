//! Limits on a body of events: in bytes and in time.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use super::limit::{silent, too_large, too_late};
use crate::error::ModelError;

/// The body, until it breaks a limit.
pub(in crate::http) fn limited(
    body: impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static,
    limits: Limits,
) -> impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static {
    let guard = Guard {
        body: body.boxed(),
        limits,
        blocks: Blocks::default(),
        body_bytes: 0,
        silent_since: None,
    };
    stream::unfold(guard, |mut guard| async move {
        let chunk = guard.next().await?;
        Some((chunk, guard))
    })
}

struct Guard {
    body: BoxStream<'static, Result<Bytes, ModelError>>,
    limits: Limits,
    blocks: Blocks,
    body_bytes: usize,
    /// When the wait began that no event has ended yet. A reader that takes its time is no silence.
    silent_since: Option<Instant>,
}

impl Guard {
    async fn next(&mut self) -> Option<Result<Bytes, ModelError>> {
        let chunk = match self.wait().await? {
            Ok(chunk) => chunk,
            Err(error) => return Some(Err(error)),
        };
        self.body_bytes = self.body_bytes.saturating_add(chunk.len());
        let seen = self.blocks.see(&chunk);
        if seen.ended {
            self.silent_since = None;
        }
        Some(if self.body_bytes > self.limits.body_bytes {
            Err(too_large("the stream", self.limits.body_bytes))
        } else if seen.longest > self.limits.event_bytes {
            Err(too_large("an event of the stream", self.limits.event_bytes))
        } else {
            Ok(chunk)
        })
    }

    async fn wait(&mut self) -> Option<Result<Bytes, ModelError>> {
        let Limits { idle, until, .. } = self.limits;
        if idle.is_none() && until.is_none() {
            return self.body.next().await;
        }
        let now = Instant::now();
        if until.is_some_and(|until| until <= now) {
            return Some(Err(too_late()));
        }
        let since = *self.silent_since.get_or_insert(now);
        let idle_until = idle.and_then(|idle| since.checked_add(idle));
        let Some(first) = idle_until.into_iter().chain(until).min() else {
            return self.body.next().await;
        };
        match timeout_at(first, self.body.next()).await {
            Ok(chunk) => chunk,
            Err(_) if until == Some(first) => Some(Err(too_late())),
            Err(_) => Some(Err(silent(idle.unwrap_or_default()))),
        }
    }
}

/// Counts the bytes of each block, which a blank line ends.
#[derive(Default)]
struct Blocks {
    block_bytes: usize,
    line_bytes: usize,
    after_cr: bool,
}

struct Seen {
    /// A block with something in it has ended.
    ended: bool,
    /// The longest block so far of those that this chunk touched.
    longest: usize,
}

impl Blocks {
    fn see(&mut self, chunk: &[u8]) -> Seen {
        let mut seen = Seen { ended: false, longest: 0 };
        for &byte in chunk {
            let rest_of_line_end = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            if rest_of_line_end {
                continue;
            }
            if byte != b'\n' && byte != b'\r' {
                self.line_bytes += 1;
                self.block_bytes += 1;
                continue;
            }
            if self.line_bytes == 0 {
                seen.ended |= self.block_bytes > 0;
                seen.longest = seen.longest.max(self.block_bytes);
                self.block_bytes = 0;
            }
            self.line_bytes = 0;
        }
        seen.longest = seen.longest.max(self.block_bytes);
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_line_ends_a_block_with_any_line_end_in_any_cut() {
        for text in ["a\nbc\n\nd", "a\rbc\r\rd", "a\r\nbc\r\n\r\nd", "a\r\nbc\n\rd"] {
            for cut in 0..=text.len() {
                let mut blocks = Blocks::default();
                let (one, two) = text.as_bytes().split_at(cut);
                let (one, two) = (blocks.see(one), blocks.see(two));
                assert!(one.ended != two.ended, "{text:?} cut at {cut}");
                assert_eq!(one.longest.max(two.longest), 3, "{text:?} cut at {cut}");
                assert_eq!(blocks.block_bytes, 1, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn blank_lines_alone_are_no_sign_of_life() {
        assert!(!Blocks::default().see(b"\n\n\r\n\r\r\n").ended);
        assert!(Blocks::default().see(b": ping\n\n").ended);
    }
}
