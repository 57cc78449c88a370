"""How does docs/benchmarks.md keep its parts? One benchmark replaces its own section and leaves the others as they are."""

import os
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
HEAD = (
    "# Benchmarks\n\n"
    "Written by `make bench`, or `python -m tests.bench load|world|year|causes|mining|click|plan|audit` for one; every figure of a table is\n"
    f"from one run on one machine ({os.cpu_count()} cores). Ratios carry over to other machines, seconds do not.\n"
)
ORDER = ("load", "world", "year", "causes", "mining", "click", "plan", "audit")


def put(name: str, title: str, lines: list[str], out: Path = OUT) -> None:
    """Write the section `name` with its title and lines; sections stand in the order of ORDER."""
    kept = read(out)
    kept[name] = "\n".join([f"<!-- section: {name} -->", f"## {title}", "", *lines]).rstrip() + "\n"
    out.write_text("\n".join([HEAD, *(kept[one] for one in ORDER if one in kept)]), encoding="utf-8")


def read(out: Path = OUT) -> dict[str, str]:
    """The sections that the document holds, by name."""
    if not out.is_file():
        return {}
    parts = out.read_text(encoding="utf-8").split("<!-- section: ")[1:]
    named = (part.partition(" -->\n") for part in parts)
    return {name: f"<!-- section: {name} -->\n{text}".rstrip() + "\n" for name, _, text in named}


def table(rows: list[tuple[str, ...]], *columns: str) -> list[str]:
    """A Markdown table."""
    return [
        f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *(f"| {' | '.join(row)} |" for row in rows), "",
    ]  # fmt: skip
