"""A home with 21 worked exceptions of two teams: what the verbs and the pages of conformance and hand-overs are tested on."""

from pathlib import Path

from control_tower.warehouse import Build
from tests.process_mining import small_home

INTENDED = ["Detect exception", "Assign to team", "Acknowledge", "Investigate", "Correct stock record", "Resolve", "Close"]  # fmt: skip
ESCALATED = [*INTENDED[:2], "Escalate", *INTENDED[2:]]
TEAMS = {"ann": "t:desk", "bob": "t:stock"}


def made(home: Path) -> Build:
    """12 cases as intended in 6 to 17 hours, 8 escalated ones in 16 to 23, one closed without a resolution after 9.

    Ann of the desk has every step but the correction, which is Bob's: each case that is resolved goes to him and straight back.
    """
    cases: dict[str, list[tuple[str, float, str]]] = {f"ok{i}": _steps(INTENDED, 6.0 + i) for i in range(12)}
    cases |= {f"up{i}": _steps(ESCALATED, 16.0 + i) for i in range(8)}
    cases["lost"] = _steps([*INTENDED[:4], "Close"], 9.0)
    rows = small_home.events(cases)
    for event in (*rows["core_event"], *rows["core_event_object"]):
        event["event_id"] = f"t:{event['event_id']}"  # type: ignore[index]
    people = [{"user_id": f"t:{name}", "name": name.title(), "team_id": team} for name, team in TEAMS.items()]
    teams = [{"team_id": team, "name": team[2:].title(), "department": "Service"} for team in TEAMS.values()]
    held = {"core_exception": small_home.exceptions(list(cases)), "core_user": people, "core_team": teams}
    return small_home.made(home, {**rows, **held})


def _steps(names: list[str], closed: float) -> list[tuple[str, float, str]]:
    who = {"Correct stock record": "bob"}
    steps = [(name, float(place), who.get(name, "ann")) for place, name in enumerate(names[:-1])]
    return [*steps, (names[-1], closed, "ann")]
