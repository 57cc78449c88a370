"""Which faults of the catalogue must a test carry, which does one carry, and which are still open?

Run as a program (`make faults`) it takes the handled ones off the list of open faults; it never adds one.
"""

import re
from pathlib import Path

from tests.house import tree

REQUIRED = frozenset(
    {
        *range(1, 96),
        *range(99, 105),
    }
)
"""Faults that this stage of the product survives; the numbers are those of the fault catalogue."""
OPEN_LIST = Path(__file__).with_name("faults_open.txt")
_MARKER = re.compile(r"# fault (\d+)\b")
_NOT_TESTS = {"faults.py", "test_faults.py"}


def marked_in(text: str) -> set[int]:
    """Numbers of the faults that this text marks."""
    return {int(number) for number in _MARKER.findall(text)}


def handled() -> dict[int, list[str]]:
    """Fault number → the test modules that carry its mark."""
    found: dict[int, list[str]] = {}
    for path in tree.test_modules():
        if path.name.startswith("test_") and path.name not in _NOT_TESTS:
            for number in marked_in(path.read_text(encoding="utf-8")):
                found.setdefault(number, []).append(tree.place(path))
    return found


def still_open() -> set[int]:
    """Required faults that are listed as not yet handled."""
    lines = OPEN_LIST.read_text(encoding="utf-8").splitlines()
    return {int(line) for line in lines if line.strip() and not line.startswith("#")}


def shrink() -> set[int]:
    """Take the handled ones off the list; returns what stays."""
    left = still_open() - set(handled())
    head = "# Required faults that no test carries yet, one per line. This list only shrinks: `make faults`.\n"
    OPEN_LIST.write_text(head + "".join(f"{number}\n" for number in sorted(left)), encoding="utf-8")
    return left


if __name__ == "__main__":
    remaining = shrink()
    print(f"{len(REQUIRED) - len(remaining)} of {len(REQUIRED)} handled; open: {sorted(remaining) or 'none'}")
