//! The one way out for texts: what the library writes to spans, events and records passes here.
//!
//! Personal data and secrets are replaced, what would break a line or steer a terminal is escaped,
//! and what is long is cut. It happens in this order, so that nothing is found by its beginning only.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::LazyLock;

use serde_json::Value;
use uuid::Uuid;

use crate::beginning::beginning;
use crate::guard::Redactor;

/// The longest name, id or value of metadata, in bytes.
const NAME_LIMIT: usize = 1024;

/// The longest text, in bytes: also that of a whole field of content.
pub(crate) const TEXT_LIMIT: usize = 64 * 1024;

/// How far beyond the end of what is kept is looked, so that no secret is cut in two unseen: keys
/// in several lines are the longest.
const BEYOND: usize = 4 * 1024;

/// What stands where a text was cut.
const CUT: &str = "…(cut)";

/// A text that may be written down. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Emitted<'t>(Cow<'t, str>);

impl Emitted<'_> {
    /// For a field.
    pub(crate) fn shown(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Emitted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes texts fit to be written down, as a runtime was told to.
#[derive(Debug, Clone)]
pub(crate) struct Emitter(Option<Redactor>);

impl Emitter {
    /// `None` replaces nothing; what is there is escaped and cut all the same.
    pub(crate) fn new(redactor: Option<Redactor>) -> Self {
        Self(redactor)
    }

    /// Whether it replaces nothing.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// For what belongs to no runtime.
    pub(crate) fn standard() -> &'static Self {
        static STANDARD: LazyLock<Emitter> = LazyLock::new(Emitter::default);
        &STANDARD
    }

    /// A name, or what else is short: whoever chose it, a user, a model or a peer.
    pub(crate) fn name<'t>(&self, name: &'t str) -> Emitted<'t> {
        self.within(name, NAME_LIMIT)
    }

    /// An id. Those that we make ourselves stay as they are, or nothing could be found by them.
    pub(crate) fn id<'t>(&self, id: &'t str) -> Emitted<'t> {
        if Uuid::try_parse(id).is_ok() { Emitted(Cow::Borrowed(id)) } else { self.name(id) }
    }

    /// The beginning of a text, as of a sentence in an error.
    pub(crate) fn brief<'t>(&self, text: &'t str, limit: usize) -> Emitted<'t> {
        self.within(text, limit)
    }

    /// A text of any length.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Emitted<'t> {
        self.within(text, TEXT_LIMIT)
    }

    /// Names and values, as one JSON object.
    pub(crate) fn object<'t>(
        &self,
        fields: impl IntoIterator<Item = (&'t String, &'t String)>,
    ) -> Emitted<'static> {
        let mut sheet = self.sheet();
        let fields = fields.into_iter().map_while(|(name, value)| {
            sheet.take(4);
            let name = sheet.piece(name, NAME_LIMIT)?;
            Some((name, sheet.text(value)?))
        });
        Sheet::done(&Value::Object(fields.collect()))
    }

    /// Room for one field of content, to be filled.
    pub(crate) fn sheet(&self) -> Sheet<'_> {
        Sheet { emitter: self, room: TEXT_LIMIT - 256 }
    }

    fn within<'t>(&self, text: &'t str, limit: usize) -> Emitted<'t> {
        let (text, is_cut) = self.redacted(text, limit);
        Emitted(match (escaped(text), is_cut) {
            (text, false) => text,
            (text, true) => Cow::Owned(format!("{text}{CUT}")),
        })
    }

    /// The beginning of a text, with what was found in it replaced; and whether there is more.
    fn redacted<'t>(&self, text: &'t str, limit: usize) -> (Cow<'t, str>, bool) {
        let begun = beginning(text, limit);
        let end = begun.len();
        let as_it_is = (Cow::Borrowed(begun), end < text.len());
        let Some(redactor) = &self.0 else { return as_it_is };
        let mut found = redactor.find(beginning(text, limit.saturating_add(BEYOND)));
        found.retain(|one| one.range.start < end);
        if found.is_empty() {
            return as_it_is;
        }
        let mut kept = String::with_capacity(end);
        let mut from = 0;
        for one in found {
            kept.push_str(text.get(from..one.range.start).unwrap_or_default());
            kept.push('[');
            kept.push_str(&one.label);
            kept.push(']');
            from = one.range.end;
        }
        kept.push_str(text.get(from..end).unwrap_or_default());
        (Cow::Owned(kept), from.max(end) < text.len())
    }
}

impl Default for Emitter {
    fn default() -> Self {
        Self::new(Some(Redactor::standard()))
    }
}

/// A field of content on its way: JSON of no more than 64 KiB, of which every text has passed.
pub(crate) struct Sheet<'e> {
    emitter: &'e Emitter,
    room: usize,
}

impl Sheet<'_> {
    /// Takes room for what stands between texts; whether there was that much.
    pub(crate) fn take(&mut self, size: usize) -> bool {
        let left = self.room.checked_sub(size);
        self.room = left.unwrap_or_default();
        left.is_some()
    }

    /// A text, as much of it as there is room for; `None` where there is none at all.
    pub(crate) fn text(&mut self, text: &str) -> Option<Value> {
        self.piece(text, TEXT_LIMIT).map(Value::String)
    }

    /// A name or an id.
    pub(crate) fn name(&mut self, name: &str) -> Option<Value> {
        self.piece(name, NAME_LIMIT).map(Value::String)
    }

    /// What a model or a tool wrote, which is often JSON: as JSON where it is.
    pub(crate) fn json(&mut self, text: &str) -> Option<Value> {
        if text.len() <= self.room
            && let Ok(mut value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
        {
            self.emitter.values_of(&mut value);
            // Beside their names some secrets are found that are none by themselves.
            let written = value.to_string();
            let (redacted, _) = self.emitter.redacted(&written, usize::MAX);
            if let Ok(value) = serde_json::from_str(&redacted) {
                let size = written_size(&redacted);
                if size <= self.room {
                    self.room -= size;
                    return Some(value);
                }
            }
        }
        self.text(text)
    }

    /// The field.
    pub(crate) fn done(value: &Value) -> Emitted<'static> {
        let written = value.to_string();
        let mut text = String::with_capacity(written.len());
        for letter in written.chars() {
            if is_plain(letter) {
                text.push(letter);
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _infallible = write!(text, "\\u{unit:04x}");
                }
            }
        }
        Emitted(Cow::Owned(text))
    }

    fn piece(&mut self, text: &str, limit: usize) -> Option<String> {
        if self.room <= CUT.len() + 2 {
            return None;
        }
        let room = self.room - CUT.len() - 2;
        let (text, mut is_cut) = self.emitter.redacted(text, limit.min(room));
        let mut size = 0;
        let mut kept = String::new();
        for letter in text.chars() {
            let more = size + letter_size(letter);
            if more > room {
                is_cut = true;
                break;
            }
            size = more;
            kept.push(letter);
        }
        if is_cut {
            kept.push_str(CUT);
            size += CUT.len();
        }
        self.room -= size + 2;
        Some(kept)
    }
}

impl Emitter {
    fn values_of(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let (Cow::Owned(redacted), _) = self.redacted(text, usize::MAX) {
                    *text = redacted;
                }
            }
            Value::Number(number) => {
                // A card's number without quotes is one all the same.
                if let (Cow::Owned(redacted), _) = self.redacted(&number.to_string(), usize::MAX) {
                    *value = Value::String(redacted);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.values_of(value)),
            Value::Object(fields) => {
                for (name, mut value) in std::mem::take(fields) {
                    self.values_of(&mut value);
                    fields.insert(self.redacted(&name, usize::MAX).0.into_owned(), value);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// Whether a letter stays within its line and is what it looks like.
fn is_plain(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            // Ends of lines and paragraphs, and what turns the direction of writing.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}'
            // What has no width, and the letters of hidden tags.
            | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn escaped(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return text;
    }
    let mut written = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_plain(letter) {
            written.push(letter);
        } else {
            written.extend(letter.escape_default());
        }
    }
    Cow::Owned(written)
}

/// How long a letter is in a JSON text.
fn letter_size(letter: char) -> usize {
    match letter {
        '"' | '\\' => 2,
        letter if is_plain(letter) => letter.len_utf8(),
        letter => 6 * letter.len_utf16(),
    }
}

fn written_size(json: &str) -> usize {
    json.chars().map(|letter| if is_plain(letter) { letter.len_utf8() } else { 12 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "ada@example.org";

    fn standard() -> &'static Emitter {
        Emitter::standard()
    }

    #[test]
    fn s12_line_breaks_escapes_and_hidden_letters_are_written_out() {
        let made_up = "ok\r\n2026 ERROR fake \u{1b}[31m\u{202e}\u{2028}\u{7}\u{e0041}";
        assert_eq!(
            standard().name(made_up).shown(),
            r"ok\r\n2026 ERROR fake \u{1b}[31m\u{202e}\u{2028}\u{7}\u{e0041}"
        );
        let mut sheet = standard().sheet();
        let value = sheet.text(made_up).expect("room");
        let json = Sheet::done(&value);
        assert!(json.shown().chars().all(is_plain), "{json}");
        assert_eq!(serde_json::from_str::<String>(json.shown()).expect("JSON"), made_up);
    }

    #[test]
    fn s11_what_is_cut_has_no_half_of_a_secret() {
        for before in NAME_LIMIT - 20..NAME_LIMIT + 2 {
            let text = format!("{} {EMAIL} and more", "x".repeat(before));
            let shown = standard().name(&text);
            assert!(!shown.shown().contains("ada@") && !shown.shown().contains("ada"), "{before}");
            assert!(shown.shown().ends_with(CUT), "{before}: {shown}");
            assert!(shown.shown().len() <= NAME_LIMIT + 32, "{before}");
        }
    }

    #[test]
    fn a_field_is_json_and_no_longer_than_it_may_be_whatever_it_is_filled_with() {
        for letter in ["x", "\n", "\"", "\u{e0041}", "ü", "\u{1b}"] {
            for times in [1, 5_000, 100_000] {
                let text = letter.repeat(times);
                let mut sheet = standard().sheet();
                let values: Vec<_> = (0..4).filter_map(|_| sheet.text(&text)).collect();
                let json = Sheet::done(&Value::Array(values));
                assert!(json.shown().len() <= TEXT_LIMIT, "{} of {letter:?}", json.shown().len());
                serde_json::from_str::<Vec<String>>(json.shown()).expect("JSON");
            }
        }
    }

    #[test]
    fn secrets_in_arguments_are_found_by_their_form_their_names_and_as_numbers() {
        let arguments = r#"{"to":"ada\u0040example.org","card":4111111111111111,
            "password":"hunter2-hunter3","n":[1,2.5,null],"ada@example.org":true}"#;
        let mut sheet = standard().sheet();
        let json = Sheet::done(&sheet.json(arguments).expect("room"));
        for secret in ["ada", "4111", "hunter"] {
            assert!(!json.shown().contains(secret), "{json}");
        }
        let value: Value = serde_json::from_str(json.shown()).expect("JSON");
        assert_eq!(value["n"], serde_json::json!([1, 2.5, null]));
        assert_eq!(value["to"], "[EMAIL]");
    }

    #[test]
    fn ids_and_names_that_are_nobodys_stay_as_they_are() {
        let run = Uuid::now_v7().to_string();
        assert_eq!(standard().id(&run).shown(), run);
        for name in [
            "gpt-4o-mini-2024-07-18",
            "claude-sonnet-4-5-20250929",
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
            "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
            "msg_01XFDUDYJgAACzvnptvVoYEL",
            "call_VSPygqKTWdrhaFErNvMV18Yl",
            "toolu_01A09q90qw90lq917835lq9",
            "llama-3.3-70b-instruct",
            "get_weather",
            "stop",
        ] {
            assert_eq!(standard().name(name).shown(), name);
        }
    }

    #[test]
    fn s11_without_a_redactor_all_is_shown_and_still_escaped() {
        let open = Emitter::new(None);
        assert_eq!(open.text(&format!("{EMAIL}\n")).shown(), "ada@example.org\\n");
    }
}
