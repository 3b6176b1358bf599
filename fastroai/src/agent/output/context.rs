//! What a validator knows of the answer that it looks at.

/// What a validator knows of the answer that it looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutputContext {
    /// How many answers of this run did not fit before this one: 0 for the first.
    #[doc(alias = "retry")]
    pub attempt: u32,
    /// The answer is still arriving, and only a part of it is here. What has a validator refuse a
    /// part is not told to the model: the part is not shown.
    #[doc(alias = "partial_output")]
    pub partial: bool,
}

impl OutputContext {
    pub(crate) fn whole(attempt: u32) -> Self {
        Self { attempt, partial: false }
    }

    #[cfg(feature = "partial")]
    pub(crate) fn partial(attempt: u32) -> Self {
        Self { attempt, partial: true }
    }
}
