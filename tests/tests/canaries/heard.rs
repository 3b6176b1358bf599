//! All that a program writes down: the log at every level of every crate, spans, and panics.

use std::fmt::{Debug, Display, Write as _};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// What one set of runs has written; and, beside it, what operators may read of its errors, which
/// is asked for by name and may repeat what others said, but for what a redactor finds.
#[derive(Default)]
pub(crate) struct Written(pub(crate) Vec<(String, String)>, pub(crate) Vec<String>);

impl Written {
    pub(crate) fn add(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.0.push((what.into(), text.into()));
    }

    pub(crate) fn debug(&mut self, what: &str, shown: &dyn Debug) {
        self.add(format!("Debug of {what}"), format!("{shown:?}\n{shown:#?}"));
    }

    pub(crate) fn display(&mut self, what: &str, shown: &dyn Display) {
        self.add(format!("Display of {what}"), format!("{shown}\n{shown:#}"));
    }
}

/// What the whole process writes: threads of blocking tools, of alerts and of servers included.
#[derive(Clone, Default)]
struct Process {
    lines: Arc<Mutex<String>>,
    panics: Arc<Mutex<Vec<(String, String)>>>,
}

struct Lines(Arc<Mutex<String>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Process {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines(Arc::clone(&self.lines))
    }
}

/// The crates below write to `log`, not to `tracing`.
impl log::Log for Process {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(lines, "log {} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

static PROCESS: OnceLock<Process> = OnceLock::new();
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Whether what panicked there is a part of the program that is watched.
pub(crate) fn is_planted(place: &str) -> bool {
    place.ends_with("canaries/program.rs") || place.ends_with("canaries/runs.rs")
}

/// Hears the whole process. One test at a time does.
pub(crate) struct Listening(MutexGuard<'static, ()>);

impl Listening {
    pub(crate) fn begin() -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let process = PROCESS.get_or_init(|| {
            let process = Process::default();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_span_events(FmtSpan::FULL)
                .with_ansi(false)
                .with_writer(process.clone())
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("the only one");
            log::set_boxed_logger(Box::new(process.clone())).expect("the only one");
            log::set_max_level(log::LevelFilter::Trace);
            let panics = Arc::clone(&process.panics);
            let usual = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                let place = info.location().map(|place| place.file().to_owned());
                let payload = info.payload();
                let text = payload.downcast_ref::<String>().cloned();
                let text = text.or_else(|| Some((*payload.downcast_ref::<&str>()?).to_owned()));
                let text = text.unwrap_or_default();
                if !is_planted(place.as_deref().unwrap_or_default()) {
                    usual(info);
                }
                let mut panics = panics.lock().unwrap_or_else(PoisonError::into_inner);
                panics.push((place.unwrap_or_default(), text));
            }));
            process
        });
        process.lines.lock().unwrap_or_else(PoisonError::into_inner).clear();
        process.panics.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Self(turn)
    }

    /// The lines of the log since it began.
    pub(crate) fn lines(&self) -> String {
        let _ = &self.0;
        let process = PROCESS.get().expect("listening");
        process.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where something panicked, and what it said.
    pub(crate) fn panics(&self) -> Vec<(String, String)> {
        let _ = &self.0;
        let process = PROCESS.get().expect("listening");
        process.panics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
