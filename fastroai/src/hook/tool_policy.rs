//! Who may use which tool, said in code.

use std::collections::BTreeSet;
use std::fmt;

use super::{Denied, Gate, Hook, ToolUse};
use crate::principal::Principal;

/// What the model reads of a tool that it may not use.
const REFUSED: &str = "You are not allowed to use this tool here.";

/// Says who may use which tools: a hook, asked before each attempt at a tool.
///
/// What it refuses does not run: the model reads "You are not allowed to use this tool here.", and the run goes
/// on, or [ends](Self::ends_run). It looks at the [`Principal`] that the program gave the call, and at nothing that
/// a model or a prompt says. All rules that speak of a call must let it through. The model is still offered the
/// tools: those with [`roles`](crate::tool::ToolOptions::roles) of their own are not even offered.
///
/// ```
/// use fastroai::Principal;
/// use fastroai::hook::{ToolPolicy, Who};
/// use fastroai::prelude::*;
///
/// /// Pay an order back.
/// #[safe_tool(needs = "write")]
/// async fn refund(order: String) -> String {
///     format!("paid {order} back")
/// }
///
/// /// You answer customers.
/// #[agent(model = "offline:demo", tools = [refund], grants = ["write"])]
/// struct Desk;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let policy = ToolPolicy::new()
///     .capability("write", Who::role("support"))
///     .tool("lookup", Who::Anyone)
///     .deny_by_default();
/// let runtime = Runtime::builder().hook(policy).build();
/// let guest = Principal::new("guest-7");
/// let answer = Desk.run("Pay it back.").on(&runtime).principal(guest).await?;
/// assert!(!answer.output.contains("paid"));
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use]
pub struct ToolPolicy {
    rules: Vec<(Of, Who)>,
    checks: Vec<Box<Check>>,
    denies_by_default: bool,
    ends_run: bool,
}

type Check = dyn Fn(&Principal, &ToolUse<'_>) -> bool + Send + Sync;

/// Which tools a rule speaks of.
enum Of {
    Tool(String),
    Capability(String),
}

impl Of {
    fn is(&self, call: &ToolUse<'_>) -> bool {
        match self {
            Self::Tool(name) => call.name() == name,
            Self::Capability(need) => call.options().needs.contains(&need.as_str()),
        }
    }
}

/// Who may use a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Who {
    /// Every run, also one without a principal.
    Anyone,
    /// Any principal.
    AnyPrincipal,
    /// A principal with one of these roles.
    AnyOf(BTreeSet<String>),
}

impl Who {
    /// A principal with this role.
    pub fn role(role: impl Into<String>) -> Self {
        Self::roles([role])
    }

    /// A principal with one of these roles.
    pub fn roles<R: Into<String>>(roles: impl IntoIterator<Item = R>) -> Self {
        Self::AnyOf(roles.into_iter().map(Into::into).collect())
    }

    fn has(&self, principal: Option<&Principal>) -> bool {
        match self {
            Self::Anyone => true,
            Self::AnyPrincipal => principal.is_some(),
            Self::AnyOf(roles) => {
                principal.is_some_and(|it| roles.iter().any(|role| it.has_role(role)))
            }
        }
    }
}

impl ToolPolicy {
    /// A policy without rules, which lets everything through.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says who may use the tool of this name, the one that the model calls it by: with its prefix, where it has one.
    pub fn tool(mut self, name: impl Into<String>, who: Who) -> Self {
        self.rules.push((Of::Tool(name.into()), who));
        self
    }

    /// Says who may use the tools that [need](crate::tool::ToolOptions::needs) this, whatever they are called.
    pub fn capability(mut self, need: impl Into<String>, who: Who) -> Self {
        self.rules.push((Of::Capability(need.into()), who));
        self
    }

    /// Refuses every tool that no rule speaks of.
    pub fn deny_by_default(mut self) -> Self {
        self.denies_by_default = true;
        self
    }

    /// Adds a look at every call that the rules let through; false refuses it. It is refused unasked where there is
    /// no principal.
    ///
    /// ```
    /// use fastroai::hook::ToolPolicy;
    /// let policy = ToolPolicy::new().check(|principal, call| {
    ///     call.name() != "refund" || call.attempt() == 1 && principal.has_role("support")
    /// });
    /// # let _ = policy;
    /// ```
    pub fn check(
        mut self,
        check: impl Fn(&Principal, &ToolUse<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// Ends the run where a call is refused, with [`ErrorKind::Denied`](crate::ErrorKind::Denied).
    pub fn ends_run(mut self) -> Self {
        self.ends_run = true;
        self
    }

    /// Why a call is refused.
    fn refuses(&self, call: &ToolUse<'_>) -> Option<&'static str> {
        let principal = call.principal();
        let mut rules = self.rules.iter().filter(|(of, _)| of.is(call)).peekable();
        if self.denies_by_default && rules.peek().is_none() {
            return Some("no rule lets anyone use the tool");
        }
        if !rules.all(|(_, who)| who.has(principal)) {
            return Some("the run acts for no one who may use the tool");
        }
        let mut checks = self.checks.iter();
        let is_let = checks.all(|check| principal.is_some_and(|principal| check(principal, call)));
        (!is_let).then_some("a check does not let this call through")
    }
}

impl Hook for ToolPolicy {
    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        match self.refuses(call) {
            None => Ok(Gate::go()),
            Some(why) if self.ends_run => Err(Denied::new(why)),
            Some(why) => Err(Denied::new(why).tell_model(REFUSED)),
        }
    }
}

impl fmt::Debug for ToolPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolPolicy")
            .field("rules", &self.rules.len())
            .field("checks", &self.checks.len())
            .field("denies_by_default", &self.denies_by_default)
            .finish_non_exhaustive()
    }
}
