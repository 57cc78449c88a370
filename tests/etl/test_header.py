"""Is a found header matched with the declared columns exactly, and otherwise explained?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers.header import match_header
from tests.etl.text_reading import declared

TABLE = declared({"order_id": {"from": "Bestell-Nr."}, "qty": "integer", "note": "text optional"})


@given(st.permutations(["Bestell-Nr.", "qty", "note"]))
def test_any_order_of_the_columns_gives_the_same_names(found: list[str]) -> None:
    # fault 3
    assert match_header(found, "t", TABLE, "x") == {"Bestell-Nr.": "order_id", "qty": "qty", "note": "note"}


def test_outer_spaces_a_mark_and_the_unicode_form_make_no_difference() -> None:
    table = declared({"size": {"from": "Größe"}, "qty": "text"})
    assert match_header(["\ufeffGro\u0308ße ", " qty"], "t", table, "x") == {
        "\ufeffGro\u0308ße ": "size",
        " qty": "qty",
    }
    with pytest.raises(SourceError, match=r"missing 'qty'; not declared 'QTY'"):
        match_header(["Größe", "QTY"], "t", table, "x")


def test_messages_name_place_expected_and_found() -> None:
    # fault 2
    # fault 31
    with pytest.raises(
        SourceError, match=r"f.csv, line 1: the header is missing.*'Bestell-Nr.', 'qty', 'note'; found '1'"
    ):
        match_header(["1", "2"], "orders", TABLE, "f.csv, line 1")
    with pytest.raises(SourceError, match=r"f.csv: held, .*table orders: missing 'qty'; not declared 'menge'"):
        match_header(["Bestell-Nr.", "menge"], "orders", TABLE, "f.csv")


def test_two_columns_from_one_header_are_a_fault_of_the_declaration() -> None:
    with pytest.raises(SourceError, match=r"columns 'a' and 'b' both come from the header 'x'"):
        match_header(["x"], "t", declared({"a": {"from": "x"}, "b": {"from": "x"}}), "f")


def test_a_name_that_stands_twice_is_refused_even_when_it_is_ignored() -> None:
    # fault 4
    table = declared("a", extra_columns="ignore")
    with pytest.raises(SourceError, match=r"'z' stands twice, as columns 2 and 3"):
        match_header(["a", "z", "z"], "t", table, "f")
    assert match_header(["a", "", ""], "t", table, "f") == {"a": "a"}
    with pytest.raises(SourceError, match=r"stands twice"):
        match_header(["a", "", ""], "t", declared("a"), "f")
