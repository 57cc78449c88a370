"""What does a page say of root causes? Words of a finding, tiles, tables, and the state without exposure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.analysis import folding
from control_tower.analysis.emerging import Emerging
from control_tower.analysis.root_cause import RootCause
from control_tower.filters import DIMENSIONS, Filters
from dashboard import data, filters, theme
from dashboard.charts import findings
from dashboard.components import aging_view, csv, figure, holder_view, quiet, table
from dashboard.components.tile import Tile

WORDS = holder_view.BY | {
    "source_system": "source", "process_step": "process step", "carrier_id": "carrier", "item_id": "item",
    "segment": "segment", "business_unit": "business unit", "fulfilment_channel": "fulfilment",
}  # fmt: skip
TRAITS = {"payment_term_days": "a payment term in days of", "business_unit": "business unit"}
SHOWN = 500
VERDICTS = {"found": "strong and watch", "noise": "noise", "too few": "too few"}
EXTRA = {"strong": "Much worse than the rest, beyond chance among all compared, and so in the period before too.",
         "watch": "Worse beyond chance, but little, or not seen before.",
         "noise": "Not worse than the rest beyond chance.", "too few": "Too little to say."}  # fmt: skip


def say_what_is_used(state: Filters) -> None:
    """A search over all dimensions is not narrowed by one of them."""
    used = Filters(site_id=state.site_id, since=state.since, until=state.until, basis=state.basis)
    if used != state:
        quiet.line("Of your filters this page uses the period and the sites; causes are searched among all the others.")


def named(found: pd.DataFrame, reader: data.Reader) -> pd.DataFrame:
    """The findings with `words`: their place as people call it, "channel edi, site Lyon DC"."""
    labels = {
        name: _labels(reader, name) for name in {*found["dimension"].dropna()} | {*found["other_dimension"].dropna()}
    }
    words = [
        f"{len(row['customers'])} customers" if row.get("customers") else
        ", ".join(
            f"{WORDS.get(name, theme.words(name.removesuffix('_id')))} {labels[name].get(key, key.rpartition(':')[2])}"
            for name, key in ((row["dimension"], row["key"]), (row["other_dimension"], row["other_key"]))
            if isinstance(name, str) and isinstance(key, str)
        )
        for row in found.to_dict("records")
    ]  # fmt: skip
    return found.assign(words=pd.Series(words, index=found.index, dtype=object))


def _labels(reader: data.Reader, name: str) -> dict[str, str]:
    if name not in DIMENSIONS:
        return {}
    return {str(row.key): str(row.label) for row in reader.frame("filter_option", dimension=name).itertuples()}


def tiles(found: RootCause, rising: Emerging, currency: str) -> list[Tile]:
    """Strong, watch, what is recoverable, what has begun to rise, and how much was compared."""
    own = found.found()
    alone = folding.fold(own)
    n, echoes = dict(alone["verdict"].value_counts()), own[own["explained_by"].notna()]["verdict"].value_counts()
    most = alone["amount_recoverable"].max() if len(alone) else None
    span = f"{theme.day(found.span.since.date())} – {theme.day(found.span.until.date())}"
    return [
        Tile(
            "Strong", theme.count(n.get("strong", 0)), f"and {theme.count(echoes.get('strong', 0))} that these explain",
            EXTRA["strong"],
        ),
        Tile(
            "Watch", theme.count(n.get("watch", 0)), f"and {theme.count(echoes.get('watch', 0))} that these explain",
            EXTRA["watch"],
        ),
        Tile(
            "Largest effect", theme.money(most, currency) if most else None,
            "if that one were as the rest" if most else "no finding states an amount.",
            "Value of the failures above the rest's rate at equal mix, of the finding with most of it. Findings overlap: not to be added up.",
        ),
        Tile("Rising", theme.count(len(rising.rows)), "rates that rose in the last weeks",
             "Rates of the last one, two and four weeks against the weeks before, beyond the rest and beyond chance (DET-12)."),
        Tile("Compared", theme.count(found.looked_at), span,
             f"Type × value pairs looked at; the chance of any strong verdict when nothing is there is {found.limits.level:.0%}."),
    ]  # fmt: skip


def cases_of(row: Mapping[Any, Any], state: Filters) -> Filters:
    """The cases behind a finding: its type and whatever of its place the filters know."""
    if row["type_code"] != "*":
        state = state.with_values("type_code", [str(row["type_code"])])
    if row.get("customers"):
        return state.with_values("customer_id", list(row["customers"]))
    for name, key in ((row["dimension"], row["key"]), (row["other_dimension"], row["other_key"])):
        if isinstance(name, str) and isinstance(key, str) and name in DIMENSIONS:
            state = state.with_values(name, [key])
    return state


def opener(found: pd.DataFrame) -> Any:
    """What a click on a finding opens."""
    return lambda customdata: cases_of(found.loc[int(customdata[0])].to_dict(), filters.current())


def shared_words(lines: pd.DataFrame, reader: data.Reader) -> list[str]:
    """What the customers of a line have in common, where they do: "Credit hold: 10 customers, 8 of them …"."""
    said = []
    for row in lines[lines["customers"].map(len) > 0].to_dict("records"):
        traits = reader.frame("customer_trait", customers=list(row["customers"]))
        common = folding.shared(traits, len(row["customers"]))
        if common is not None:
            name = TRAITS.get(common.trait, theme.words(common.trait))
            usual = theme.percent(common.customers, common.among, 0)
            said.append(
                f"{row['type_title']}: {len(row['customers'])} customers, {common.members} of them with {name} "
                f"{common.value} ({usual} of all customers)."
            )
    return said


def outliers(alone: pd.DataFrame, result: RootCause) -> None:
    """The findings that no other explains, as a figure that opens their cases; or why there is none."""
    title = "Fails more often than the rest"
    if len(alone):
        figure.opens(title, findings.figure(alone, figure.mode()), alone, "findings", opener(alone))
    elif result.looked_at:
        figure.nothing(title, f"None of {theme.count(result.looked_at)} comparisons is beyond chance.")
    else:
        figure.nothing(f"{title}: not known", "A rate needs to know what could have failed.")
    no_exposure(result)


def listing(result: RootCause, reader: data.Reader) -> None:
    """Findings, the unexplained first and the others by what explains them; by choice what was looked at in vain."""
    st.subheader("All that was compared", anchor=False)
    chosen = aging_view.choice("Verdict", "verdict", VERDICTS, "found")
    rows = result.found() if chosen == "found" else result.looked[result.looked["verdict"] == chosen]
    rank = rows.assign(echo=rows["explained_by"].notna(), by=rows["explained_by"].fillna(""))
    every = rank.sort_values(["echo", "by"], kind="stable").drop(columns=["echo", "by"])
    if every.empty:
        quiet.line("Nothing bears this verdict.")
        return
    if len(every) > SHOWN:
        quiet.line(f"The first {SHOWN} of {theme.count(len(every))}; the CSV holds all.")
    _table(named(every.head(SHOWN), reader), every)


def _table(rows: pd.DataFrame, every: pd.DataFrame) -> None:
    shown = pd.DataFrame({
        "verdict": rows["verdict"], "type": rows["type_title"], "place": rows["words"],
        "counts": [f"{theme.count(a)} of {theme.count(b)}" for a, b in zip(rows["failed"], rows["exposed"], strict=True)],
        "rate": (1000 * rows["rate"]).round(1), "rest": (1000 * rows["rest_rate"]).round(1), "ratio": rows["ratio"].replace(float("inf"), float("nan")).round(1),
        "likely": [f"{1000 * a:+.1f} to {1000 * b:+.1f}" for a, b in zip(rows["low"], rows["high"], strict=True)],
        "amount": rows["amount_recoverable"].round(), "explained": rows["explained_by"],
    })  # fmt: skip
    columns = {"verdict": "Verdict", "type": "Type", "place": "Where", "counts": "Failed", "rate": "Per 1,000",
               "rest": "Elsewhere", "ratio": "Times", "likely": "Likely more per 1,000", "amount": "Recoverable",
               "explained": "Explained by"}  # fmt: skip
    columns = {name: words for name, words in columns.items() if shown[name].notna().any()}
    table.plain_rows(shown, columns, "findings", height=420)
    csv.button(f"CSV of all {len(every)}", "root_causes", lambda: every, "csv_all_findings")


def rising(found: Emerging, reader: data.Reader, titles: Any) -> None:
    """Rates that have just begun to rise, the surest first."""
    st.subheader("What has begun to rise", anchor=False)
    if not len(found.rows):
        quiet.line("No rate rose beyond the usual up and down in the last four weeks.")
        return
    rows = named(found.rows, reader)
    shown = pd.DataFrame({
        "type": [titles.get(code, "any of these") for code in rows["type_code"]], "place": rows["words"],
        "weeks": [f"last {weeks} week{'s' if weeks > 1 else ''}" for weeks in rows["weeks"]],
        "rate": (1000 * rows["rate"]).round(1), "before": (1000 * rows["rate_before"]).round(1), "ratio": rows["ratio"].replace(float("inf"), float("nan")).round(1),
    })  # fmt: skip
    columns = {
        "type": "Type",
        "place": "Where",
        "weeks": "Since",
        "rate": "Per 1,000 now",
        "before": "Before",
        "ratio": "Times",
    }
    table.plain_rows(shown, columns, "rising", height=300)
    csv.button("CSV", "rising", lambda: rows, "csv_rising")


def no_exposure(found: RootCause) -> None:
    """Types of which nobody knows how many could have failed: concentration, and no cause."""
    without = found.exposure.without
    if not without:
        return
    names = ", ".join(str(found.exposure.titles[code]) for code in without[:6]) + (
        " and others" if len(without) > 6 else ""
    )
    quiet.line(
        f"No exposure known for {names}: this build does not say how many orders, lines or shipments could have "
        "failed, so it shows where exceptions are and not where they are too many."
    )
