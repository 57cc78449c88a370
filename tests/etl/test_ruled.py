"""Does a build follow the policy that is in force when it is made, and keep it? (ruling 9, GOV-05)"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from control_tower import builds, warehouse
from control_tower.analysis import verdict
from control_tower.policy import SHIPPED
from control_tower.services import opening, policy
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.workflow.store.store import Store
from etl import pipeline
from tests.control_tower.services.deciding_desk import SetClock
from tests.etl import small_source

TEXT = (
    SHIPPED.read_text(encoding="utf-8")
    .replace('version = "1"', 'version = "2"', 1)
    .replace("small_sample = 30", "small_sample = 12")
)
AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
"""The desk's clock: in the past of every load."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", threads=1)
    pipeline.load([small_source.request(tmp_path, [1])], made, lambda _name, _detail: None)
    return made


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = opening.open_store(settings, SetClock(AT))
    yield opened
    opened.close()


def activated(store: Store, at: datetime) -> None:
    policy.draft(store, Request("engineer", reason="smaller samples are enough"), TEXT)
    policy.activate(store, Request("executive"), "2", at)


def current(settings: Settings) -> warehouse.Build:
    return warehouse.open_current(settings)


def refreshed(settings: Settings) -> pipeline.LoadReport:
    return pipeline.load([], settings, lambda _name, _detail: None)


def test_a_build_follows_the_version_in_force_and_an_older_one_keeps_its_own(settings: Settings, store: Store) -> None:
    first = current(settings)
    assert (first.manifest.policy_version, verdict.limits(rules=first.rules).small_sample) == ("1", 30)
    activated(store, AT)
    assert refreshed(settings).published
    second = current(settings)
    assert (second.manifest.policy_version, second.rules.version, second.rules.small_sample) == ("2", "2", 12)
    assert second.read("header")[["policy_version", "small_sample"]].to_numpy().tolist() == [["2", 12]]
    assert first.rules.small_sample == 30
    pipeline.rollback(first.id, settings)
    assert current(settings).manifest.policy_version == "1"


def test_a_version_of_tomorrow_rules_no_build_of_today(settings: Settings, store: Store) -> None:
    activated(store, datetime(2200, 1, 1, tzinfo=UTC))
    refreshed(settings)
    assert current(settings).manifest.policy_version == "1"


def test_a_rebuild_follows_what_the_build_was_made_under(settings: Settings, store: Store) -> None:
    activated(store, AT)
    pipeline.rebuild(settings, lambda _name, _detail: None)
    assert current(settings).manifest.policy_version == "1"


def test_with_a_store_that_cannot_be_read_the_policy_of_the_build_before_stays(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    activated(store, AT)
    refreshed(settings)
    store.close()
    place = settings.home / "store.sqlite"
    place.write_bytes(b"no database at all" * 1000)
    pipeline.load([small_source.request(tmp_path, [2])], settings, lambda _name, _detail: None)
    assert builds.current_manifest(settings.builds).policy_version == "2"  # type: ignore[union-attr]
