"""Which tables does the store have? All of them, imported once so that METADATA is whole.

Never defines one itself.
"""

from control_tower.workflow.store import tables_cases, tables_outbox, tables_people, tables_proposals, tables_record
from control_tower.workflow.store.columns import METADATA

__all__ = ["METADATA", "tables_cases", "tables_outbox", "tables_people", "tables_proposals", "tables_record"]
