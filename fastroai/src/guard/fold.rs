//! Characters as what they look like, so that a text in disguise reads like any other.

use super::characters::{is_hidden, tagged};

/// Appends what a character reads as: a small Latin letter without marks, a digit, a space, or
/// itself. What nobody sees becomes nothing; a tag becomes the letter that a model reads in it.
pub(super) fn push(c: char, into: &mut String) {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => into.push('\n'),
        _ if c.is_ascii_control() => into.push(' '),
        _ if c.is_ascii() => into.push(c.to_ascii_lowercase()),
        _ => push_wide(c, into),
    }
}

fn push_wide(c: char, into: &mut String) {
    if let Some(letter) = tagged(c).or_else(|| styled(c)) {
        into.push(letter.to_ascii_lowercase());
    } else if let Some(bare) = without_mark(c) {
        into.push_str(bare);
    } else if c.is_whitespace() {
        into.push(' ');
    } else if !is_hidden(c) && !is_mark(c) {
        into.extend(c.to_lowercase());
    }
}

/// Marks above and below letters, of which some texts carry many.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// A Latin letter or a digit that is only drawn in another way: wide, bold, in a circle, small.
fn styled(c: char) -> Option<char> {
    let nth = |from: u32, first: u8, of: u32| {
        u8::try_from((u32::from(c) - from) % of).ok().map(|at| char::from(first + at))
    };
    match c {
        '\u{ff01}'..='\u{ff5e}' => nth(0xff01, b'!', 94),
        '\u{1d400}'..='\u{1d6a3}' => nth(0x1d400, b'a', 26),
        '\u{1d7ce}'..='\u{1d7ff}' => nth(0x1d7ce, b'0', 10),
        '\u{249c}'..='\u{24b5}' => nth(0x249c, b'a', 26),
        '\u{24b6}'..='\u{24e9}' => nth(0x24b6, b'a', 26),
        '\u{1f130}'..='\u{1f149}' => nth(0x1f130, b'a', 26),
        '\u{1f150}'..='\u{1f169}' => nth(0x1f150, b'a', 26),
        '\u{1f170}'..='\u{1f189}' => nth(0x1f170, b'a', 26),
        '\u{1f1e6}'..='\u{1f1ff}' => nth(0x1f1e6, b'a', 26),
        '\u{1d00}'..='\u{2138}'
        | '\u{1c7}'..='\u{2bc}'
        | '\u{2e0}'..='\u{2ff}'
        | '\u{a730}'
        | '\u{a731}' => {
            const DRAWN: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ";
            const RAISED: &str = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ";
            const LINED: &str = "ℂℭℊℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨℬℯℰℱℳℴ";
            const OF_LINED: &str = "ccghhhiillnpqrrrzzbeefmo";
            let letter = |of: &str| of.chars().position(|it| it == c);
            letter(DRAWN)
                .or_else(|| letter(RAISED))
                .and_then(|at| u8::try_from(at).ok())
                .map(|at| char::from(b'a' + at))
                .or_else(|| letter(LINED).and_then(|at| OF_LINED.chars().nth(at)))
        }
        _ => None,
    }
}

/// A Latin letter without what is written above, below or through it.
fn without_mark(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' | 'Ǎ' | 'ǎ' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ' | 'ķ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'ß' => "ss",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        '‘' | '’' | '‛' | 'ʼ' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‐'..='―' | '−' => "-",
        '…' => "...",
        _ => return None,
    })
}

/// The small Latin letter that a small Greek, Cyrillic or Armenian one is drawn like.
pub(super) fn lookalike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' | 'ь' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' => 'e',
        'н' | 'һ' | 'հ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'η' | 'ո' => 'n',
        'о' | 'ο' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        text.chars().for_each(|c| push(c, &mut folded));
        folded
    }

    #[test]
    fn letters_in_disguise_are_read() {
        assert_eq!(folded("Ｉｇｎｏｒｅ"), "ignore");
        assert_eq!(folded("𝐈𝐠𝐧𝐨𝐫𝐞 𝟙𝟚"), "ignore 12");
        assert_eq!(folded("Ⓘⓖⓝⓞⓡⓔ 🅸🅶🅽🅾🆁🅴"), "ignore ignore");
        assert_eq!(folded("ɪɢɴᴏʀᴇ ⁱᵍⁿᵒʳᵉ ℐ𝑔𝓃ℴ𝓇ℯ"), "ignore ignore ignore");
        assert_eq!(folded("ig\u{200b}no\u{ad}re"), "ignore");
        assert_eq!(folded("i\u{335}g\u{338}nore"), "ignore");
        assert_eq!(folded("\u{e0049}\u{e0067}nore"), "ignore");
        assert_eq!(folded("précédentes Größe"), "precedentes grosse");
        assert_eq!(folded("a\u{a0}b\r\nc\u{1}d"), "a b\n\nc d");
    }

    #[test]
    fn each_lookalike_has_its_letter() {
        assert_eq!(lookalike('о'), Some('o'));
        assert_eq!(lookalike('е'), Some('e'));
        assert_eq!(lookalike('ѕ'), Some('s'));
        assert_eq!(lookalike('ԁ'), Some('d'));
        assert_eq!(lookalike('α'), Some('a'));
        assert_eq!(lookalike('ω'), Some('w'));
        assert_eq!(lookalike('ո'), Some('n'));
        assert_eq!(lookalike('д'), None);
        assert_eq!(lookalike('中'), None);
    }
}
