"""Which layer do exceptions come from, what comes back, who is late beyond its mix, and what could be prevented? One view at a time."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from control_tower.analysis.cause_layer import Basis
from control_tower.analysis.exposure import Span
from control_tower.errors import NotAvailable
from control_tower.filters import DIMENSIONS, Filters
from dashboard import theme
from dashboard.causes import Causes
from dashboard.charts import bars, funnel
from dashboard.components import aging_view, change_reason, csv, figure, holder_view, plain, quiet, table
from dashboard.figures import Figures
from dashboard.period import Period

VIEWS = {"layer": "cause layer", "repeats": "what comes back", "units": "beyond its mix", "prevent": "prevent or route"}
SHOWN = 200
MOSTLY = 0.5
UNITS = "business_unit_variance"


def show(held: Causes, span: Span, by: str) -> None:
    """The view that the URL names, over the period of the search; `by` is the page's own dimension."""
    asked = Period(span.since.date(), (span.until - timedelta(days=1)).date(), ends_today=False)
    found = Figures(held.reader, Filters(site_id=held.state.site_id), asked)
    st.subheader("What else stands behind them", anchor=False)
    match aging_view.choice("View", "view", VIEWS, "layer"):
        case "repeats":
            repeats(held, found, by)
        case "units":
            units(found, by)
        case "prevent":
            prevent(found)
        case _:
            layers(held)


def layers(held: Causes) -> None:
    """Exceptions by the layer of their cause, and by what that is known (RCA-05); decisions against policy (RCA-07)."""
    rows, rules = held.layers(), held.overrides()
    title = "Exceptions by layer of their cause"
    if rows.empty:
        figure.nothing(title, "No exception in this period.")
        return
    counted = rows[["layer", "n"]].groupby("layer").sum().reset_index().sort_values(by="n", ascending=False)
    shown = counted.rename(columns={"layer": "key"}).assign(label=counted["layer"].map(theme.words))
    left, right = st.columns(2, gap="large")
    with left:
        figure.show(title, bars.figure(shown, figure.mode(), "n", "exceptions"), rows, "cause_layers")
        st.markdown(plain.as_text(basis_words(rows)))
    with right:
        st.markdown("**Decisions against policy, by the rule that asked**")
        st.markdown(plain.as_text(override_words(rows, rules)))
        if len(rules):
            told = rules.assign(rate=[theme.percent(a, b) for a, b in zip(rules["n"], rules["decided"], strict=True)],
                                rule=rules["policy_rule_id"].map(theme.words))  # fmt: skip
            table.plain_rows(told, {"rule": "Rule", "n": "Against it", "decided": "Decided", "rate": "Share"}, "rules")
            csv.button("CSV", "policy_overrides", lambda: rules, "csv_overrides")


def basis_words(rows: pd.DataFrame) -> str:
    """By what the layers are known: "61 % are known by its type, 20 % by …; of 19 % nothing is known."."""
    total, by = rows["n"].sum(), rows.groupby("basis")["n"].sum().sort_values(ascending=False)
    known = [f"{theme.percent(n, total, 0)} by {basis}" for basis, n in by.items() if basis != Basis.NOTHING]
    said = f"Known: {', '.join(known)}" if known else "Nothing is known of any"
    nothing = by.get(Basis.NOTHING.value, 0)
    return f"{said}; of {theme.percent(nothing, total, 0)} nothing is known." if nothing and known else f"{said}."


def override_words(rows: pd.DataFrame, rules: pd.DataFrame) -> str:
    """How many exceptions had a limit waived or a recommendation overridden, and under which rule most."""
    n = int(rows["overrides"].sum())
    if not n:
        return "No decision waived a limit or overrode a recommendation."
    said = f"{theme.count(n)} exceptions had a limit waived or a recommendation overridden"
    return f"{said}, most under {theme.words(rules['policy_rule_id'].iloc[0])}." if len(rules) else f"{said}."


def repeats(held: Causes, found: Figures, by: str) -> None:
    """What came back within the policy's days although it had been fixed, and from where (RCA-04, K05)."""
    back = held.recurrence(by)
    title = f"Came back after it was fixed, by {holder_view.BY[by]}"
    stated = back.rows[back.rows["key"].notna() & (back.rows["repeats"] > 0)]
    if stated.empty:
        figure.nothing(title, "Nothing came back in this period.")
        return
    names = change_reason.labels(found, by)
    shown = stated.assign(label=[names.get(key, str(key).rpartition(":")[2]) for key in stated["key"]])
    left, right = st.columns(2, gap="large")
    with left:
        drawn = bars.figure(shown, figure.mode(), "repeats", "came back")
        figure.show(title, drawn, shown, "repeats", by if by in DIMENSIONS else "")
    with right:
        top = (
            theme.percent(back.concentrated.top_share, 1) if back.concentrated.top_share is not None else theme.NO_VALUE
        )
        st.markdown(plain.as_text(
            f"{theme.percent(back.repeats, back.n)} of {theme.count(back.n)} came back; of those that state a {holder_view.BY[by]} the three largest hold {top}."
        ))  # fmt: skip
        told = shown.head(SHOWN).assign(
            rate=[theme.percent(value, 1) for value in shown["repeat_rate"].head(SHOWN)],
            likely=[f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in
                    shown[["shrunk_low", "shrunk_high"]].head(SHOWN).itertuples(index=False)],
        )  # fmt: skip
        columns = {"label": holder_view.BY[by].capitalize(), "n": "Exceptions", "repeats": "Came back", "rate": "Share",
                   "likely": "Likely"}  # fmt: skip
        table.plain_rows(told, columns, "repeats_rows", height=250)


def units(found: Figures, by: str) -> None:
    """Late ones of each unit against what its mix of cases predicts, with the limits of chance (K53, RCA-06)."""
    name = by if by in found.dimensions(UNITS) else "business_unit"
    title = f"Late beyond its mix of cases, by {holder_view.BY.get(name, theme.words(name))}"
    try:
        parts = [part for part in found.parts(UNITS, name) if part.key is not None and part.figure.detail]
    except NotAvailable as reason:
        figure.nothing(title, f"Not available: {reason}.")
        return
    if len(parts) < 2:
        figure.nothing(title, "Fewer than two of them are known.")
        return
    names = change_reason.labels(found, name)
    rows = pd.DataFrame([
        {"key": part.key, "label": names.get(str(part.key), str(part.key).rpartition(":")[2]), "n": part.figure.n,
         "observed": part.figure.numerator, "expected": part.figure.denominator, "ratio": part.figure.value,
         **dict(part.figure.detail or {})}
        for part in parts
    ])  # fmt: skip
    figure.show(title, funnel.figure(rows, figure.mode()), rows, "funnel")
    outside = rows[rows["is_outside"]]
    quiet.line(plain.as_text(
        f"{len(outside)} of {len(rows)} lie outside the dotted limits, within which 95 % lie by chance at equal types, severities and tiers."
    ))  # fmt: skip
    quiet.line(plain.as_text(trend_words(found)))


def trend_words(found: Figures) -> str:
    """Whether the rate of exceptions rises or falls by the week (K52)."""
    now = found.now("root_cause_trend")
    if now.value is None or now.figure is None or not now.figure.detail:
        return f"Trend: not available: {now.not_available}."
    low, high = now.figure.detail["interval_95"]
    moves = "neither rises nor falls beyond chance" if low <= 0 <= high else "rises" if now.value > 0 else "falls"
    return (
        f"The rate of exceptions {moves}: {now.value:+.1f} per 1,000 orders a week, likely {low:+.1f} to {high:+.1f}."
    )


def prevent(found: Figures) -> None:
    """Of each category, whether most could have been prevented or must be routed faster (DET-11, K06)."""
    title = "Prevent, or route faster"
    try:
        parts = [part for part in found.parts("preventable_share", "category") if part.figure.n]
    except NotAvailable as reason:
        figure.nothing(title, f"Not available: {reason}.")
        return
    rows = pd.DataFrame([
        {"category": theme.words(part.key or "(not stated)"), "n": part.figure.n, "preventable": int(part.figure.numerator or 0),
         "share": theme.percent(part.figure.numerator, part.figure.denominator),
         "flag": "prevent" if (part.figure.value or 0) >= MOSTLY else "route faster"}
        for part in parts
    ], columns=["category", "flag", "share", "preventable", "n"])  # fmt: skip
    st.markdown(f"**{title}**")
    columns = {
        "category": "Category",
        "flag": "Flag",
        "share": "Preventable",
        "preventable": "Could have been",
        "n": "Confirmed",
    }
    table.plain_rows(rows, columns, "prevent", height=420)
    csv.button("CSV", "prevent_or_route", lambda: rows, "csv_prevent")
    quiet.line(
        "Prevent: at least half of the confirmed ones could have been prevented; the others need to reach the right hands sooner."
    )
