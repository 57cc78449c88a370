"""Which activities are one kind of work under several names? Starts whose completes are called otherwise, as declared.

Declared in service_begins.toml. Never counts: what a piece of work takes is in service_map.py and performance.py.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

BEGINS: Final = Path(__file__).with_name("service_begins.toml")

WORK: Final = "coalesce($w_work[list_position($w_no, s.activity_no)], s.activity_no)"
"""The kind of work of a step `s`; binds what `works` returns."""


@cache
def _begun() -> dict[str, tuple[str, ...]]:
    declared = tomllib.loads(BEGINS.read_text(encoding="utf-8"))["begins"]
    return {start: tuple(completes) for start, completes in declared.items()}


def works(names: dict[int, str]) -> dict[str, list[int]]:
    """Activities that are one kind of work under several names: `w_no` the activity, `w_work` the number of the kind."""
    number = {name: no for no, name in names.items()}
    work = dict[int, int]()
    for start, completes in _begun().items():
        known = [number[name] for name in completes if name in number]
        if start in number and known:
            kind = next((work[no] for no in known if no in work), known[0])
            work |= dict.fromkeys([number[start], *known], kind)
    return {"w_no": list(work), "w_work": list(work.values())}
