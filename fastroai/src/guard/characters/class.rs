//! Which characters are suspect, and where each of them is legitimate.

use super::escape;

/// A class of characters that nobody sees, or that show a text as another than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CharacterClass {
    /// Control characters, but for tabs and ends of lines.
    Control,
    /// Sequences that tell a terminal what to do (ANSI escapes), as a whole.
    Escape,
    /// What turns the direction of a text: it is then read in another order than it is shown.
    Bidi,
    /// What takes no room: zero-width spaces, joiners where no script needs them, soft hyphens, byte
    /// order marks, annotations, fillers.
    Invisible,
    /// Tags: a whole alphabet that is not shown, and that models read.
    Tag,
    /// Selectors of variants where there is none, or several in a row: bytes can be hidden in them.
    VariationSelector,
    /// What has no meaning but by agreement: an icon in one font, nothing in another.
    PrivateUse,
    /// What will never be a character.
    Noncharacter,
}

impl CharacterClass {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::Control,
        Self::Escape,
        Self::Bidi,
        Self::Invisible,
        Self::Tag,
        Self::VariationSelector,
        Self::PrivateUse,
        Self::Noncharacter,
    ];

    /// Words for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Control => "control characters",
            Self::Escape => "terminal sequences",
            Self::Bidi => "bidirectional controls",
            Self::Invisible => "invisible characters",
            Self::Tag => "tag characters",
            Self::VariationSelector => "variation selectors",
            Self::PrivateUse => "private-use characters",
            Self::Noncharacter => "noncharacters",
        }
    }
}

/// What a text begins with.
pub(super) enum Is {
    /// So many bytes that may stay.
    Plain(usize),
    /// So many bytes of this class.
    Of(CharacterClass, usize),
}

/// What stays before a character.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    /// The last one that is neither a joiner nor a selector.
    base: Option<char>,
    /// Whether a selector follows it.
    is_selected: bool,
    /// Whether a joiner does.
    is_joined: bool,
}

impl Before {
    pub(super) const fn plain(last: char) -> Self {
        Self { base: Some(last), is_selected: false, is_joined: false }
    }

    pub(super) fn and(self, last: char) -> Self {
        match last {
            '\u{200c}' | '\u{200d}' => Self { is_joined: true, ..self },
            _ if is_selector(last) => Self { is_selected: true, ..self },
            _ => Self::plain(last),
        }
    }
}

/// Whether a character has to be looked at.
pub(super) fn is_suspect(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        _ if c.is_ascii() => c.is_ascii_control(),
        _ => of_one(c).is_some(),
    }
}

/// Whether a character is seen by nobody, wherever it stands.
pub(in crate::guard) fn is_hidden(c: char) -> bool {
    of_one(c).is_some()
}

/// The letter that a tag stands for.
pub(in crate::guard) fn tagged(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(0xe_0000)?;
    char::from_u32(code).filter(|c| matches!(c, ' '..='~'))
}

/// The class of a character by itself.
fn of_one(c: char) -> Option<CharacterClass> {
    use CharacterClass::{
        Bidi, Control, Escape, Invisible, Noncharacter, PrivateUse, Tag, VariationSelector,
    };
    Some(match c {
        '\t' | '\n' | '\r' => return None,
        '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => Escape,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Control,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Bidi
        }
        // Soft hyphen, grapheme joiner, fillers of Hangul, vowels of Khmer that are not shown,
        // joiners, operators without a form, deprecated formats, annotations, the byte
        // order mark, formats of shorthand and of music.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' => Invisible,
        '\u{e0000}'..='\u{e007f}' => Tag,
        _ if is_selector(c) => VariationSelector,
        // Others of that plane are not shown either.
        '\u{e0080}'..='\u{e0fff}' => Invisible,
        _ if u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}') => {
            Noncharacter
        }
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}' => PrivateUse,
        _ => return None,
    })
}

const fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
        | '\u{180b}'..='\u{180d}' | '\u{180f}')
}

/// What a text begins with, whose first character is suspect. What stays depends on what stays
/// before it and on the next character alone, so that what was sifted once is left as it is.
pub(super) fn of(text: &str, before: Before) -> Is {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return Is::Plain(0) };
    let length = first.len_utf8();
    let Some(class) = of_one(first) else { return Is::Plain(length) };
    match class {
        CharacterClass::Escape => Is::Of(class, escape::length(text)),
        CharacterClass::Tag => match flag(text, before) {
            Some(length) => Is::Plain(length),
            None => Is::Of(class, length),
        },
        CharacterClass::VariationSelector if may_select(first, before) => Is::Plain(length),
        CharacterClass::Invisible if may_join(first, chars.next(), before) => Is::Plain(length),
        _ => Is::Of(class, length),
    }
}

/// The tags of a flag behind a black one: a region of 3 to 6 letters or digits, and the end.
/// <https://unicode.org/reports/tr51/#valid-emoji-tag-sequences>
fn flag(text: &str, before: Before) -> Option<usize> {
    const REGIONS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];
    if before.base != Some('🏴') || before.is_joined || before.is_selected {
        return None;
    }
    let region: String = text.chars().map_while(tagged).take(6).collect();
    let length = region.len() * 4;
    let is_ended = text.get(length..)?.starts_with('\u{e007f}');
    (is_ended && REGIONS.contains(&region.as_str())).then_some(length + 4)
}

/// Whether a variant may be selected here.
fn may_select(selector: char, before: Before) -> bool {
    let Some(base) = before.base.filter(|_| !before.is_selected && !before.is_joined) else {
        return false;
    };
    let is_ideograph = matches!(base, '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    match selector {
        // As text, or as an emoji.
        '\u{fe0e}' | '\u{fe0f}' => {
            is_pictured(base) || matches!(base, '0'..='9' | '#' | '*') || is_ideograph
        }
        '\u{fe00}'..='\u{fe0d}' => {
            is_ideograph
                || matches!(base, '\u{1000}'..='\u{109f}' | '\u{2200}'..='\u{22ff}'
                    | '\u{2a00}'..='\u{2aff}' | '\u{a840}'..='\u{a877}'
                    | '\u{aa60}'..='\u{aa7f}' | '\u{10ac0}'..='\u{10aff}')
        }
        '\u{180b}'..='\u{180f}' => matches!(base, '\u{1820}'..='\u{18aa}'),
        _ => is_ideograph,
    }
}

/// Whether a joiner, or what keeps two letters from joining, may stand here.
fn may_join(joiner: char, after: Option<char>, before: Before) -> bool {
    let (Some(base), Some(after)) = (before.base, after) else { return false };
    if before.is_joined {
        return false;
    }
    match joiner {
        '\u{200d}' if is_pictured(base) => is_pictured(after),
        '\u{200c}' | '\u{200d}' => is_of_a_joining_script(base) && is_of_a_joining_script(after),
        _ => false,
    }
}

/// Whether it is a picture or a symbol, the colours of skin among them.
const fn is_pictured(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{214f}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2460}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether it is a letter of a script that is written with joiners.
const fn is_of_a_joining_script(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6ff}' | '\u{700}'..='\u{7ff}' | '\u{840}'..='\u{e7f}'
        | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}'
        | '\u{1807}' | '\u{1820}'..='\u{18aa}' | '\u{1900}'..='\u{1cff}'
        | '\u{a800}'..='\u{a8ff}' | '\u{a930}'..='\u{aaff}' | '\u{abc0}'..='\u{abff}'
        | '\u{fb50}'..='\u{fdcf}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{10fff}'
        | '\u{11000}'..='\u{11fff}')
}
