//! What is planted, and where: a secret of its own in each channel.

/// How a channel's secret may be seen at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// In the trace, where content is captured.
    Captured,
    /// On the wire alone: it is written down nowhere, whatever is switched on.
    Wire,
}

macro_rules! channels {
    ($($name:ident $seen:ident)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Channel { $($name),* }

        impl Channel {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) fn seen(self) -> Seen {
                match self { $(Self::$name => Seen::$seen),* }
            }
        }
    };
}

channels! {
    Prompt Captured
    History Captured
    Instructions Captured
    Arguments Captured
    ToolResult Captured
    ToolError Captured
    ToolPanic Captured
    ToolDescription Captured
    Reasoning Captured
    Answer Captured
    Refusal Captured
    Output Captured
    ValidatorRetry Captured
    ValidatorFailure Captured
    HookCause Captured
    ProcessorFailure Captured
    GuardFailure Captured
    FileName Captured
    ErrorBody Captured
    Garbage Captured
    ResponseHeader Wire
    RequestHeader Wire
    ExtraBody Wire
    MediaUrl Wire
    MediaBytes Wire
    UploadedFile Wire
    KeySet Wire
    KeyFromEnvironment Wire
    KeyFromFile Wire
    UrlPath Wire
}

/// What the secrets look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Words that no redactor knows, so that it is not the redactor that hides them.
    Unknown,
    /// E-mail addresses, keys of vendors and card numbers, in turn; with which it begins.
    Redactable(usize),
}

impl Form {
    /// The secret of a channel.
    pub(crate) fn secret(self, channel: Channel) -> String {
        let number = channel as usize;
        let name = format!("{channel:?}").to_lowercase();
        match self {
            // What a wire writes in another way (quotes, slashes) is in it where the channel can
            // carry that.
            Self::Unknown if channel.seen() == Seen::Captured && channel != Channel::FileName => {
                format!("qz \"{name}\" <{}/x>", number + 100)
            }
            Self::Unknown => format!("qz-{name}-{}", number + 100),
            Self::Redactable(first) => match (number + first) % 3 {
                0 => format!("ada.{name}@example.org"),
                1 => format!("ghp_{:0<36}", format!("aB3{name}9Zk")),
                _ => card(number),
            },
        }
    }

    /// What is planted: a word by which the text is recognised, and the secret.
    pub(crate) fn text(self, channel: Channel) -> String {
        match self {
            Self::Unknown => self.secret(channel),
            Self::Redactable(_) => format!("{} {}", mark(channel), self.secret(channel)),
        }
    }
}

/// The word by which what was planted is recognised where its secret is not to be seen.
pub(crate) fn mark(channel: Channel) -> String {
    format!("mark{channel:?}").to_lowercase()
}

/// A made-up card number that passes its check.
fn card(number: usize) -> String {
    let body = format!("41111111111{number:04}");
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
