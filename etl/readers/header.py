"""Which column of the file is which declared column? Written once, for every reader with a header.

Compared exactly, after Unicode NFC and without a byte-order mark or outer spaces. No guessing by
similarity may ever be put here: a renamed column is schema drift and a person decides.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from control_tower.errors import SourceError
from etl.readers.contract import show
from etl.source import Column, Table

_SHOWN = 40


def match_header(found: Sequence[str], name: str, table: Table, where: str) -> dict[str, str]:
    """The found headers that are declared → their declared names, in the file's order.

    `where` opens every message: file (member, sheet) and line. Optional columns may be absent, and
    undeclared ones are left out of the answer when the table says `extra_columns = "ignore"`.

    Raises SourceError when no header is there at all (fault 2), a name stands twice (fault 4), a
    declared column is missing or an undeclared one appears: the file is held (fault 31).
    """
    declared = _declared(name, table)
    tidy = [normal(header) for header in found]
    _refuse_no_header(tidy, declared, name, where)
    _refuse_twice(tidy, table, where)
    missing = [header for header, (column, spec) in declared.items() if header not in tidy and not spec.optional]
    extra = [header for header in tidy if header not in declared] if table.extra_columns == "hold" else []
    if missing or extra:
        raise SourceError(_drift(missing, extra, name, where))
    return {header: declared[clean][0] for header, clean in zip(found, tidy, strict=True) if clean in declared}


def normal(header: str) -> str:
    r"""A header as it is compared.

    >>> normal("\ufeff order_id ")
    'order_id'
    """
    return unicodedata.normalize("NFC", header.lstrip("\ufeff").strip())


def _declared(name: str, table: Table) -> dict[str, tuple[str, Column]]:
    declared: dict[str, tuple[str, Column]] = {}
    for column, spec in table.columns.items():
        header = normal(spec.from_ or column)
        if header in declared:
            raise SourceError(
                f"source.toml, table {name}: columns {declared[header][0]!r} and {column!r} both come from the "
                f"header {show(header)!r}; declare it once and use it twice in the .sql file"
            )
        declared[header] = (column, spec)
    return declared


def _refuse_no_header(tidy: Sequence[str], declared: Iterable[str], name: str, where: str) -> None:
    if not set(tidy) & set(declared):
        raise SourceError(
            f"{where}: the header is missing: none of the declared columns of table {name} stands there; "
            f"expected {_words(declared)}; found {_words(tidy)}. Send the file with its header line, or correct "
            f"`from`, `delimiter` and `encoding` in source.toml"
        )


def _refuse_twice(tidy: Sequence[str], table: Table, where: str) -> None:
    seen: dict[str, int] = {}
    for position, header in enumerate(tidy, start=1):
        if header in seen and (header or table.extra_columns == "hold"):
            raise SourceError(
                f"{where}: the header {show(header)!r} stands twice, as columns {seen[header]} and {position}; "
                f"rename one of them in the export"
            )
        seen.setdefault(header, position)


def _drift(missing: Sequence[str], extra: Sequence[str], name: str, where: str) -> str:
    parts = [f"missing {_words(missing)}"] if missing else []
    parts += [f"not declared {_words(extra)}"] if extra else []
    advice = "declare the new columns" if not missing else "correct `from`, or mark the missing columns optional"
    return (
        f"{where}: held, the columns differ from those declared for table {name}: {'; '.join(parts)}. "
        f'To load it, {advice} in source.toml (extra_columns = "ignore" leaves undeclared columns out)'
    )


def _words(headers: Iterable[str]) -> str:
    words = [show(header) for header in headers]
    tail = f" … ({len(words)} in all)" if len(words) > _SHOWN else ""
    return ", ".join(repr(word) for word in words[:_SHOWN]) + tail
