//! For whom a run acts.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::error::ErrorKind;

/// For whom a run acts: an id, and the roles that the program's own sign-in gave it.
///
/// [`Call::principal`](crate::Call::principal) gives it to a run, and runs inside act for the same one. Tools
/// ([`RunContext::principal`](crate::RunContext::principal)), hooks and the audit trail see it; no model does,
/// and nothing that a model writes changes it. Cheap to clone. `Debug` shows the roles, and the length of the
/// id, which may be personal.
///
/// ```
/// use fastroai::Principal;
/// let ada = Principal::new("ada@example.org").role("support");
/// assert!(ada.has_role("support") && !ada.has_role("admin"));
/// assert!(!format!("{ada:?}").contains("ada@"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Principal(Arc<Named>);

#[derive(Clone, PartialEq, Eq)]
struct Named {
    id: String,
    roles: BTreeSet<String>,
}

impl Principal {
    /// The one of this id, without a role.
    pub fn new(id: impl Into<String>) -> Self {
        Self(Arc::new(Named { id: id.into(), roles: BTreeSet::new() }))
    }

    /// Adds a role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).roles.insert(role.into());
        self
    }

    /// Adds roles.
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        Arc::make_mut(&mut self.0).roles.extend(roles.into_iter().map(Into::into));
        self
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whether it has this role, by the very same letters.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.0.roles.contains(role)
    }

    /// All its roles, in the order of their letters.
    pub fn all_roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles.iter().map(String::as_str)
    }

    /// This one, for a run inside one that acts for `around`.
    ///
    /// # Errors
    /// Where it has a role that the one around has not.
    pub(crate) fn within(self, around: Option<&Self>) -> Result<Self, ErrorKind> {
        let Some(around) = around else { return Ok(self) };
        if let Some(role) = self.0.roles.difference(&around.0.roles).next() {
            return Err(ErrorKind::Config(format!(
                "the principal of the call has the role `{}`, which that of the run around it has not: name \
                 one with no more roles, or none",
                role.escape_debug()
            )));
        }
        Ok(self)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("id", &self.0.id.len())
            .field("roles", &self.0.roles)
            .finish()
    }
}
