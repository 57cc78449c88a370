"""Does pm4py read back exactly the log that left the house?"""

from pathlib import Path

import pandas as pd
import pm4py
import pytest

from control_tower.errors import ControlTowerError
from process_mining.cohort import Cohort
from process_mining.event_log import write_log
from tests.process_mining.small_log import Step, frame, small_log

VIEW = Cohort("order")
STEPS = [
    Step("o<1>", "Pick & \"pack\"", 60, "Zoë", "t:1", "start"), Step("o<1>", "Größe\nprüfen 北", 60), Step("o2", "Ship", 0),
    Step("o2", "Ship", 0, lifecycle="complete"), Step("o2", "Bell\x07", 9),
]  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".xes":
        log = pm4py.read_xes(str(path))
    else:
        log = pd.read_csv(path)
        log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True, format="ISO8601")
    return log[["case:concept:name", "concept:name", "time:timestamp"]].astype({"concept:name": str})


@pytest.mark.parametrize("suffix", ["xes", "csv"])
def test_a_written_log_reads_back_with_every_event_in_its_place(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log.{suffix}"
    assert write_log(small_log(STEPS), VIEW, path) == len(STEPS)
    found, wanted = read(path), frame(STEPS)
    names = [
        name.replace("\x07", "\N{REPLACEMENT CHARACTER}" if suffix == "xes" else "\x07")
        for name in wanted["concept:name"]
    ]
    assert found["case:concept:name"].tolist() == wanted["case:concept:name"].tolist()
    assert found["concept:name"].tolist() == names
    assert found["time:timestamp"].tolist() == wanted["time:timestamp"].tolist()


def test_only_the_kept_cases_are_written(tmp_path: Path) -> None:
    assert write_log(small_log(STEPS), Cohort("order", through=("Ship",)), tmp_path / "some.csv") == 3
    assert set(read(tmp_path / "some.csv")["case:concept:name"]) == {"o2"}


def test_a_formula_in_a_log_is_written_as_text(tmp_path: Path) -> None:
    write_log(small_log([Step("a", "=1+1")]), VIEW, tmp_path / "log.csv")
    assert read(tmp_path / "log.csv")["concept:name"].tolist() == ["'=1+1"]


def test_another_suffix_or_a_folder_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    build = small_log([Step("a", "X")])
    for path in (tmp_path / "log.txt", tmp_path / "nowhere" / "log.xes"):
        with pytest.raises(ControlTowerError, match=path.name):
            write_log(build, VIEW, path)
