"""Did the last decisions help? Against similar cases without one, and against what each promised (REA-10, EXE-06, K50)."""

import streamlit as st

from control_tower.filters import Filters
from control_tower.ledger import decided
from control_tower.ledger.compared import Measure
from control_tower.services import outcomes, policy
from dashboard import answers_outcome, comparing, data, figures, identity, period
from dashboard.components import answer_place, filter_bar, kpi_tile, named_values, outcome_view, plain, quiet, tile


def main() -> None:
    """Five tiles, promise beside result, effect by kind of decision, the ledger, and how it was compared."""
    reader, viewer, store = data.reader(), identity.current(), identity.store()
    head = reader.header()
    st.title("Did the last decisions help?", anchor=False)
    answer, recent = answer_place.reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False, is_any_time=True)
    say_what_is_used(state)
    asked, sites = period.of(state, recent), Filters(site_id=state.site_id)
    bounds = (asked.bounds["since"], asked.bounds["until"]) if state.since or state.until else None
    rules = policy.in_force(store).rules.outcomes
    held = comparing.Comparing(reader, state.site_id, bounds, rules)
    found, late = held.measured(Measure.HOURS), held.measured(Measure.LATE_DAYS)
    since, until = bounds or comparing.EVER
    told = reader.frame("outcome_proposal", sites, since=since, until=until, row_limit=decided.MOST)
    totals, rows = decided.split(told)
    entries = outcomes.find_all(store, viewer)
    answer.markdown(plain.as_text(answers_outcome.outcomes(found, totals, head.currency)))
    returned = figures.Figures(reader, sites, asked, whole=bounds is None)
    tile.row([
        *outcome_view.tiles(found, late, totals, head.currency, rules.horizon_days), outcome_view.harm(entries),
        outcome_view.returned(kpi_tile.build(returned, "return_on_cost", head.currency, has_trend=False)),
    ])  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        outcome_view.money(totals, head.currency)
    with right:
        outcome_view.effects_of(found)
    outcome_view.ledger(rows, entries, found, head.currency)
    outcome_view.method(found, late, rules)
    named_values.show()


def say_what_is_used(state: Filters) -> None:
    """Similar cases are found among all types and owners, so a filter on those would compare with nobody."""
    if Filters(site_id=state.site_id, since=state.since, until=state.until, basis=state.basis) != state:
        quiet.line("Of your filters this page uses the sites, and the period as that of the decisions.")


main()
