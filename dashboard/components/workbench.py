"""How are the parts of a plan laid out? The workbench with a plan, with a proposal, and with nothing chosen yet."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.model import Proposal, User
from control_tower.services import policy, proposals
from control_tower.services.planning import Outlook, Wish
from dashboard import answers_plan, data, filters, identity, planned, theme
from dashboard.components import (
    csv,
    empty,
    plain,
    plan_line,
    plan_view,
    proposal_actions,
    proposal_view,
    quiet,
    table,
    what_if,
)


def choose(reader: data.Reader, currency: str) -> None:
    """Nothing chosen: the items that open exceptions wait for, and the proposals there are."""
    rows = reader.frame("workbench_shortage", filters.current())
    if not len(rows):
        empty.no_shortage(reader)
    else:
        n = f"{theme.count(len(rows))} items are" if len(rows) > 1 else "One item is"
        st.markdown(f"{n} short for open exceptions. Pick one to see how it could be dealt out.")
        heads = {"item": "Item", "line_count": "Lines that wait", "customer_count": "Customers", "site_count": "Sites",
                 "short_qty": "Units short", "amount": f"Orders, {currency}"}  # fmt: skip
        table.picking_rows(
            rows.round(0), heads, "shortages", lambda n: _open(rows["exception_id"].iloc[n]), 36 + 34 * 9
        )
        csv.button("CSV of the shortages", "shortages", lambda: rows, "csv_shortages")
    st.subheader("Proposals", anchor=False)
    found = proposals.find_all(identity.store(), identity.current())
    picked = proposal_view.listed(found, "proposals", "Nobody proposed anything yet.")
    if picked:
        proposal_actions.open_proposal(picked)
        st.rerun()


def _open(exception_id: str) -> None:
    filters.set_local("exception", exception_id)


def plan(reader: data.Reader, wished: Wish, viewer: User) -> None:
    """A plan that nobody drafted yet: who wins, who loses, what it costs, and the way to submit it."""
    found = planned.outlook(wished)
    currency, sites = str(found.payload["currency_code"]), planned.sites(reader)
    named = planned.named(reader, found.payload)
    st.markdown(plain.as_text(answers_plan.shortage(found.payload, named, currency)))
    _known(wished)
    what_if.difference(wished, found, currency)
    plan_view.numbers(found.payload, currency)
    line = _dealt(found.payload, named, sites)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _width(wished, found)
        st.markdown("**Who gives stock up**")
        plan_view.losers(found.payload, named)
        plan_view.against_the_field(found.compared, currency)
    with right:
        proposal_actions.submit_plan(wished, found, viewer)
    plan_line.show(line, found.payload, sites, currency)
    scores, panel = st.tabs(["Score, term by term", "What if"])
    with scores:
        plan_view.terms(found.payload, currency)
    with panel:
        _panel(wished, line, sites)


def _dealt(payload: Mapping[str, Any], named: pd.DataFrame, sites: Mapping[str, str]) -> Mapping[str, Any]:
    st.markdown("**Who gets what**")
    return plan_view.pick_line(payload, plan_view.winners(payload, named, sites), str(payload["currency_code"]))


def _panel(wished: Wish, line: Mapping[str, Any], sites: Mapping[str, str]) -> None:
    own = policy.in_force(identity.store()).reallocation.weights.model_dump()
    left, right = st.columns(2, gap="large")
    with left:
        what_if.weights(wished, {name: float(value) for name, value in own.items()})
    with right:
        what_if.choose(wished, line, sites)


def _width(wished: Wish, found: Outlook) -> None:
    """One line's exceptions alone, or every line that shares the shortage (REA-04)."""
    label = "All lines that share the shortage"
    st.toggle(
        label,
        wished.is_shared,
        key="is_shared",
        on_change=lambda: planned.change(is_shared=st.session_state["is_shared"], choice={}),
    )
    n = len(found.payload["lines"])
    quiet.line("One line is in this plan." if n == 1 else f"{theme.count(n)} lines are in this plan.")


def _known(wished: Wish) -> None:
    """Proposals about the same exceptions that are still alive."""
    for other in planned.alive(planned.about(wished.exception_ids)):
        if other.proposal_id == wished.replaces:
            continue
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.info(
            plain.as_text(
                f"{other.proposal_id} of {other.created_by} is about this already: {proposal_view.following(other)}."
            )
        )
        right.button(
            "Open it",
            key=f"open_{other.proposal_id}",
            on_click=proposal_actions.open_proposal,
            args=(other.proposal_id,),
        )


def proposal(reader: data.Reader, found: Proposal, viewer: User) -> None:
    """A drafted plan: where it stands, what can be done, and the plan as it was hashed."""
    written = found.payload
    currency, sites, named = str(written["currency_code"]), planned.sites(reader), planned.named(reader, written)
    st.markdown(plain.as_text(answers_plan.shortage(written, named, currency)))
    proposal_view.head(found)
    plan_view.numbers(written, currency)
    line = _dealt(written, named, sites)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("**Who gives stock up**")
        plan_view.losers(written, named)
        proposal_view.timeline(found)
    with right:
        with st.container(border=True):
            proposal_view.voices(found)
            proposal_actions.show(found, viewer)
        said = f"Content {found.payload_hash[:16]} · policy {found.policy_version} · build {found.build_id}"
        quiet.line(plain.as_text(said))
    plan_line.show(line, written, sites, currency)
    plan_view.terms(written, currency)
