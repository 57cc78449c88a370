"""What does `tower root-cause` say of a real service log, which knows incidents and no exposure?"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.loaded import TOWER, Loaded, tower_load


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return tower_load("servicenow", shared_data / "servicenow_incidents", tmp_path_factory.mktemp("log"))


def root_cause(log: Loaded, *options: str) -> str:
    command = [str(TOWER), "root-cause", "--by", "site_id", "--since", "2016-01-01", *options]
    ran = subprocess.run(
        command, env=os.environ | {"TOWER_HOME": str(log.home)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_five_locations_hold_two_thirds_of_all_incidents(log: Loaded) -> None:
    said = json.loads(root_cause(log, "--json"))["concentration"]
    first = said["rows"][:5]
    assert [row["label"] for row in first] == [f"Location {number}" for number in (204, 161, 143, 108, 93)]
    assert [row["n"] for row in first] == [5_554, 4_002, 3_276, 2_140, 1_934]
    assert round(100 * first[4]["n_running"], 1) == 67.8
    assert said["measures"]["n"]["total"] == 24_918


def test_of_causes_it_does_not_speak(log: Loaded) -> None:
    said = json.loads(root_cause(log, "--json"))["root_cause"]
    assert said["rows"] == []
    assert said["looked_at"] == 0
    assert said["no_exposure_known"] == [{"type_code": "it_incident", "title": "IT service incident", "n": 24_918}]
    assert "no exposure known" in root_cause(log)
