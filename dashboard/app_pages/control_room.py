"""Is the flow of exceptions under control? What is open, what came, what went, what is late, and where."""

import streamlit as st

from control_tower.filters import Filters
from dashboard import answers, data, filters, period
from dashboard.charts import bars, flow
from dashboard.components import answer_place, control_tiles, empty, figure, filter_bar, plain, table, tile

BREAKDOWNS = {"type_code": "By type", "site_id": "By site", "owner_team_id": "By team"}


def main() -> None:
    """Five tiles, the weekly flow, three breakdowns, the rows that matter first."""
    reader = data.reader()
    head = reader.header()
    st.title("Is the flow of exceptions under control?", anchor=False)
    answer, recent = answer_place.reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False)
    asked, shown = period.of(state, recent), state.without_time()
    row = reader.row("control_room", shown, **asked.bounds)
    if not row["all_count"]:
        empty.no_rows(reader, shown)
        return
    sites = reader.frame("breakdown", shown, dimension="site_id", row_limit=50, **asked.bounds)
    answer.markdown(plain.as_text(answers.control_room(row, sites, asked)))
    weeks = reader.frame("week_flow", shown, until=asked.bounds["until"], weeks=min(53, max(13, -(-asked.days // 7))))
    tile.row(control_tiles.build(row, weeks, asked, shown, head.small_sample))
    figure.show("What comes in, what is resolved, what stays open", flow.figure(weeks, figure.mode()), weeks, "flow")
    breakdowns(reader, shown, asked, "open" if row["open_count"] else "new")
    st.subheader("What to look at first", anchor=False)
    top = reader.frame("exception_row", shown, row_limit=10, skip=0, sort="impact")
    picked = table.exceptions(top, head.currency, key="top_rows")
    if picked:
        st.switch_page("app_pages/exceptions.py", query_params=filters.link(shown, exception=picked))


def breakdowns(reader: data.Reader, shown: Filters, asked: period.Period, unit: str) -> None:
    """Who holds what is open, or what came new when nothing is; a click filters by it."""
    measure = f"{unit}_count"
    for column, (name, title) in zip(st.columns(3, gap="large"), BREAKDOWNS.items(), strict=True):
        rows = reader.frame("breakdown", shown, dimension=name, row_limit=50, **asked.bounds)
        rows = rows[rows[measure] > 0].sort_values([measure, "label"], ascending=[False, True])
        with column:
            if rows["key"].notna().any() and rows[measure].sum():
                figure.show(f"{title}, {unit}", bars.figure(rows, figure.mode(), measure, unit), rows, name, name)
            else:
                figure.nothing(title, f"No exception of this period states a {filter_bar.part_words(name)}.")


main()
