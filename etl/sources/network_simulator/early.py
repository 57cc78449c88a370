"""Which orders fall out of the standard path? Cases drawn at plausible rates by type; never how they are worked."""

import numpy as np

from etl.sources.network_simulator.cases import CaseBook
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import Shipping, line_amounts
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.run import HOUR, Ints, Run, draws

RATES = {
    "inventory_shortfall": 9, "stock_mismatch": 3, "stale_sync_backorder": 4, "backorder_conflict": 2,
    "allocation_conflict": 3, "substitution_request": 3, "credit_hold": 6, "blocked_account": 1, "compliance_hold": 1,
    "regulated_order": 1.5, "pricing_discrepancy": 6, "margin_violation": 2, "promotion_mismatch": 2,
    "contract_terms_mismatch": 2, "missing_tax_jurisdiction": 1, "incomplete_customer_data": 4, "invalid_ship_to": 3,
    "duplicate_order": 3, "order_anomaly": 2, "edi_order_failure": 3, "failed_transformation": 3,
    "retry_duplicate": 1, "pick_shortfall": 5, "missed_ship_cutoff": 5, "shipment_delay": 6, "carrier_failure": 2,
    "failed_delivery": 4, "missing_proof_of_delivery": 4, "invoice_discrepancy": 4, "remittance_mismatch": 3,
    "dispute": 2, "deduction": 1,
}  # fmt: skip
"""Cases per 1,000 orders."""


def draw(run: Run, book: CaseBook, stage: int, world: tuple[Orders, Lines, Ints], shipping: Shipping | None) -> None:
    """Report the cases of one stage: 1 before release, 2 around shipment, 3 after the invoice."""
    orders, lines, supplier = world
    amount = np.add.reduceat(line_amounts(lines), orders.first_line)
    for type_code, rate in RATES.items():
        if stage_of(type_code) != stage:
            continue
        dice = draws(run, type_code, np.arange(len(orders)), 2)
        hit = np.flatnonzero(dice[:, 0] < rate / 1000)
        base = orders.booked_at[hit] + 400 if shipping is None else shipping.packed_at[hit]
        seen = base + (dice[hit, 1] * (2 if stage == 1 else 30) * HOUR).astype(np.int64)
        line = orders.first_line[hit]
        book.add(type_code, hit, seen, order=hit, line=line, site=orders.site[hit], customer=orders.customer[hit],
                 item=lines.item[line], supplier=supplier[lines.item[line]], amount=amount[hit])  # fmt: skip


def stage_of(type_code: str) -> int:
    """1 before release, 2 around shipment, 3 after the invoice."""
    team = PLAYS[type_code].team
    return 2 if team in ("warehouse", "transport", "after_sales") else 3 if team in ("billing", "collections") else 1
