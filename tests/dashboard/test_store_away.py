"""What does somebody see whose page is open when the decision store goes away? What to do, no traceback, and it comes back."""

import pytest

from control_tower.services import opening
from tests.dashboard.conftest import Run, words
from tests.etl import postgres_server

pytestmark = pytest.mark.postgres
REFUSALS = 3


@pytest.mark.parametrize("asked", ["work_queue", "approvals"])
def test_a_store_that_goes_away_mid_page_is_said_and_the_page_comes_back(
    run: Run, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    # fault 65
    with postgres_server.killable() as server:
        monkeypatch.setenv("TOWER_STORE_URL", server.url.render_as_string(hide_password=False))
        app = run("sample", asked)
        before = words(app)
        assert "cannot be reached" not in before
        server.kill()
        for _ in range(REFUSALS):  # whoever reloads and reloads is told the same, each time
            app.run(timeout=30)
            assert not app.exception
            said = words(app)
            assert "cannot be reached or used" in said and "nothing was changed, try again" in said
            assert "Traceback" not in said and postgres_server.PASSWORD not in said
        server.start()
        app.run(timeout=30)
        assert not app.exception
        assert app.title[0].value in before
        opening.forget()
