"""Does what is shown leave as CSV, and never as a formula?"""

import csv
import io
import tomllib
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.csv import neutral, restored, to_csv

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
STARTS = "=+-@\t\r\x00"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.one_of(TEXT, st.tuples(st.sampled_from([*STARTS, "'", "''", "'="]), TEXT).map("".join))


def _read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(HOSTILE, min_size=1, max_size=8))
def test_text_comes_back_as_it_was_and_no_cell_is_a_formula(texts: list[str]) -> None:
    """# fault 90: the round trip, for any text."""
    _header, *rows = _read(to_csv(pd.DataFrame({"note": pd.Series(texts, dtype=object), "n": range(len(texts))})))
    assert [restored(row[0]) for row in rows] == texts
    assert not any(row[0][:1] in STARTS for row in rows if row[0])


@given(
    st.lists(st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False)), min_size=1)
)
def test_numbers_are_untouched_negative_ones_too(numbers: list[float]) -> None:
    """# fault 90: an apostrophe before −5 would turn a number into text."""
    frame = pd.DataFrame({"amount": pd.Series(numbers, dtype=object)})
    assert [float(row[0]) for row in _read(to_csv(frame))[1:]] == [float(number) for number in numbers]


def test_missing_values_are_empty_and_dates_are_iso() -> None:
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(["2026-03-01 10:00", None]),
            "late": pd.array([True, None], dtype="boolean"),
            "hours": [-1.5, None],
            "why": ["ok", None],
        }
    )
    assert _read(to_csv(frame))[1:] == [["2026-03-01 10:00:00", "True", "-1.5", "ok"], ["", "", "", ""]]


def test_the_name_of_a_column_is_no_formula_either() -> None:
    """# fault 90"""
    assert _read(to_csv(pd.DataFrame({"=1+1": [1]})))[0] == ["'=1+1"]


def test_the_tables_own_download_is_off() -> None:
    """# fault 90: the toolbar of a table would write text cells as they are."""
    assert tomllib.loads(CONFIG.read_text(encoding="utf-8"))["client"]["disableDataExport"] is True


def test_no_traceback_and_no_agent_reach_the_browser() -> None:
    """# fault 84"""
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["showErrorLinks"] is False
    assert config["server"]["enableAgentApi"] is False
    assert config["server"]["enableStaticServing"] is False
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableCORS"] is True
    assert config["server"]["enableXsrfProtection"] is True
    assert config["browser"]["gatherUsageStats"] is False
    assert "trustedUserHeaders" not in CONFIG.read_text(encoding="utf-8")


def test_neutral_leaves_plain_words_alone() -> None:
    assert neutral("DC Lyon") == "DC Lyon"
    assert neutral("'quoted'") == "'quoted'"
