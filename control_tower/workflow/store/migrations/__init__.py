"""How does the store's schema change from version to version?

Alembic's folder, shipped inside the wheel; never anything that runs outside a migration.
"""
