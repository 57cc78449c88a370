"""Do the documents still say what the code does?"""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from control_tower.contract import relations
from control_tower.vocabulary import LatencyClass
from etl import source
from tests.house import tree

DOCS = tree.ROOT / "docs"
PAGES = sorted([*tree.ROOT.glob("*.md"), *DOCS.rglob("*.md"), *tree.ROOT.glob("*/README.md")])
COMMAND_LINE = tree.ROOT / "cli" / "main.py"
GUIDE = tree.ROOT / "tests" / "examples" / "source_guide"
_FILE_BLOCK = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def text(*parts: str) -> str:
    return tree.ROOT.joinpath(*parts).read_text(encoding="utf-8")


def keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def commands() -> dict[str, str]:
    """Full name of every `tower` command (`kpi`, `mine map`) and what its help says it does."""
    if not COMMAND_LINE.is_file():
        return {}
    import typer

    from cli.main import app

    def walk(command: Any, prefix: str) -> dict[str, str]:
        children = getattr(command, "commands", None)
        if children is None:
            return {prefix.strip(): command.help or ""}
        return {name: said for key, child in children.items() for name, said in walk(child, f"{prefix} {key}").items()}

    return walk(typer.main.get_command(app), "")


@pytest.mark.parametrize("document", PAGES, ids=tree.place)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    broken = [
        link for link in _LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / link).exists()
    ]
    assert not broken, tree.report(broken)


@pytest.mark.parametrize("document", PAGES, ids=tree.place)
def test_a_file_shown_in_a_document_is_the_file_itself(document: Path) -> None:
    for name, shown in _FILE_BLOCK.findall(document.read_text(encoding="utf-8")):
        assert shown == text(name), f"{tree.place(document)} shows another {name}; copy it anew"


@pytest.mark.parametrize("model", [source.SourceToml, source.Table, source.Column], ids=lambda m: m.__name__)
def test_every_key_of_source_toml_is_explained(model: type[BaseModel]) -> None:
    explained = set(re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", text("docs", "sources.md"), re.M))))
    missing = [key for key in keys(model) if key not in explained]
    assert not missing, f"docs/sources.md explains no: {missing}"


def test_every_choice_of_source_toml_is_named() -> None:
    guide = text("docs", "sources.md")
    choices = [*source.ReaderName.__args__, *source.ColumnType.__args__, *LatencyClass]
    missing = [choice for choice in choices if f"`{choice}`" not in guide]
    assert not missing, f"docs/sources.md names no: {missing}"


def test_the_source_of_the_guide_is_a_valid_one() -> None:
    guide = source.read(GUIDE)
    assert set(guide.sql) == {"exception"}
    header = (GUIDE / "files" / "tickets_2026.csv").read_text(encoding="utf-8").splitlines()[0].split(";")
    declared = {column.from_ or name for name, column in guide.toml.tables["ticket"].columns.items()}
    assert declared == set(header)


def test_the_glossary_names_only_relations_that_exist() -> None:
    named = set(re.findall(r"`((?:core|mart|ref)_\w+)`", text("docs", "glossary.md")))
    assert len(named) > 20
    assert not named - set(relations()), "docs/glossary.md names relations that control_tower/schema.sql lacks"


def test_the_glossary_maps_every_table_of_the_kpi_catalogue() -> None:
    """Ruling 11: the catalogue says them in the plural."""
    glossary = text("docs", "glossary.md")
    catalogue = (
        "orders order_lines exceptions events inventory_snapshots supply shipments invoices disputes cash_receipts "
        "integration_messages proposals approvals customer_escalations audit_log load_batches audit_samples "
        "recommendations promise_history"
    )
    missing = [name for name in catalogue.split() if not re.search(rf"^\| `{name}` \|", glossary, re.M)]
    assert not missing, f"docs/glossary.md maps no: {missing}"


def test_the_readme_sets_up_with_two_commands() -> None:
    readme, makefile = text("README.md"), text("Makefile")
    for command in ("run", "test"):
        assert re.search(rf"^make {command}\b", readme, re.M), f"README.md does not show `make {command}`"
        assert re.search(rf"^{command}:", makefile, re.M)


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert not named - targets


def test_the_licence_is_the_whole_affero_licence() -> None:
    licence = text("LICENSE")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "13. Remote Network Interaction" in licence
    assert licence.rstrip().endswith("<https://www.gnu.org/licenses/>.")
    assert 'license = "AGPL-3.0-or-later"' in text("pyproject.toml")


def test_every_command_is_documented_and_has_help() -> None:
    found = commands()
    assert found or not COMMAND_LINE.exists()
    documented = text("README.md") + (text("docs", "commands.md") if (DOCS / "commands.md").exists() else "")
    missing = [name for name in found if not re.search(rf"\btower {name}\b", documented)]
    silent = [name for name, said in found.items() if len(said.split()) < 3]
    assert not missing, f"neither README.md nor docs/commands.md shows: {missing}"
    assert not silent, f"commands without help: {silent}"
