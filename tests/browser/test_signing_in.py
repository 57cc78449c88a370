"""Does signing in with an identity provider give exactly what our own store says? The round trip over HTTP, in a browser.

The provider is `oidc-provider-mock`: discovery, nonce, code, token, signed identity, end of session, on the loopback address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import oidc_provider_mock
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from control_tower import warehouse
from control_tower.model import User
from control_tower.services import opening, trail, users
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.vocabulary import Role
from control_tower.workflow.asked import Asked
from control_tower.workflow.store.store import Store
from tests.browser.conftest import free_port, serving
from tests.browser.looking import settled
from tests.dashboard import sample_build

SECRETS_FILE = """[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "a-secret-of-the-tests-that-signs-cookies"
client_id = "tower"
client_secret = "known to both"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""


@dataclass
class Doors:
    """A dashboard, the provider that it asks, its store, one of its sites and an open case there."""

    address: str
    issuer: str
    store: Store
    site_id: str
    exception_id: str


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """An administrator was there first and gave one planner one site; nobody of the demo exists."""
    place, port = tmp_path_factory.mktemp("doors"), free_port()
    home = sample_build.write_home(place / "home", rows=1_000, build_id="build-doors")
    settings = Settings(home=home, is_demo=False)
    store = opening.open_store(settings)
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as provider:
        issuer, address = f"http://localhost:{provider.server_port}", f"http://127.0.0.1:{port}"
        site_id, exception_id = _open_case(settings)
        users.begin(store, User("ada", "Ada", Role.ADMINISTRATOR, None, "ada"), f"{issuer}#ada", "")
        planner = User("pia", "Pia Planner", Role.OPERATIONS_LEADER, frozenset({site_id}), "pia")
        users.add(store, Request("ada"), planner, f"{issuer}#pia")
        (place / ".streamlit").mkdir()
        secrets = SECRETS_FILE.format(address=address, issuer=issuer)
        (place / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
        with serving(home, port, HOME=str(place), TOWER_IS_DEMO="false"):
            yield Doors(address, issuer, store, site_id, exception_id)
    store.close()


def _open_case(settings: Settings) -> tuple[str, str]:
    with warehouse.open_current(settings).cursor() as cursor:
        row = cursor.execute(
            "SELECT site_id, exception_id FROM mart_exception WHERE is_open AND status = 'new' AND site_id IS NOT NULL ORDER BY 2"
        ).fetchone()
    assert row is not None
    return str(row[0]), str(row[1])


@pytest.fixture(autouse=True)
def own_style(context: BrowserContext, foreign_requests: list[str]) -> None:
    """The provider's own form asks a foreign host for its style sheet: it gets none."""
    context.route("https://cdn.jsdelivr.net/**", lambda route: route.fulfill(body="", content_type="text/css"))


def _sign_in(page: Page, doors: Doors, name: str) -> None:
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{doors.issuer}/oauth2/authorize?**")
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{doors.address}/**")


def _sign_out(page: Page, doors: Doors) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{doors.issuer}/oauth2/end_session?**")
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_who_signs_in_has_the_role_and_the_sites_of_the_store_until_they_are_taken_away(
    page: Page, doors: Doors
) -> None:
    # fault 70, # fault 75, # fault 80: nothing that the provider says of a role counts
    claims = {
        "role": "administrator",
        "roles": ["administrator"],
        "site_ids": [],
        "email": "ada@example.com",
        "name": "Ada",
    }
    assert httpx.put(f"{doors.issuer}/users/pia", json=claims).is_success
    page.goto(f"{doors.address}/work_queue")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_text("Facts as of")).to_have_count(0)
    _sign_in(page, doors, "pia")
    settled(page)
    expect(page.get_by_text("Pia Planner · Operations leader")).to_be_visible()
    expect(page.get_by_text(f"Sites: {doors.site_id}")).to_be_visible()
    expect(page.get_by_text("Demo mode")).to_have_count(0)
    pages = page.get_by_test_id("stSidebarNav")
    expect(pages.get_by_role("link", name="Work queue", exact=True)).to_be_visible()
    expect(pages.get_by_role("link", name="Audit and policy", exact=True)).to_have_count(0)
    page.goto(f"{doors.address}/case?exception={doors.exception_id}")
    settled(page)
    acknowledge = page.get_by_role("button", name="Acknowledge", exact=True)
    expect(acknowledge).to_be_enabled()
    pia = users.find(doors.store, "pia")
    users.change(doors.store, Request("ada"), replace(pia, role=Role.ANALYST))
    acknowledge.click()
    expect(page.get_by_text("the role analyst may not case.acknowledge")).to_be_visible()
    expect(page.get_by_text("Pia Planner · Analyst")).to_be_visible()
    users.close(doors.store, Request("ada"), "pia")
    page.get_by_role("link", name="Control room", exact=True).click()
    expect(page.get_by_text(f"{doors.issuer}#pia' is not mapped to an active user")).to_be_visible()
    expect(page.get_by_text("Facts as of")).to_have_count(0)
    _sign_out(page, doors)
    assert not [one for one in page.context.cookies() if one["name"].startswith("_streamlit_user")]
    page.goto(f"{doors.address}/case?exception={doors.exception_id}")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    found = trail.page(doors.store, users.find(doors.store, "ada"), Asked(subject=doors.exception_id), 10).entries
    assert [(one.actor_id, one.action, one.outcome) for one in found] == [("pia", "case.acknowledge", "refused")]


def test_somebody_whom_the_provider_knows_and_the_tower_does_not_gains_nothing(page: Page, doors: Doors) -> None:
    # fault 75: the mail address of the administrator is only a claim
    claims = {"email": "ada@example.com", "preferred_username": "ada", "role": "administrator"}
    assert httpx.put(f"{doors.issuer}/users/mallory", json=claims).is_success
    page.goto(doors.address)
    _sign_in(page, doors, "mallory")
    expect(page.get_by_text(f"{doors.issuer}#mallory' is not mapped to an active user")).to_be_visible()
    page.goto(f"{doors.address}/audit_and_policy")
    expect(page.get_by_text("is not mapped to an active user")).to_be_visible()
    expect(page.get_by_text("Facts as of")).to_have_count(0)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    _sign_out(page, doors)
