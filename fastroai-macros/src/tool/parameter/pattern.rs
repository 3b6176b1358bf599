//! Regular expressions of the part that all providers and the runtime read alike.
//!
//! Parsed here so that a broken pattern, or an example that does not match it, does not compile.

/// A pattern that is sound.
#[derive(Debug)]
pub(crate) struct Pattern(Node);

#[derive(Debug, Clone)]
enum Node {
    One { negated: bool, ranges: Vec<(char, char)> },
    Start,
    End,
    Boundary { is_one: bool },
    All(Vec<Node>),
    Either(Vec<Node>),
    Repeat { node: Box<Node>, least: u32, most: Option<u32> },
}

/// How often something may be repeated by a count.
const MOST: u32 = 1_000;
/// How deep groups may stand in each other.
const DEPTH: u32 = 50;
/// After this many steps a text counts as matching: the runtime decides.
const STEPS: u32 = 100_000;

const DIGIT: [(char, char); 1] = [('0', '9')];
const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: [(char, char); 2] = [('\t', '\r'), (' ', ' ')];

impl Pattern {
    /// The pattern, or what is wrong and what to write.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: text, depth: 0 };
        let node = parser.either()?;
        match parser.rest {
            "" => Ok(Self(node)),
            _ => Err("the pattern closes a group that it does not open: write `\\\\)`, or remove \
                      the `)`"
                .to_owned()),
        }
    }

    /// Whether it matches somewhere in the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut steps = STEPS;
        (0..=text.len()).any(|start| {
            let mut matcher = Matcher { text: &text, steps: &mut steps };
            matcher.go(&self.0, start, &mut |_, _| true)
        })
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next();
        self.rest = letters.as_str();
        letter
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn either(&mut self) -> Result<Node, String> {
        let mut branches = vec![self.all()?];
        while self.skip("|") {
            branches.push(self.all()?);
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Either(branches)
            }
        })
    }

    fn all(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let node = self.one()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::All(nodes))
    }

    fn one(&mut self) -> Result<Node, String> {
        let Some(letter) = self.next() else { return Ok(Node::All(Vec::new())) };
        Ok(match letter {
            '.' => Node::One { negated: true, ranges: vec![('\n', '\n')] },
            '^' => Node::Start,
            '$' => Node::End,
            '(' => self.group()?,
            '[' => self.set()?,
            '\\' => self.escaped()?,
            '*' | '+' | '?' => {
                return Err(format!(
                    "`{letter}` in the pattern repeats nothing: write `\\\\{letter}` for the sign \
                     itself"
                ));
            }
            '{' => return Err("`{` in the pattern repeats nothing: write `\\\\{`".to_owned()),
            letter => single(letter),
        })
    }

    fn group(&mut self) -> Result<Node, String> {
        if self.rest.starts_with('?') && !self.skip("?:") {
            return Err("the pattern has a group of a kind that not all providers know: write \
                        `(…)` or `(?:…)`, without look-around, names and flags"
                .to_owned());
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("the pattern is nested too deeply: write it flatter".to_owned());
        }
        let node = self.either()?;
        self.depth -= 1;
        if self.skip(")") {
            Ok(node)
        } else {
            Err("a group of the pattern is not closed: write `)`, or `\\\\(` for the sign itself"
                .to_owned())
        }
    }

    fn repeated(&mut self, node: Node) -> Result<Node, String> {
        let (least, most) = if self.skip("*") {
            (0, None)
        } else if self.skip("+") {
            (1, None)
        } else if self.skip("?") {
            (0, Some(1))
        } else if self.skip("{") {
            self.counts()?
        } else {
            return Ok(node);
        };
        if matches!(node, Node::Start | Node::End | Node::Boundary { .. }) {
            return Err("the pattern repeats a place, which has no length: remove the repetition"
                .to_owned());
        }
        // Whether as few as possible are taken changes nothing about whether it matches.
        self.skip("?");
        if self.rest.starts_with(['*', '+', '{', '?']) {
            return Err(
                "the pattern repeats a repetition: write a group around the inner one".to_owned()
            );
        }
        Ok(Node::Repeat { node: Box::new(node), least, most })
    }

    fn counts(&mut self) -> Result<(u32, Option<u32>), String> {
        let wrong = || {
            format!(
                "a count of the pattern is not one: write `{{2}}`, `{{2,}}` or `{{2,5}}`, with at \
                     most {MOST}, or `\\\\{{` for the sign itself"
            )
        };
        let (counts, rest) = self.rest.split_once('}').ok_or_else(wrong)?;
        self.rest = rest;
        let number = |text: &str| match text.parse() {
            Ok(number) if number <= MOST && text.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
            _ => Err(wrong()),
        };
        match counts.split_once(',') {
            None => number(counts).map(|count| (count, Some(count))),
            Some((least, "")) => number(least).map(|least| (least, None)),
            Some((least, most)) => {
                let (least, most) = (number(least)?, number(most)?);
                if least > most { Err(wrong()) } else { Ok((least, Some(most))) }
            }
        }
    }

    fn escaped(&mut self) -> Result<Node, String> {
        match self.next() {
            Some('b') => Ok(Node::Boundary { is_one: true }),
            Some('B') => Ok(Node::Boundary { is_one: false }),
            Some(letter) => class(letter).map(|(negated, ranges)| Node::One { negated, ranges }),
            None => {
                Err("the pattern ends in a `\\\\`: write `\\\\\\\\` for the sign itself".to_owned())
            }
        }
    }

    fn set(&mut self) -> Result<Node, String> {
        const OPEN: &str = "a set of the pattern is not closed: write `]`, or `\\\\[` for the sign \
                            itself";
        let negated = self.skip("^");
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let first = match self.next().ok_or(OPEN)? {
                ']' if ranges.is_empty() => {
                    return Err("a set of the pattern is empty: write `\\\\]` for the sign itself"
                        .to_owned());
                }
                ']' => return Ok(Node::One { negated, ranges }),
                '[' => return Err("`[` in a set of the pattern: write `\\\\[`".to_owned()),
                sign @ ('&' | '~') if self.rest.starts_with(sign) => {
                    return Err(format!("`{sign}{sign}` in a set of the pattern: write it once"));
                }
                '-' if !ranges.is_empty() && !self.rest.starts_with(']') => {
                    return Err(
                        "`-` in a set of the pattern: write `\\\\-`, or a range as in `a-z`"
                            .to_owned(),
                    );
                }
                '\\' => {
                    let (negative, class) = class(self.next().ok_or(OPEN)?)?;
                    match class.as_slice() {
                        [(from, to)] if from == to && !negative => *from,
                        _ if negative => {
                            return Err("a set of the pattern holds the opposite of one: write \
                                        `[^…]`, or a choice as in `(…|…)`"
                                .to_owned());
                        }
                        _ => {
                            ranges.extend(class);
                            continue;
                        }
                    }
                }
                letter => letter,
            };
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.skip("-");
                let last = match self.next().ok_or(OPEN)? {
                    '\\' => match class(self.next().ok_or(OPEN)?)? {
                        (false, class) if matches!(class.as_slice(), [(from, to)] if from == to) => {
                            class.first().map_or(first, |(from, _)| *from)
                        }
                        _ => return Err("a range of the pattern ends in a set".to_owned()),
                    },
                    '[' => return Err("`[` in a set of the pattern: write `\\\\[`".to_owned()),
                    letter => letter,
                };
                if last < first {
                    return Err(format!(
                        "the range `{first}-{last}` of the pattern is empty: write `{last}-{first}`"
                    ));
                }
                ranges.push((first, last));
            } else {
                ranges.push((first, first));
            }
        }
    }
}

fn single(letter: char) -> Node {
    Node::One { negated: false, ranges: vec![(letter, letter)] }
}

/// What a letter after a `\` stands for.
fn class(letter: char) -> Result<(bool, Vec<(char, char)>), String> {
    let of = |ranges: &[(char, char)]| ranges.to_vec();
    let one = |letter| Ok((false, vec![(letter, letter)]));
    match letter {
        'd' | 'D' => Ok((letter == 'D', of(&DIGIT))),
        'w' | 'W' => Ok((letter == 'W', of(&WORD))),
        's' | 'S' => Ok((letter == 'S', of(&SPACE))),
        'n' => one('\n'),
        'r' => one('\r'),
        't' => one('\t'),
        sign if sign.is_ascii_punctuation() && !matches!(sign, '<' | '>') => one(sign),
        other => Err(format!(
            "`\\{other}` in the pattern is not known to all providers: write the letter itself, a \
             set as in `[a-z]`, or one of `\\d`, `\\w`, `\\s`, `\\b`"
        )),
    }
}

struct Matcher<'a> {
    text: &'a [char],
    steps: &'a mut u32,
}

type Then<'a> = &'a mut dyn FnMut(&mut Matcher<'_>, usize) -> bool;

impl Matcher<'_> {
    fn go(&mut self, node: &Node, at: usize, then: Then<'_>) -> bool {
        match self.steps.checked_sub(1) {
            Some(left) => *self.steps = left,
            None => return true,
        }
        let is_word = |at: Option<usize>| {
            at.and_then(|at| self.text.get(at))
                .is_some_and(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        };
        match node {
            Node::Start => at == 0 && then(self, at),
            Node::End => at == self.text.len() && then(self, at),
            Node::Boundary { is_one } => {
                let found = is_word(at.checked_sub(1)) != is_word(Some(at));
                found == *is_one && then(self, at)
            }
            Node::One { negated, ranges } => {
                let fits = self.text.get(at).is_some_and(|letter| {
                    ranges.iter().any(|(from, to)| (from..=to).contains(&letter)) != *negated
                });
                fits && then(self, at + 1)
            }
            Node::All(nodes) => self.all(nodes, at, then),
            Node::Either(nodes) => nodes.iter().any(|node| self.go(node, at, then)),
            Node::Repeat { node, least, most } => self.repeat(node, *least, *most, at, then),
        }
    }

    fn all(&mut self, nodes: &[Node], at: usize, then: Then<'_>) -> bool {
        match nodes {
            [] => then(self, at),
            [first, rest @ ..] => {
                self.go(first, at, &mut |matcher, at| matcher.all(rest, at, then))
            }
        }
    }

    fn repeat(
        &mut self,
        node: &Node,
        least: u32,
        most: Option<u32>,
        at: usize,
        then: Then<'_>,
    ) -> bool {
        if most != Some(0) {
            let most = most.map(|most| most - 1);
            let less = least.saturating_sub(1);
            let went = self.go(node, at, &mut |matcher, after| {
                // What takes no letter takes none any other time either.
                (after > at || least > 0) && matcher.repeat(node, less, most, after, then)
            });
            if went {
                return true;
            }
        }
        least == 0 && then(self, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_means_the_same_at_run_time() {
        let texts = [
            "",
            "a",
            "b",
            "ab",
            "abc",
            "ABC",
            "ABCD",
            "a-1",
            "2024-01-31",
            "x y",
            "é",
            "a\nb",
            "_",
            "(",
        ];
        for pattern in [
            "",
            "^[A-Z]{3}$",
            "a|b",
            "^(ab)*$",
            "^(?:a|b)+?c?$",
            r"^\d{4}-\d{2}-\d{2}$",
            r"\bab\b",
            r"^\w+$",
            r"\s",
            "^.$",
            "[^a-z]",
            r"^[\w\-]+$",
            "[a-c-]",
            r"\(",
            "a{2,}",
            "^(a*)*$",
            "(|a)b",
            r"[\]\[]",
            "x}",
            r"\B",
            "^[^\\d]{1,2}$",
        ] {
            let ours = Pattern::parse(pattern).expect(pattern);
            let theirs = regex_lite::Regex::new(pattern).expect(pattern);
            for text in texts {
                assert_eq!(ours.matches(text), theirs.is_match(text), "{pattern} on {text:?}");
            }
        }
    }

    #[test]
    fn what_is_broken_or_not_known_to_all_is_refused() {
        for (pattern, reason) in [
            ("(a", "not closed"),
            ("a)", "does not open"),
            ("[a", "not closed"),
            ("[]", "is empty"),
            ("[z-a]", "write `a-z`"),
            ("*a", "repeats nothing"),
            ("a**", "repeats a repetition"),
            ("a{3,2}", "a count of the pattern is not one"),
            ("a{1001}", "at most 1000"),
            ("a{", "a count of the pattern"),
            ("{", "repeats nothing"),
            ("^*", "repeats a place"),
            ("a\\", "ends in a"),
            (r"\p{L}", "not known to all providers"),
            (r"(a)\1", "not known to all providers"),
            ("(?=a)", "without look-around"),
            ("(?i)a", "without look-around, names and flags"),
            ("[[:alpha:]]", "`[` in a set"),
            ("[a&&b]", "write it once"),
        ] {
            let error = Pattern::parse(pattern).expect_err(pattern);
            assert!(error.contains(reason), "{pattern}: {error}");
        }
    }

    #[test]
    fn a_pattern_that_explodes_ends() {
        let pattern = Pattern::parse("^(a|a)*b$").expect("sound");
        assert!(pattern.matches(&"a".repeat(60)), "given up, and left to the runtime");
    }
}
