"""Which rules count, and who did what? The policy in force and its history, the audit trail and whether it is whole."""

import streamlit as st

from control_tower.model import User
from control_tower.services import policy, trail
from control_tower.workflow.asked import Asked
from dashboard import identity
from dashboard.components import plain, policy_view, quiet, trail_view


def main() -> None:
    """The rules, their versions, the trail, its chain; one tab each."""
    store, viewer = identity.store(), identity.current()
    st.title("Which rules count, and who did what?", anchor=False)
    found, versions = policy.in_force(store), policy.history(store)
    entries = trail.page(store, viewer, Asked(), 1).total
    st.markdown(plain.as_text(f"{policy_view.in_force(found, versions)} {entries:,} entries stand in the audit trail."))
    rules, versions_tab, records, whole = st.tabs(["Rules in force", "Versions", "Audit trail", "Is it whole?"])
    with rules:
        policy_view.matrix(found)
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Every rule, by section**")
            policy_view.sections(found)
        with right:
            policy_view.boundary(found)
    with versions_tab:
        rewrite(viewer)
    with records:
        trail_view.show(viewer)
    with whole:
        trail_view.chain(viewer)


def rewrite(viewer: User) -> None:
    """What changed when, a new draft, and its activation by somebody else."""
    found, versions = policy.in_force(identity.store()), policy.history(identity.store())
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Versions and what they changed**")
        policy_view.history(found, versions)
        st.markdown("**Activate a draft**")
        policy_view.activate(versions, viewer)
    with right:
        st.markdown("**A new version**")
        quiet.line("One person writes it, another one activates it; every decision records the version it used.")
        policy_view.draft(found, versions, viewer)


main()
