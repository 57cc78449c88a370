"""How do outcomes stand on their page? Tiles, the two figures, the ledger's rows and how cases were compared."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.ledger.compared import Comparison
from control_tower.ledger.effect import Effect
from control_tower.policy_outcomes import Outcomes
from control_tower.services.outcomes import LedgerEntry, effect_of
from dashboard import answers_outcome, theme
from dashboard.charts import effects, promised
from dashboard.components import csv, figure, plain, quiet, table
from dashboard.components.tile import Tile

_HOURS = "Mean hours until the fix of decided cases less those of similar cases from the same age on, at most {days} days each."
_DAYS = "Mean days after the promise that lines of decided cases were delivered, less those of similar cases."
_MONEY = "Margin after freight that approved proposals brought, as later builds show it or their own source states it, less what donors lost."
_UNCOMPARED = "not compared"
_HARM = "Order lines that gave stock up for a decision and came late themselves. Only of plans made here: a log does not name donors."


def tiles(found: Comparison, late: Comparison, totals: pd.DataFrame, currency: str, days: int) -> list[Tile]:
    """Time, lateness and money that the decisions brought; harm and return stand beside them."""
    said = [_effect(found, _HOURS.format(days=days)), _effect(late, _DAYS)]
    measured, n = (int(totals[name].sum()) if len(totals) else 0 for name in ("measured", "n"))
    if not measured:
        return [*said, Tile("Realised", None, "no decision's benefit has been measured yet.", _MONEY)]
    got, wanted = float(totals["realised_amount"].sum()), float(totals["expected_amount"].sum())
    note = (
        f"of {theme.money(wanted, currency)} expected; {theme.count(measured)} of {theme.count(n)} decisions measured"
    )
    return [*said, Tile("Realised", theme.money(got, currency), note, _MONEY, has_trend=False)]


def _effect(found: Comparison, definition: str) -> Tile:
    label, value = answers_outcome.difference(found.effect, found.measure)
    if value is None:
        return Tile(label, None, f"{found.effect.why}.", definition)
    said = f"{found.effect.verdict}: {answers_outcome.likely(found.effect, found.measure)}"
    return Tile(label, value, f"{said}; {theme.count(found.effect.sets)} decisions", definition, has_trend=False)


def harm(entries: Sequence[LedgerEntry]) -> Tile:
    """Lines that gave stock up and came late, of the plans made here."""
    seen = [entry for entry in entries if entry.outcome.realised and effect_of(entry.outcome)["donors"]]
    if not seen:
        why = "no plan made here that takes stock from another line has been measured yet."
        return Tile("Donors made late", None, why, _HARM)
    late = sum(int((entry.outcome.realised or {})["donors_late"]) for entry in seen)
    foreseen = sum(int(effect_of(entry.outcome)["donors_late"]) for entry in seen)
    asked = sum(len(effect_of(entry.outcome)["donors"]) for entry in seen)
    return Tile(
        "Donors made late", theme.count(late), f"of {asked} donors; {foreseen} were foreseen", _HARM, has_trend=False
    )


def returned(tile: Tile) -> Tile:
    """Return on cost, its reason in the trade's words where the cost is what is missing."""
    if tile.value is None and "running_cost" in tile.note:
        return replace(tile, note="nobody has stated in the policy what the tower costs a day.")
    return tile


def money(totals: pd.DataFrame, currency: str) -> None:
    """Expected beside realised, by kind of decision."""
    rows = totals[totals["measured"] > 0].sort_values("expected_amount", ascending=False, kind="stable")
    title = "Expected and realised benefit"
    if rows.empty:
        figure.nothing(title, "No decision's benefit has been measured yet; later builds fill it in.")
        return
    rows = rows.assign(label=rows["action"].map(_action))
    figure.show(title, promised.figure(rows, figure.mode(), currency), rows, "expected_realised")


def effects_of(found: Comparison) -> None:
    """What decisions changed, by their kind and by the policy they were made under."""
    by_action(found)
    by_policy(found)


def by_action(found: Comparison) -> None:
    """Days sooner or later by kind of decision, each with its interval and verdict."""
    title = "Days until fixed, against similar cases"
    rows = pd.DataFrame([
        {"action": name, "label": _action(name), "value": one.value / 24, "low": _days(one.low), "high": _days(one.high), "sets": one.sets,
         "similar_cases": one.controls, "verdict": str(one.verdict), "why": one.why}
        for name, one in found.by_action.items() if one.value is not None
    ])  # fmt: skip
    if rows.empty:
        figure.nothing(title, "No decided case could be compared with a similar one.")
        return
    rows = rows.astype({"low": "float64", "high": "float64"}).sort_values("sets", ascending=False, kind="stable")
    figure.show(title, effects.figure(rows, figure.mode()), rows, "effect_by_decision")


def by_policy(found: Comparison) -> None:
    """The same by the version of the policy that the decisions were made under."""
    rows = pd.DataFrame([
        {"policy": str(version), "sets": one.sets, "days": _between(one), "verdict": str(one.verdict)}
        for version, one in found.by_policy.items()
    ])  # fmt: skip
    if not rows.empty:
        headings = {
            "policy": "Decided under policy",
            "sets": "Cases compared",
            "days": "Days until fixed",
            "verdict": "Verdict",
        }
        table.plain_rows(rows, headings, "effect_by_policy")


def _between(one: Effect) -> str:
    """Days sooner or later with the interval, such as "−1.2 (−1.9 to −0.4)"."""
    if one.value is None:
        return "–"
    ends = [f"{_days(end):+.1f}".replace("-", "−") for end in (one.value, one.low, one.high) if end is not None]
    return ends[0] if len(ends) < 3 else f"{ends[0]} ({ends[1]} to {ends[2]})"


def _days(hours: float | None) -> float | None:
    return None if hours is None else hours / 24


def _action(code: Any) -> str:
    return theme.words(str(code)).capitalize() if code else "(not stated)"


def ledger(rows: pd.DataFrame, entries: Sequence[LedgerEntry], found: Comparison, currency: str) -> None:
    """One row per approved proposal: promise, result, harm to donors, and how its case fared."""
    st.subheader("What was decided, and what became of it", anchor=False)
    full = joined(rows, entries, found)
    if full.empty:
        quiet.line("No proposal was approved in this period.")
        return
    shown = full.assign(
        action=full["action"].map(_action), state=full["state"].map(theme.words),
        fared=[_fared(row) for row in full.to_dict("records")],
    )  # fmt: skip
    columns = {"proposal": "Proposal", "decided_at": "Decided, UTC", "action": "Decision", "expected_amount": f"Expected, {currency}",
               "realised_amount": f"Realised, {currency}", "donors": "Donors", "donors_late": "Donors late",
               "donor_days_late": "Their days late", "fared": "Fixed after, similar cases", "type_title": "Type",
               "site": "Site", "state": "State"}  # fmt: skip
    columns = {
        name: words
        for name, words in columns.items()
        if (shown[name].notna() & ~shown[name].isin(["", _UNCOMPARED])).any()
    }
    table.plain_rows(shown.assign(expected_amount=shown["expected_amount"].round(), realised_amount=shown["realised_amount"].round()),
                     columns, "ledger", height=420)  # fmt: skip
    csv.button(f"CSV of all {len(full)}", "outcomes", lambda: full, "csv_outcomes")


def joined(rows: pd.DataFrame, entries: Sequence[LedgerEntry], found: Comparison) -> pd.DataFrame:
    """The build's proposals with what our own ledger says of donors, and with how their cases were compared."""
    own = pd.DataFrame(
        [_own(entry) for entry in entries], columns=["proposal", "donors", "donors_late", "donor_days_late"]
    )
    local = rows.assign(proposal=rows["proposal_id"].str.replace(r"^[^:]+:", "", regex=True))
    cases = found.sets[["exception_id", "decided", "similar", "similar_cases"]]
    full = local.merge(own, on="proposal", how="left").merge(cases, on="exception_id", how="left")
    return full.rename(columns={"decided": "fixed_hours", "similar": "similar_hours"})


def _own(entry: LedgerEntry) -> dict[str, Any]:
    realised = entry.outcome.realised or {}
    return {"proposal": entry.proposal.proposal_id, "donors": len(effect_of(entry.outcome)["donors"]),
            "donors_late": realised.get("donors_late"), "donor_days_late": realised.get("donor_days_late")}  # fmt: skip


def _fared(row: dict[Any, Any]) -> str:
    if pd.isna(row["fixed_hours"]):
        return _UNCOMPARED
    return f"{theme.hours(row['fixed_hours'])}, {theme.hours(row['similar_hours'])}"


def method(found: Comparison, late: Comparison, rules: Outcomes) -> None:
    """How cases were compared, how alike they are, and how many could not be: one click away."""
    with st.expander("How this was compared"):
        st.markdown(
            f"Each decided case is compared with up to {rules.neighbours} cases of the same type, severity, customer tier and "
            "group of sites that were still open, and not decided on, at the age at which it was decided; of those the nearest "
            f"by value at risk and by how much was open at its site, at most {rules.caliper:g} standard deviations away. "
            f"From there on both are followed for {rules.horizon_days} days. It is no experiment: a case that somebody decides "
            "on may differ in what no log states, for one that it was being worked on already."
        )
        for title, one in (("Time until fixed", found), ("Days late", late)):
            st.markdown(f"**{title}**")
            quiet.line(plain.as_text(answers_outcome.counted(one)))
            _balance(one, rules, title)
        quiet.line(
            f"Likely = {rules.confidence:.0%} interval from {rules.draws:,} resamplings of the matched sets, widened for "
            "similar cases that stand in several sets; by kind of decision widened for looking at several. Standardised "
            f"differences above {rules.largest_imbalance:g} after matching, or fewer than {rules.min_sets} decisions: cannot tell."
        )
        csv.button("CSV of the matched sets", "matched_sets", lambda: found.sets, "csv_matched_sets")


def _balance(found: Comparison, rules: Outcomes, title: str) -> None:
    if not found.balance:
        quiet.line("Nothing to compare.")
        return
    rows = pd.DataFrame(
        [{"name": "age when decided", "before": None, "after": 0.0, "fine": True}]
        + [{"name": one.name, "before": round(one.before, 3), "after": round(one.after, 3), "fine": abs(one.after) <= rules.largest_imbalance}
           for one in found.balance]
    )  # fmt: skip
    columns = {"name": "Matched by", "before": "Difference before", "after": "After matching", "fine": "Alike"}
    table.plain_rows(rows.astype({"before": "float64"}), columns, f"balance_{found.measure}")
