//! What the tools of a run may need: what the agent is granted, within what bounds the run.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::hook::DeniedBy;
use crate::principal::Principal;
use crate::tool::ToolOptions;

/// The most that runs may be granted, whatever their agents are. Where nothing was said there is no bound.
#[derive(Clone, Default)]
pub(crate) struct Bound(Option<Arc<BTreeSet<String>>>);

impl Bound {
    pub(crate) fn of<G: Into<String>>(grants: impl IntoIterator<Item = G>) -> Self {
        Self(Some(Arc::new(grants.into_iter().map(Into::into).collect())))
    }

    /// What both let through.
    pub(crate) fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Some(mine), Some(theirs)) if !Arc::ptr_eq(mine, theirs) => {
                Self(Some(Arc::new(mine.intersection(theirs).cloned().collect())))
            }
            (None, _) => other.clone(),
            _ => self.clone(),
        }
    }

    fn lets(&self, need: &str) -> bool {
        self.0.as_ref().is_none_or(|grants| grants.contains(need))
    }

    /// Why a tool does not exist for an agent with these grants that acts for this principal.
    pub(crate) fn withholds(
        &self,
        tool: &ToolOptions,
        grants: &[String],
        principal: Option<&Principal>,
    ) -> Option<DeniedBy<'static>> {
        let granted = |need: &str| grants.iter().any(|grant| grant == need) && self.lets(need);
        if let Some(need) = tool.needs.iter().find(|need| !granted(need)) {
            return Some(DeniedBy::Grant(need));
        }
        let has_one =
            || principal.is_some_and(|it| tool.roles.iter().any(|role| it.has_role(role)));
        (!tool.roles.is_empty() && !has_one()).then_some(DeniedBy::Roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_only_ever_narrow() {
        let (none, both) = (Bound::default(), Bound::of(["net", "write"]));
        let (net, nothing) = (Bound::of(["net"]), Bound::of::<String>([]));
        for (one, other, lets) in [
            (&none, &none, [true, true]),
            (&none, &both, [true, true]),
            (&net, &none, [true, false]),
            (&both, &net, [true, false]),
            (&net, &both, [true, false]),
            (&net, &Bound::of(["write"]), [false, false]),
            (&nothing, &none, [false, false]),
            (&net, &net, [true, false]),
        ] {
            let bound = one.and(other);
            assert_eq!([bound.lets("net"), bound.lets("write")], lets);
        }
    }
}
