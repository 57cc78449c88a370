"""Is a skeleton shown while a page works, and gone when it ends, however it ends?"""

import pytest
from streamlit.testing.v1 import AppTest


def filled() -> None:
    from dashboard.components import answer_place

    with answer_place.settled():
        answer = answer_place.reserved()
        answer.markdown("358 are open.")


def left_early() -> None:
    from dashboard.components import answer_place

    with answer_place.settled():
        answer_place.reserved()


def stopped() -> None:
    from control_tower.errors import NotAvailable
    from dashboard.components import answer_place

    try:
        with answer_place.settled():
            answer_place.reserved()
            raise NotAvailable("no build")
    except NotAvailable:
        pass


def at_work() -> None:
    from dashboard.components import answer_place

    answer_place.reserved()


def _kinds(page: object) -> list[str]:
    app = AppTest.from_function(page).run()
    assert not app.exception
    return [one.type for one in app.main.children.values()]


def test_a_skeleton_keeps_the_place_until_the_answer_is_there() -> None:
    assert _kinds(at_work) == ["skeleton"]
    assert _kinds(filled) == ["markdown"]


@pytest.mark.parametrize("page", [left_early, stopped])
def test_no_skeleton_goes_on_promising_when_a_page_ends_without_an_answer(page: object) -> None:
    assert _kinds(page) == ["empty"]
