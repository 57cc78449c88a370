"""Where are decisions kept? The one room of `control_tower` that knows SQLAlchemy: tables, transactions, rows ↔ records.

Never decides whether something may happen: that is asked of the pure modules beside it, by the services.
"""
