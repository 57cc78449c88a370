"""How is an Excel workbook written so that the same rows give the same bytes? Plain sheets; never a formula or style."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write(path: Path, sheets: dict[str, tuple[dict[str, pa.Array], dict[str, bool]]]) -> None:
    """Write the sheets: columns of text by header, and whether each holds numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {"[Content_Types].xml": _types(len(sheets)), "_rels/.rels": _root(), "xl/workbook.xml": _book(list(sheets)),
             "xl/_rels/workbook.xml.rels": _links(len(sheets))}  # fmt: skip
    for number, (columns, is_number) in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(columns, is_number)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode(), compresslevel=4)


def _sheet(columns: dict[str, pa.Array], is_number: dict[str, bool]) -> str:
    head = "".join(f'<c t="inlineStr"><is><t>{escape(name)}</t></is></c>' for name in columns)
    cells = []
    for name, column in columns.items():
        start, end = ("<c><v>", "</v></c>") if is_number[name] else ('<c t="inlineStr"><is><t>', "</t></is></c>")
        cells.append(pc.fill_null(pc.binary_join_element_wise(start, column, end, ""), "<c/>"))
    rows = pc.binary_join_element_wise("<row>", *cells, "</row>", "")
    body = "".join(np.asarray(rows.to_numpy(zero_copy_only=False), dtype=object).tolist())
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData><row>{head}</row>{body}</sheetData></worksheet>'


def _types(sheets: int) -> str:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>{parts}</Types>'
    )


def _root() -> str:
    link = f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'


def _book(names: list[str]) -> str:
    sheets = "".join(f'<sheet name="{escape(s)}" sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(names, start=1))
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'


def _links(sheets: int) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
