//! A string that matches a regular expression.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest string to make, in bytes.
const LONGEST: usize = 10_000;

/// The most parts of a pattern to write: choices that come to nothing are written, too.
const MOST_STEPS: usize = 100_000;

/// A string that the pattern matches, with `more` repetitions where it allows any number.
///
/// `None` for a pattern that cannot be read: the dialect of JSON schema is JavaScript's, which
/// can look around.
pub(super) fn text(pattern: &str, more: usize) -> Option<String> {
    // Without Unicode, as in JavaScript: `\d` is a digit from 0 to 9.
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(100).build();
    let mut bytes = Vec::new();
    let mut left = MOST_STEPS;
    write(&parser.parse(pattern).ok()?, more, &mut bytes, &mut left)?;
    String::from_utf8(bytes).ok()
}

fn write(hir: &Hir, more: usize, out: &mut Vec<u8>, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(1)?;
    if out.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => out.push(one_of(class)?),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(0));
            let least = usize::try_from(repetition.min).ok()?;
            for _ in 0..least.saturating_add(more).min(most) {
                let before = out.len();
                write(&repetition.sub, more, out, left)?;
                if out.len() == before {
                    break;
                }
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, out, left)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, more, out, left))?,
        HirKind::Alternation(choices) => {
            let start = out.len();
            choices.iter().find_map(|choice| {
                out.truncate(start);
                write(choice, more, out, left)
            })?;
        }
    }
    Some(())
}

/// The plainest character of a class: a letter, a digit, or else what can be read.
fn one_of(class: &Class) -> Option<u8> {
    let Class::Bytes(class) = class else { return None };
    let holds =
        |byte: &u8| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(byte));
    (b'a'..=b'z')
        .chain(b'A'..=b'Z')
        .chain(b'1'..=b'9')
        .chain(b' '..=b'~')
        .chain(0..=127)
        .find(holds)
}
