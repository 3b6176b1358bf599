//! What a model costs per million tokens.

use fastroai_providers::Usage;
use serde::{Deserialize, Serialize};

use super::counts::possible;
use super::{Cost, CostError};

/// The tokens that a rate is for, times the hundred parts that a share of a rate is given in.
const PER: u128 = 1_000_000 * 100;

/// What a model costs, in dollars per million tokens.
///
/// What is not set follows from what is: reading from a cache costs 10 % of the input rate, writing
/// to it 125 %, or 200 % where it is kept for an hour; audio costs what text does. A rate of zero is
/// a rate: that is free.
///
/// ```
/// use fastroai::money::{Cost, Rates};
/// # use fastroai_providers::Usage;
/// let rates = Rates::per_million("2.50", "10.00")?.with_cache_read("0.50".parse()?);
/// let mut usage = Usage::default();
/// usage.input_tokens = Some(1_000);
/// usage.output_tokens = Some(500);
/// assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(7_500)));
/// # Ok::<(), fastroai::money::CostError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// A million tokens of input.
    pub input: Cost,
    /// A million tokens of output, reasoning included.
    pub output: Cost,
    /// A million tokens read from the cache; 10 % of the input rate where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<Cost>,
    /// A million tokens written to the cache; 125 % of the input rate where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Cost>,
    /// A million tokens written to the cache for an hour. Where not set it is the rate of other
    /// writes, and where that is not set either, 200 % of the input rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Cost>,
    /// A million tokens of audio input; the input rate where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_audio: Option<Cost>,
    /// A million tokens of audio output; the output rate where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_audio: Option<Cost>,
    /// A million tokens of audio read from the cache; the rate of other cache reads where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_audio_read: Option<Cost>,
    /// One search of the web that the provider makes; unknown where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_search: Option<Cost>,
    /// One search of stored files that the provider makes; unknown where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_search: Option<Cost>,
}

impl Rates {
    /// The rates of a model that costs nothing.
    pub const FREE: Self = Self::new(Cost::ZERO, Cost::ZERO);

    /// These rates for a million tokens of input and of output.
    #[must_use]
    pub const fn new(input: Cost, output: Cost) -> Self {
        Self {
            input,
            output,
            cache_read: None,
            cache_write: None,
            cache_write_1h: None,
            input_audio: None,
            output_audio: None,
            cache_audio_read: None,
            web_search: None,
            file_search: None,
        }
    }

    /// These rates, in dollars for a million tokens of input and of output.
    ///
    /// # Errors
    /// Where one of them is no amount of dollars.
    #[doc(alias = "input_per_mtok")]
    #[doc(alias = "output_per_mtok")]
    pub fn per_million(input: &str, output: &str) -> Result<Self, CostError> {
        Ok(Self::new(input.parse()?, output.parse()?))
    }

    /// Sets what a million tokens read from the cache cost.
    #[must_use]
    #[doc(alias = "cache_read_per_mtok")]
    pub const fn with_cache_read(mut self, rate: Cost) -> Self {
        self.cache_read = Some(rate);
        self
    }

    /// Sets what a million tokens written to the cache cost.
    #[must_use]
    #[doc(alias = "cache_write_per_mtok")]
    pub const fn with_cache_write(mut self, rate: Cost) -> Self {
        self.cache_write = Some(rate);
        self
    }

    /// Sets what a million tokens of audio input and of audio output cost.
    #[must_use]
    pub const fn with_audio(mut self, input: Cost, output: Cost) -> Self {
        self.input_audio = Some(input);
        self.output_audio = Some(output);
        self
    }

    /// Sets what one search of the web costs that the provider makes, in dollars.
    #[must_use]
    pub const fn with_web_search(mut self, each: Cost) -> Self {
        self.web_search = Some(each);
        self
    }

    /// Sets what one search of stored files costs that the provider makes, in dollars.
    #[must_use]
    pub const fn with_file_search(mut self, each: Cost) -> Self {
        self.file_search = Some(each);
        self
    }

    /// What this usage costs, rounded up to a picodollar once, at the end.
    ///
    /// `None` where the usage leaves out what has a price, counts what has none, or the amount is too
    /// large.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<Cost> {
        self.known(usage).filter(|_| self.covers(usage))
    }

    /// Whether nothing costs anything by these rates, in whatever tier.
    pub(crate) fn is_free(&self) -> bool {
        let rest = [
            self.cache_read,
            self.cache_write,
            self.cache_write_1h,
            self.input_audio,
            self.output_audio,
            self.cache_audio_read,
            self.web_search,
            self.file_search,
        ];
        let all = [self.input, self.output].into_iter().chain(rest.into_iter().flatten());
        all.into_iter().all(Cost::is_zero)
    }

    /// Whether these rates have a price for all that a usage counts.
    pub(crate) fn covers(&self, usage: &Usage) -> bool {
        let counted =
            [(usage.web_searches, self.web_search), (usage.file_searches, self.file_search)];
        counted.iter().all(|(count, fee)| fee.is_some() || count.is_none_or(|count| count == 0))
    }

    /// What is known of the cost of a usage: without what has no rate.
    pub(crate) fn known(&self, usage: &Usage) -> Option<Cost> {
        let parts = Parts::of(usage);
        let percent = |rate: Cost, percent: u128| u128::from(rate.picodollars()) * percent;
        let rate = |rate: Cost| percent(rate, 100);
        let or = |set: Option<Cost>, otherwise: u128| set.map_or(otherwise, rate);
        let (input, output) = (rate(self.input), rate(self.output));
        let read = or(self.cache_read, percent(self.input, 10));
        let write = or(self.cache_write, percent(self.input, 125));
        let kept = or(self.cache_write, percent(self.input, 200));
        let sum = [
            (parts.input, input),
            (Some(parts.input_audio), or(self.input_audio, input)),
            (Some(parts.read), read),
            (Some(parts.read_audio), or(self.cache_audio_read, read)),
            (Some(parts.write), write),
            (Some(parts.write_1h), or(self.cache_write_1h, kept)),
            (parts.output, output),
            (Some(parts.output_audio), or(self.output_audio, output)),
        ]
        .into_iter()
        .filter(|(_, rate)| *rate > 0)
        .try_fold(0u128, |sum, (tokens, rate)| {
            sum.checked_add(u128::from(tokens?).checked_mul(rate)?)
        })?;
        let searches =
            [(usage.web_searches, self.web_search), (usage.file_searches, self.file_search)];
        let tokens = u64::try_from(sum.div_ceil(PER)).ok().map(Cost::from_picodollars)?;
        searches.into_iter().try_fold(tokens, |sum, (count, fee)| {
            sum.checked_add(fee.unwrap_or_default().checked_mul(count.unwrap_or(0))?)
        })
    }
}

/// A usage, cut into parts that do not overlap.
struct Parts {
    input: Option<u64>,
    input_audio: u64,
    read: u64,
    read_audio: u64,
    write: u64,
    write_1h: u64,
    output: Option<u64>,
    output_audio: u64,
}

impl Parts {
    fn of(usage: &Usage) -> Self {
        let usage = possible(usage);
        let known = |part: Option<u64>| part.unwrap_or(0);
        let (read, write) = (known(usage.cache_read_tokens), known(usage.cache_write_tokens));
        let read_audio = known(usage.cache_audio_read_tokens);
        let write_1h = known(usage.cache_write_1h_tokens);
        let fresh = usage.input_tokens.map(|all| all.saturating_sub(read).saturating_sub(write));
        let input_audio = known(usage.input_audio_tokens).saturating_sub(read_audio);
        let input_audio = input_audio.min(fresh.unwrap_or(u64::MAX));
        let output_audio = known(usage.output_audio_tokens);
        Self {
            input: fresh.map(|fresh| fresh.saturating_sub(input_audio)),
            input_audio,
            read: read.saturating_sub(read_audio),
            read_audio,
            write: write.saturating_sub(write_1h),
            write_1h,
            output: usage.output_tokens.map(|all| all.saturating_sub(output_audio)),
            output_audio,
        }
    }
}
