//! The programs that must not compile, with what the compiler says of them.

use std::fs;
use std::path::{Path, PathBuf};

/// A program, and its errors.
pub(crate) struct Case {
    /// The class of mistake, as its file is called.
    pub(crate) name: String,
    pub(crate) errors: Vec<Error>,
}

/// One error.
pub(crate) struct Error {
    /// What is wrong, and mostly what to write.
    pub(crate) message: String,
    /// The text under the signs.
    pub(crate) label: Option<String>,
    /// What else is said of the fix.
    pub(crate) advice: Vec<String>,
    /// The line of the program that the mistake is in.
    pub(crate) line: String,
    /// The part of it that is underlined.
    pub(crate) marked: String,
    column: usize,
}

/// The cases of all macros, each with the name of its macro's folder.
pub(crate) fn all() -> Vec<(&'static str, Case)> {
    let folders = ["tool", "toolset", "agent", "agent_fn", "money"];
    folders.iter().flat_map(|folder| of(folder).into_iter().map(|case| (*folder, case))).collect()
}

/// The cases of a macro, in the order of their names.
pub(crate) fn of(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui").join(folder).join("reject");
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    programs.sort();
    programs.iter().map(|program| Case::read(program)).collect()
}

impl Case {
    fn read(program: &Path) -> Self {
        let name = program.file_stem().expect("a name").to_string_lossy().into_owned();
        let source = fs::read_to_string(program).expect("a program");
        let said = fs::read_to_string(program.with_extension("stderr"))
            .unwrap_or_else(|_| panic!("{name} has no `.stderr` beside it"));
        let source: Vec<&str> = source.lines().collect();
        let errors: Vec<Error> = said
            .split("\n\n")
            .filter(|block| block.starts_with("error"))
            .filter_map(|block| Error::read(block, &source))
            .collect();
        assert!(!errors.is_empty(), "{name} has no error");
        Self { name, errors }
    }
}

impl Error {
    /// Reads a block that begins with `error`; nothing where it is only a count of errors.
    fn read(block: &str, source: &[&str]) -> Option<Self> {
        let (head, rest) = block.split_once('\n')?;
        let (_, message) = head.split_once(": ")?;
        let mut message = message.trim_start_matches("evaluation panicked: ").to_owned();
        let mut lines = rest.lines();
        let mut place = None;
        for line in lines.by_ref() {
            match line.trim_start().strip_prefix("--> ") {
                Some(found) => {
                    place = Some(found);
                    break;
                }
                None => message = format!("{message}\n{}", line.trim_start()),
            }
        }
        let mut numbers = place?.rsplit(':');
        let column: usize = numbers.next()?.parse().ok()?;
        let row: usize = numbers.next()?.parse().ok()?;
        let line = (*source.get(row - 1)?).to_owned();
        let rest: Vec<&str> = lines.collect();
        let (length, label) = underlined(&rest, row).unwrap_or((1, None));
        let marked: String = line.chars().skip(column - 1).take(length).collect();
        let advice = rest
            .iter()
            .filter_map(|line| {
                let line = line.trim_start();
                let line = line.strip_prefix("= ").unwrap_or(line);
                line.strip_prefix("note: ").or_else(|| line.strip_prefix("help: "))
            })
            .filter(|advice| is_ours(advice))
            .map(str::to_owned)
            .collect();
        Some(Self { message, label, advice, line, marked, column })
    }

    /// The line, cut where it is long, with signs under what is marked.
    pub(crate) fn shown(&self) -> String {
        let indent = self.line.len() - self.line.trim_start().len();
        let before = self.column.saturating_sub(indent + 1);
        let line: Vec<char> = self.line.trim_start().chars().collect();
        let length = self.marked.trim_end().chars().count().max(1);
        let signs = "^".repeat(length);
        let text: String = line.iter().collect();
        format!("{text}\n{}{signs}", " ".repeat(before))
    }
}

/// How many characters the signs below this row are, and what stands beside them.
fn underlined(lines: &[&str], row: usize) -> Option<(usize, Option<String>)> {
    let start = format!("{row} ");
    let at = lines.iter().position(|line| line.trim_start().starts_with(&start))?;
    let below = lines.get(at + 1)?;
    let (_, below) = below.split_once('|')?;
    let first = below.find('^')?;
    let below = &below[first..];
    let length = below.chars().take_while(|sign| *sign == '^').count();
    let label = below.trim_start_matches('^').trim();
    let is_text = !label.is_empty() && !label.starts_with(['-', '|']);
    let is_told = is_text && !label.starts_with("evaluation of");
    Some((length, is_told.then(|| label.to_owned())))
}

/// Whether a note says what to do, and not where the compiler has been.
fn is_ours(note: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "add ",
        "write ",
        "give ",
        "or write ",
        "put ",
        "return ",
        "implement ",
        "end ",
        "a parameter is decoded",
        "a plain `fn`",
        "a field that is listed",
        "the model chooses",
    ];
    BEGINNINGS.iter().any(|beginning| note.starts_with(beginning))
}
