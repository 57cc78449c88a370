"""What does the EDI gateway deliver? Acknowledgement logs with a trailer that counts them, and its exceptions; never a payload."""

from pathlib import Path

import numpy as np
import pandas as pd

from etl.sources.network_simulator import messages, outbound
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.names import Period, order_codes, periods, references, ship_codes
from etl.sources.network_simulator.exports.texts import Dialect, Table, delimited, write_lines, written
from etl.sources.network_simulator.messages import CLASSES, HTTP, INTERFACES
from etl.sources.network_simulator.queues import NO
from etl.sources.network_simulator.run import HOUR, NEVER, Ints
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%Y%m%d%H%M%S", "%Y%m%d", flags=("0", "1"))
MARK = "|"
_ROWS = 200_000
"""Most rows of one file of outgoing messages."""


def header(name: str) -> str:
    """The gateway's field names."""
    return name.upper()


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write all files of the gateway."""
    _write(folder / "incidents.txt", world, "exceptions", exceptions(world, file, "edi"), ledger)
    _write(folder / "incident_log.txt", world, "exception_log", steps(world, file, "edi"), ledger)
    repaired, numbers = _repaired(world), _incident_of(world, file)
    for period in periods(world):
        table = _acknowledgements(world, period, repaired, numbers)
        _write(folder / f"acknowledgements_{period.number:02d}.txt", world, "acknowledgements", table, ledger)
    for one in outbound.interfaces(world):
        sent, name = outbound.attempts(world, one), one.name.lower().replace(".", "_")
        cause = _cause_of(world, file, one)
        for part, first in enumerate(range(0, max(len(sent), 1), _ROWS), start=1):
            table = _passed(world, one, sent.iloc[first : first + _ROWS], cause)
            _write(folder / f"acknowledgements_{name}_{part:02d}.txt", world, "acknowledgements", table, ledger)


def _write(path: Path, world: World, name: str, table: Table, ledger: Ledger) -> None:
    columns = {header(column): written(world.run, DIALECT, column, values) for column, values in table.items()}
    count = len(next(iter(table.values())))
    write_lines(path, delimited(columns, MARK), MARK.join(columns), f"TRAILER|{count}")
    ledger.note(f"edi/{path.name}", name, true=count, doubled=0, bad=0, late=0)


_REPAIRED = ("edi_order_failure", "incomplete_payload", "failed_transformation")


def _repaired(world: World) -> Ints:
    """Per order the moment at which a person's repair brought its dead message through, NEVER = none did."""
    cases = world.cases[world.cases["type_code"].isin(_REPAIRED)]
    trail = world.trail[(world.trail["activity"] == NO["Resolve"]) & world.trail["case"].isin(cases.index)]
    fixed = trail.groupby("case")["moment"].max().reindex(cases.index).fillna(NEVER).to_numpy(dtype=np.int64)
    result = np.full(len(world.orders), NEVER, dtype=np.int64)
    result[cases["order"].to_numpy()] = fixed
    return result


def _incident_of(world: World, file: CaseFile) -> np.ndarray:
    found = file.found[(file.found["system"] == "edi") & (file.found["order"] >= 0)]
    return pd.Series(found["no"].to_numpy(), index=found["order"]).groupby(level=0).first().reindex(
        np.arange(len(world.orders))).fillna("").to_numpy(dtype=str)  # fmt: skip


def _acknowledgements(world: World, period: Period, repaired: Ints, incident: np.ndarray) -> Table:
    rows = messages.attempts(world.run, world.orders, world.messages, period.first, period.last)
    rows = rows[rows["sent_at"] <= world.run.end]
    order, error, attempt = (rows[name].to_numpy() for name in ("order", "error", "attempt"))
    sent, dead, failed = (rows[name].to_numpy() for name in ("sent_at", "is_dead", "is_failed"))
    fixed = np.where(dead & (repaired[order] <= world.run.end), repaired[order], NEVER)
    last = sent[np.flatnonzero(np.r_[order[1:] != order[:-1], True])].repeat(np.unique(order, return_counts=True)[1])
    retried = np.where(failed & ~world.messages.is_dead[order], last, NEVER)
    channel = world.orders.channel[order]
    # what makes a retry a second order: it comes under a key of its own
    again = world.messages.has_duplicate[order] & (attempt > 1)
    return {
        "message_id": np.char.add("M", (order + 1_000_001).astype(str)), "attempt": attempt,
        "interface_id": np.array(INTERFACES)[channel], "sent_at": sent,
        "status": np.select([dead, failed], ["DLQ", "NAK"], "ACK"),
        "correlation_id": np.char.add("CORR-", (order + 1_000_001).astype(str)),
        "business_key": references(world, order),
        "idempotency_key": np.char.add(np.char.add("K", (order + 1_000_001).astype(str)), np.where(again, "-R", "")),
        "http_code": np.where(failed, np.array(HTTP)[np.maximum(error, 0)], 200),
        "error_class": np.where(failed, np.array(CLASSES)[np.maximum(error, 0)], ""),
        "schema_version": np.where(channel == 0, "D96A", "2.1"),
        "consumer": np.full(len(order), "ERP"),
        "expected_at": sent + HOUR, "dlq_at": np.where(dead, sent + 60, NEVER), "replayed_at": fixed,
        "recovered_at": np.where(fixed > NEVER, fixed + 60, retried),
        "order_id": order_codes(order), "exception_id": np.where(failed, incident[order], ""),
    }  # fmt: skip


_CAUSED = {"CARRIER.IFTMIN.OUT": "carrier_failure", "SUPPLIER.DESADV.IN": "asn_mismatch",
           "EDI.DESADV.OUT": "missing_shipment_confirmation", "EDI.INVOIC.OUT": "invoice_hold"}  # fmt: skip
"""The exceptions that a message of the interface leads to or comes late for."""


def _cause_of(world: World, file: CaseFile, one: outbound.Interface) -> np.ndarray:
    """Per message of the interface the exception that it belongs to, "" = none."""
    found = file.found[file.found["type_code"] == _CAUSED.get(one.name, "")]
    number = found.groupby("purchase" if one.kind == "purchase" else "shipment")["no"].first()
    return number.reindex(one.number).fillna("").to_numpy(dtype=str)


def _passed(world: World, one: outbound.Interface, rows: pd.DataFrame, cause: np.ndarray) -> Table:
    """Attempts of messages to customers and carriers, to and from suppliers; correlated with the order they serve."""
    row, error = rows["row"].to_numpy(), np.maximum(rows["error"].to_numpy(), 0)
    failed, order = rows["is_failed"].to_numpy(), outbound.order_of(world, one)[row]
    about = np.char.add("PO", (one.number[row] + 4_500_001).astype(str))
    if one.kind != "purchase":
        about = order_codes(order) if one.kind == "order" else ship_codes(world, one.number[row])
    of_order = np.char.add("CORR-", (np.maximum(order, 0) + 1_000_001).astype(str))
    return {
        "message_id": np.char.add(one.prefix, (one.number[row] + 1_000_001).astype(str)),
        "attempt": rows["attempt"].to_numpy(), "interface_id": np.full(len(row), one.name),
        "sent_at": rows["sent_at"].to_numpy(), "status": np.select([rows["is_dead"], failed], ["DLQ", "NAK"], "ACK"),
        "correlation_id": np.where(order >= 0, of_order, np.char.add("CORR-", about)), "business_key": about,
        "idempotency_key": np.char.add(f"K{one.prefix}", (one.number[row] + 1_000_001).astype(str)),
        "http_code": np.where(failed, np.array(HTTP)[error], 200),
        "error_class": np.where(failed, np.array(CLASSES)[error], ""), "schema_version": np.full(len(row), "D96A"),
        "consumer": np.full(len(row), one.consumer), "expected_at": one.sent_at[row] + one.answer_within,
        "dlq_at": rows["dlq_at"].to_numpy(), "replayed_at": rows["replayed_at"].to_numpy(),
        "recovered_at": rows["recovered_at"].to_numpy(), "order_id": np.where(order >= 0, order_codes(np.maximum(order, 0)), ""),
        "exception_id": cause[row],
    }  # fmt: skip
