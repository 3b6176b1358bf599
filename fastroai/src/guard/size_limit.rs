//! How long a text may be.

use super::{Checking, Guard, HoldBack, Looked, Stage, Verdict};

/// Blocks texts that are too long, in bytes or in characters.
///
/// A streamed answer is stopped where it crosses the limit; what came before it has been shown.
///
/// ```
/// use fastroai::guard::{Guard, Looked, SizeLimit, Stage, Verdict};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let limit = SizeLimit::bytes(1 << 20).chars_at(Stage::Prompt, 8_000);
/// let long = "a".repeat(8_001);
/// let verdict = limit.check(&long, &Looked::at(Stage::Prompt)).await?;
/// assert_eq!(verdict, Verdict::block("it is longer than 8000 characters"));
/// # Ok::<(), fastroai::guard::GuardError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct SizeLimit {
    everywhere: Limits,
    /// What holds at a stage in place of what holds everywhere.
    at: Vec<(Stage, Limits)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    bytes: Option<usize>,
    chars: Option<usize>,
}

impl SizeLimit {
    /// At most so many bytes of UTF-8, at all stages.
    #[must_use]
    pub fn bytes(most: usize) -> Self {
        Self { everywhere: Limits { bytes: Some(most), chars: None }, at: Vec::new() }
    }

    /// At most so many characters (Unicode scalar values), at all stages.
    #[must_use]
    pub fn chars(most: usize) -> Self {
        Self { everywhere: Limits { bytes: None, chars: Some(most) }, at: Vec::new() }
    }

    /// Another limit of bytes at this stage.
    #[must_use]
    pub fn bytes_at(mut self, stage: Stage, most: usize) -> Self {
        self.limits_at(stage).bytes = Some(most);
        self
    }

    /// Another limit of characters at this stage, beside one of bytes.
    #[must_use]
    pub fn chars_at(mut self, stage: Stage, most: usize) -> Self {
        self.limits_at(stage).chars = Some(most);
        self
    }

    fn limits_at(&mut self, stage: Stage) -> &mut Limits {
        let known = self.at.iter().position(|(at, _)| *at == stage);
        let index = known.unwrap_or_else(|| {
            self.at.push((stage, self.everywhere));
            self.at.len() - 1
        });
        &mut self.at[index].1
    }

    fn verdict(&self, text: &str, stage: Stage) -> Verdict {
        let of_stage = self.at.iter().find(|(at, _)| *at == stage);
        let limits = of_stage.map_or(self.everywhere, |(_, limits)| *limits);
        if let Some(most) = limits.bytes.filter(|most| text.len() > *most) {
            return Verdict::block(format!("it is longer than {most} bytes"));
        }
        // No text has more characters than bytes, so that most are not counted.
        match limits.chars.filter(|most| text.len() > *most) {
            Some(most) if text.chars().nth(most).is_some() => {
                Verdict::block(format!("it is longer than {most} characters"))
            }
            _ => Verdict::Allow,
        }
    }
}

impl Guard for SizeLimit {
    /// None: what has come is within the limit, or is not.
    fn hold_back(&self) -> HoldBack {
        HoldBack::Bytes(0)
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move { Ok(self.verdict(text, looked.stage)) })
    }
}
