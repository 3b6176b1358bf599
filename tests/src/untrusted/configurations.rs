//! Configuration files.

use fastroai::config::Config;

/// What stands in for the environment.
fn variables() -> Vec<(String, String)> {
    vec![("A".to_owned(), "offline:demo".to_owned())]
}

/// A text is a configuration, or has faults with places in it; what is shown of it is one that says
/// the same.
pub(super) fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let load = |text: &str| Config::loader().text(text).environment(variables).load();
    match load(text) {
        Ok(config) => {
            let shown = config.effective();
            let again = load(&shown).expect("what is shown can be loaded");
            assert_eq!(values(&shown), values(&again.effective()), "what is shown says the same");
        }
        Err(error) => {
            assert!(!error.faults().is_empty(), "a refusal says why");
            for fault in error.faults() {
                assert!(!fault.to_string().contains(char::is_control), "{fault:?}");
                let lines = text.split('\n').count();
                let line = fault.line().unwrap_or(1);
                assert!((1..=lines).contains(&(line as usize)), "{fault}: there is no such line");
            }
        }
    }
}

/// The lines without their sources.
fn values(shown: &str) -> Vec<&str> {
    shown.lines().map(|line| line.rsplit_once(" # ").map_or(line, |(value, _)| value)).collect()
}
