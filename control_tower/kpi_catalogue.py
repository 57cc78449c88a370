"""Which figures are there and what does each mean? Writes `docs/kpis.md` from the definitions.

`python -m control_tower.kpi_catalogue` writes the page; a test fails when it is out of date. Never put a
word about one KPI here: it belongs into that KPI's header.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from control_tower import contract, policy
from control_tower.definitions import KpiDefinition, kpis
from control_tower.policy_sections import Target
from control_tower.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "kpis.md"
_INTRODUCTION = """# KPI catalogue

Generated from `control_tower/kpis/*.sql` by `python -m control_tower.kpi_catalogue`; change a definition,
not this page. The worked example of each figure is `tests/examples/kpis/<name>.toml`.

A ratio is a ratio of sums, and percent is kept as a share (0–1). A *stock* is counted at an instant, so it
has a trend. *Survival* is the Kaplan–Meier median: open exceptions count with the time they have lasted.
A figure that a build cannot compute says which relation or column is missing; it is never 0.
"""


def page(definitions: Mapping[str, KpiDefinition] | None = None) -> str:
    """The whole catalogue as Markdown: a table of all figures, then one section each, by catalogue number."""
    found = definitions if definitions is not None else kpis()
    ordered = sorted(found.values(), key=lambda kpi: (kpi.number or "K99", kpi.name))
    table = ["| number | figure | name | aggregate | unit | better |", "|---|---|---|---|---|---|"]
    table += [
        f"| {kpi.number or '–'} | {kpi.title} | [`{kpi.name}`](#{kpi.name}) | {kpi.aggregate} | {kpi.unit} | {kpi.better} |"
        for kpi in ordered
    ]
    targets = policy.load().targets
    return "\n".join([_INTRODUCTION, *table, "", *(_section(kpi, targets.get(kpi.name)) for kpi in ordered)])


def relations_read(definition: KpiDefinition) -> list[str]:
    """The relations of the contract that a SELECT names, sorted (a build's own lineage is `kpi.lineage`)."""
    words = set(re.findall(r"[a-z_0-9]+", re.sub(r"--[^\n]*|'[^']*'", "", definition.select)))
    return sorted(words & set(contract.relations()))


def _section(definition: KpiDefinition, target: Target | None) -> str:
    facts = [
        ("Question", definition.question),
        ("Formula", definition.formula),
        ("Rows", f"one per {definition.grain.replace('_', ' ')}, aggregate {definition.aggregate}"),
        ("Unit", f"{definition.unit}; {definition.better} is better"),
        ("Owner", definition.owner),
        ("Reads", ", ".join(f"`{name}`" for name in relations_read(definition))),
        ("Needs", ", ".join(f"`{need}`" for need in definition.needs)),
        ("Target", f"{target.target:f}" if target and target.target is not None else ""),
        ("Baseline", f"{target.baseline:f}" if target and target.baseline is not None else ""),
        ("Note", definition.note or ""),
    ]
    lines = [f"* **{label}**: {text}" for label, text in facts if text]
    heading = f'<a id="{definition.name}"></a>\n## {definition.title}'
    return "\n".join(
        [heading, "", f"`{definition.name}` · {definition.number or 'no catalogue number'}", "", *lines, ""]
    )


def write(path: Path = PAGE) -> None:
    """Write the page, making its folder when needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
