"""Are the maps of real logs exactly those that pm4py makes of the files themselves (PM-01, PM-03)?"""

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pm4py
import pytest

from control_tower import warehouse
from control_tower.settings import Settings
from control_tower.warehouse import Build
from etl import pipeline, source
from etl.intake import Request
from process_mining.case_list import cases
from process_mining.cohort import Cohort
from process_mining.directly_follows import dfg
from process_mining.variants import variants

pytestmark = pytest.mark.xdist_group("known_logs")  # loaded once, by one worker


def load(folder: Path, files: Path, home: Path) -> Build:
    settings = Settings(home=home)
    pipeline.load([Request(source.find(str(folder)), files, "test")], settings, lambda *_: None)
    return warehouse.open_current(settings)


@pytest.fixture(scope="module")
def servicenow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    build = load(Path("servicenow"), shared_data / "servicenow_incidents", tmp_path_factory.mktemp("servicenow"))
    yield build
    build.close()


@pytest.fixture(scope="module", params=["json", "xml"])
def order_management(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Build, pm4py.OCEL]]:
    """The official log in one of its two forms, as loaded, and as pm4py reads the same file."""
    folder, form = tmp_path_factory.mktemp("orders"), request.param
    declared = folder / "ocel_order_management"
    shutil.copytree(source.SHIPPED / "ocel_order_management", declared)
    text = (declared / "source.toml").read_text(encoding="utf-8")
    text = text.replace("ocel_json", f"ocel_{form}").replace(".json.gz", f".{form}.gz")
    (declared / "source.toml").write_text(text, encoding="utf-8")
    build = load(declared, shared_data / "ocel_order_management", folder / "home")
    packed = next((shared_data / "ocel_order_management").glob(f"*.{form}.gz"))
    plain = folder / f"log.{form}"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    read = pm4py.read_ocel2_json if form == "json" else pm4py.read_ocel2_xml
    yield build, read(str(plain))
    build.close()


def assert_equal_to_pm4py(build: Build, view: str, log: pd.DataFrame) -> None:
    found = dfg(build, Cohort(view), with_times=True)
    follows, start, end = pm4py.discover_dfg(log)
    assert {(e.source, e.target): e.events for e in found.edges} == follows
    assert {one.name: one.cases for one in found.start} == start
    assert {one.name: one.cases for one in found.end} == end
    wanted = Counter({k: len(v) if isinstance(v, list) else v for k, v in pm4py.get_variants(log).items()})
    page = variants(build, Cohort(view), limit=200, max_steps=10_000)
    assert (page.variants, page.cases) == (len(wanted), sum(wanted.values()))
    assert all(wanted[row.activities] == row.cases for row in page.rows)
    durations = sorted(pm4py.get_all_case_durations(log), reverse=True)
    longest = cases(build, Cohort(view), limit=1000).rows
    assert [row.throughput_seconds for row in longest] == [int(one) for one in durations[:1000]]


def test_servicenow_is_mined_as_pm4py_mines_its_file(servicenow: Build, shared_data: Path) -> None:
    packed = next((shared_data / "servicenow_incidents").glob("*.zip"))
    raw = pd.read_csv(packed, usecols=["number", "incident_state", "sys_updated_at"], dtype=str)
    log = pd.DataFrame({
        "case:concept:name": raw["number"].astype(str), "concept:name": raw["incident_state"].astype(str),
        "time:timestamp": pd.to_datetime(raw["sys_updated_at"], format="%d/%m/%Y %H:%M", utc=True),
    })  # fmt: skip
    log = log.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)
    assert_equal_to_pm4py(servicenow, "exception", log)


@pytest.mark.parametrize(("view", "object_type"), [("order", "orders"), ("shipment", "packages")])
def test_order_management_is_mined_as_pm4py_mines_its_flattened_log(
    order_management: tuple[Build, pm4py.OCEL], view: str, object_type: str
) -> None:
    build, ocel = order_management
    log = pm4py.ocel_flattening(ocel, object_type)
    log = log.drop_duplicates(["ocel:eid", "case:concept:name"])
    log = log[["case:concept:name", "concept:name", "time:timestamp"]]
    log = log.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)
    log[["case:concept:name", "concept:name"]] = log[["case:concept:name", "concept:name"]].astype(str)
    assert_equal_to_pm4py(build, view, log)
