//! The guards that hardly any program is worse off with.

use std::sync::Arc;

use super::{Characters, Guard, Injection, SizeLimit};

/// No text is longer, in bytes.
const LONGEST: usize = 1 << 20;

/// Guards for a start: texts of at most 1 MiB, characters that nobody sees taken out, and what reads
/// like an injected instruction flagged.
///
/// ```
/// let mut guards = fastroai::guard::standard();
/// guards.push(std::sync::Arc::new(fastroai::guard::Untrusted::new()));
/// assert_eq!(guards.len(), 4);
/// ```
#[must_use]
pub fn standard() -> Vec<Arc<dyn Guard>> {
    vec![
        Arc::new(SizeLimit::bytes(LONGEST)),
        Arc::new(Characters::stripped()),
        Arc::new(Injection::new()),
    ]
}
