"""In which world does a test go the whole way? Four weeks of the simulator, and one shortage whose end is known by hand.

Two key customers lack 40 and 20 pieces of an item that no site has left; 60 pieces are reserved for a standard
customer's order weeks away. `next_files` writes what ERP and TMS say a month later: both were delivered, and the donor
three days late. Everything is in the simulated systems' own formats and enters by ordinary loads.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from control_tower.settings import Settings
from etl import pipeline, source
from etl.intake import Request
from etl.sources.network_simulator import simulate

EXCEPTION = "demo:EX900001"
SITE, ITEM = "LEJ1", "SKU00044"
PRICE, COST = 20, 12
SHORT = {"SO9000001-10": ("C00028", 40), "SO9000002-10": ("C00062", 20)}
DONOR = {"SO9000003-10": ("C00002", 60)}
FREIGHT = {"SO9000001-10": 31.5, "SO9000002-10": 18.25}
BENEFIT = (PRICE - COST) * 60 - sum(FREIGHT.values())
"""What it brought: the margin of 60 pieces less their freight."""
DONOR_DAYS_LATE = 3
_SNAPSHOT = "2026-06-28T23:00:00Z"
_COUNTS = ("CONFIRMEDQTY", "ALLOCATEDQTY", "SHIPPEDQTY", "FIRSTSHIPQTY", "DELIVEREDQTY")


def made(folder: Path) -> Settings:
    """The world's files below `folder`, loaded into a home of their own."""
    files, settings = folder / "files", Settings(home=folder / "home")
    simulate.simulate(files, weeks=4, orders_per_week=300)
    _empty_shelves(files / "wms" / "stock.jsonl")
    _orders(files / "erp")
    _write(files / "erp" / "order_lines_02.csv", _like(files, "order_lines_01.csv"), _lines())
    _append(files / "erp" / "exceptions.csv", _exceptions())
    requests = [Request(source.find(name), files / part, "test") for name, part in simulate.sources()]
    pipeline.load(requests, settings, lambda name, detail: None)
    return settings


def next_files(folder: Path) -> Path:
    """What ERP and TMS export a month later (delivered lines, their shipments, ended exceptions); the folder that holds both."""
    erp, tms = folder / "files" / "erp", folder / "files" / "tms"
    _write(erp / "order_lines_03.csv", _like(folder / "files", "order_lines_01.csv"), _delivered())
    _change(erp / "exceptions.csv", "EXCEPTIONID", "EX9", {"LOCALSTATUS": "60", "RESOLVEDAT": "03.07.2026 15:00:00"})
    _parquet(tms, "shipments", [_shipment(line) for line in SHORT])
    loads = [{"shipment_id": f"SH{line}", "order_line_id": line, "item_id": ITEM, "qty": qty}
             for line, (_, qty) in SHORT.items()]  # fmt: skip
    _parquet(tms, "loads", loads)
    for system in (erp, tms):
        shutil.copytree(system, folder / "next", dirs_exist_ok=True)
    return folder / "next"


def _empty_shelves(path: Path) -> None:
    """Nobody has any of the item left but what lies reserved at its site."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row["itemId"] == ITEM and row["snapshotAt"] == _SNAPSHOT:
            held = 60 if row["siteId"] == SITE else 0
            row |= {"onHandQty": held, "reservedQty": held, "blockedQty": 0, "safetyStockQty": 0}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _orders(erp: Path) -> None:
    rows = [
        {"ORDERID": line[:-3], "CUSTOMERID": customer, "SITEID": SITE, "CHANNEL": "10", "ORDERTYPE": "STD",
         "BUSINESSUNIT": "Industrial", "CUSTOMERREFERENCE": f"PO-{line}", "PRIORITY": "3", "STATUS": "OFFEN",
         "ORDERAT": "24.06.2026 09:00:00", "REQUESTEDDATE": _promise(line), "PROMISEDATE": _promise(line),
         "ORDERAMOUNT": f"{PRICE * qty},00", "CURRENCYCODE": "EUR"}
        for line, (customer, qty) in (SHORT | DONOR).items()
    ]  # fmt: skip
    _write(erp / "orders_02.csv", _like(erp.parent, "orders_01.csv"), rows)


def _promise(line: str) -> str:
    return "27.07.2026" if line in DONOR else "06.07.2026"


def _line(line: str, qty: int) -> dict[str, str]:
    promise = _promise(line)
    return {
        "ORDERLINEID": line, "ORDERID": line[:-3], "LINENO": "10", "ITEMID": ITEM, "SITEID": SITE, "ORDEREDQTY": str(qty),
        "CANCELLEDQTY": "0", "UNITPRICE": f"{PRICE},00", "UNITCOST": f"{COST},00", "CURRENCYCODE": "EUR",
        "REQUESTEDDATE": promise, "PROMISEDATE": promise, "PROJECTEDDATE": promise,
    }  # fmt: skip


def _lines() -> Iterable[dict[str, str]]:
    nothing = dict.fromkeys(_COUNTS, "0")
    for line, (_, qty) in SHORT.items():
        yield _line(line, qty) | nothing | {"BACKORDEREDAT": "24.06.2026 09:05:00"}
    for line, (_, qty) in DONOR.items():
        yield _line(line, qty) | nothing | {"CONFIRMEDQTY": str(qty), "ALLOCATEDQTY": str(qty)}


def _delivered() -> Iterable[dict[str, str]]:
    for line, (_, qty) in (SHORT | DONOR).items():
        at = (
            ("28.07.2026 17:00:00", "30.07.2026 11:00:00")
            if line in DONOR
            else ("01.07.2026 17:00:00", "03.07.2026 11:00:00")
        )
        all_of_it = dict.fromkeys(_COUNTS, str(qty)) | {"ALLOCATEDQTY": "0"}
        yield _line(line, qty) | all_of_it | {"RELEASEDAT": at[0], "SHIPPEDAT": at[0], "DELIVEREDAT": at[1]}


def _exceptions() -> Iterable[dict[str, str]]:
    for number, (line, (customer, qty)) in enumerate(SHORT.items(), start=1):
        yield {
            "EXCEPTIONID": f"EX90000{number}", "LOCALCODE": "Z100", "LOCALSEVERITY": "2", "LOCALSTATUS": "10",
            "SITEID": SITE, "CUSTOMERID": customer, "ITEMID": ITEM, "ORDERID": line[:-3], "ORDERLINEID": line,
            "BUSINESSUNIT": "Industrial", "CHANNEL": "edi", "OWNERTEAMID": "INVENTORY",
            "DETECTEDAT": "24.06.2026 09:05:00", "SLADUEAT": "26.06.2026 09:05:00", "MAGNITUDE": f"{qty},00",
            "VALUEATRISKAMOUNT": f"{PRICE * qty * 100},00", "CURRENCYCODE": "EUR", "PROCESSSTEP": "promise",
            "DETECTEDBY": "system",
        }  # fmt: skip


def _shipment(line: str) -> dict[str, object]:
    shipped, delivered = (pd.Timestamp(f"2026-07-0{day}T09:00:00", tz="UTC") for day in (1, 3))
    return {
        "shipment_id": f"SH{line}", "order_id": line[:-3], "customer_id": SHORT[line][0], "site_id": SITE,
        "status": "delivered", "planned_ship_at": shipped, "shipped_at": shipped, "planned_delivery_at": delivered,
        "delivered_at": delivered, "freight_amount": FREIGHT[line], "standard_freight_amount": FREIGHT[line],
        "currency_code": "EUR", "is_expedited": False,
    }  # fmt: skip


def _parquet(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    """One more file with the first one's columns and types."""
    like = pd.read_parquet(folder / f"{name}_01.parquet").head(0)
    made = pd.DataFrame(rows).reindex(columns=like.columns).astype(like.dtypes.to_dict())
    made.to_parquet(folder / f"{name}_02.parquet", index=False)


def _like(files: Path, name: str) -> list[str]:
    with (files / "erp" / name).open(encoding="utf-8") as file:
        return next(csv.reader(file, delimiter=";"))


def _write(path: Path, header: list[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _append(path: Path, rows: Iterable[dict[str, str]]) -> None:
    _rewrite(path, lambda known: [*known, *rows])


def _change(path: Path, column: str, beginning: str, changes: dict[str, str]) -> None:
    _rewrite(path, lambda known: [row | changes if row[column].startswith(beginning) else row for row in known])


def _rewrite(path: Path, how: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        known, header = list(reader), list(reader.fieldnames or [])
    _write(path, header, how(known))
