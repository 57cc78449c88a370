"""What does finance deliver? One Excel workbook a month: invoices, cash, disputes, its exceptions; never stock."""

from pathlib import Path

import numpy as np

from etl.sources.network_simulator.exports import totals, workbook
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.erp import until
from etl.sources.network_simulator.exports.names import currency, order_codes, ship_codes
from etl.sources.network_simulator.exports.texts import Dialect, Table, written
from etl.sources.network_simulator.run import NEVER, Ints
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%d/%m/%Y %H:%M:%S", "%d/%m/%Y")


def header(name: str) -> str:
    """Headings as people write them."""
    return name.replace("_", " ").capitalize()


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write one workbook per month of posting, one of disputes and exceptions, and one of control totals."""
    posted = np.flatnonzero(world.bills.posted_at <= world.run.end)
    posted = posted[np.argsort(world.bills.posted_at[posted], kind="stable")]
    month = world.run.stamps(world.bills.posted_at[posted]).astype("datetime64[M]")
    written_at = {}
    for one in np.unique(month):
        ship = posted[month == one]
        newest = f"finance_{one}.xlsx"
        written_at[newest] = min(world.run.seconds(one + 1), world.run.end)
        invoices, cash = _invoices(world, ship), _cash(world, ship)
        _write(folder / newest, world, {"Invoices": invoices, "Cash": cash}, ledger)
    sheets = {"Credits": _credits(world), "Disputes": _disputes(world, file), "Exceptions": exceptions(world, file, "finance"),
              "Log": steps(world, file, "finance")}  # fmt: skip
    _write(folder / "cases.xlsx", world, sheets, ledger)
    breaks = {newest: totals.ENTERED_LATER, "adjustments.xlsx": totals.NEVER_CAME}
    stated = totals.table(world, ledger, "finance", breaks, written_at)
    _write(folder / "control.xlsx", world, {"Control": stated}, ledger)


def _write(path: Path, world: World, sheets: dict[str, Table], ledger: Ledger) -> None:
    content = {}
    for title, table in sheets.items():
        columns = {header(name): written(world.run, DIALECT, name, values) for name, values in table.items()}
        is_number = {
            header(name): values.dtype.kind in "if" and not name.endswith(("_at", "_date"))
            for name, values in table.items()
        }
        content[title] = (columns, is_number)
        ledger.note(f"finance/{path.name}", title, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)
    workbook.write(path, content)


def _invoices(world: World, ship: Ints) -> Table:
    bills, order = world.bills, world.ships.order[ship]
    customer = world.orders.customer[order]
    return {
        "invoice_id": ship_codes(world, ship, "IN"), "order_id": order_codes(order),
        "customer_id": world.network.customers.code[customer], "billable_at": bills.billable_at[ship],
        "posted_at": bills.posted_at[ship], "due_date": bills.due_day[ship],
        "paid_at": until(world, bills.paid_at[ship]), "amount": bills.amount[ship],
        "currency_code": currency(world, customer),
    }  # fmt: skip


def _cash(world: World, ship: Ints) -> Table:
    bills = world.bills
    ship = ship[bills.paid_at[ship] <= world.run.end]
    return {
        "cash_receipt_id": ship_codes(world, ship, "PY"), "invoice_id": ship_codes(world, ship, "IN"),
        "received_at": bills.paid_at[ship], "applied_at": until(world, bills.applied_at[ship]),
        "amount": np.round(bills.amount[ship] - bills.credit[ship], 2),
    }  # fmt: skip


def _credits(world: World) -> Table:
    """Invoices that were corrected or credited by the end."""
    bills = world.bills
    corrected, credited = until(world, bills.corrected_at), until(world, bills.credit_at)
    ship = np.flatnonzero((bills.posted_at <= world.run.end) & ((corrected > NEVER) | (credited > NEVER)))
    return {
        "invoice_id": ship_codes(world, ship, "IN"), "corrected_at": corrected[ship], "credit_at": credited[ship],
        "credit_amount": np.where(credited[ship] > NEVER, bills.credit[ship], 0.0),
    }  # fmt: skip


def _disputes(world: World, file: CaseFile) -> Table:
    found = file.found[file.found["type_code"].isin(["dispute", "deduction"])]
    ship, customer = found["shipment"].to_numpy(), found["customer"].to_numpy()
    return {
        "dispute_id": np.char.add("D-", found["no"].to_numpy(dtype=str)), "invoice_id": ship_codes(world, ship, "IN"),
        "customer_id": world.network.customers.code[customer],
        "reason_code": np.where(found["parent"] >= 0, "as notified", "customer's view"),
        "opened_at": found["seen_at"].to_numpy(), "closed_at": found["resolved_at"].to_numpy(),
        "amount": np.round(found["amount"].to_numpy() * 0.25, 2), "currency_code": currency(world, customer),
    }  # fmt: skip
