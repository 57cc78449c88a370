"""How are instants, quantities and closed lists kept, so that SQLite and PostgreSQL answer alike?

Types and checks only; the tables are in the `tables_…` modules.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
Id = sa.String(200)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which has no such type, keeps it without its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """With a time zone where the database has one."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; refuses an instant without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value}: an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(sa.types.TypeDecorator[Decimal]):
    """A decimal without loss; SQLite, which would make it a float, keeps its text."""

    impl = sa.Numeric(24, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where the database has exact numbers."""
        return dialect.type_descriptor(sa.String(40) if dialect.name == "sqlite" else sa.Numeric(24, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Its text for SQLite."""
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """A Decimal again."""
        return None if value is None else Decimal(value)


def one_of(column: str, *words: type[StrEnum]) -> sa.CheckConstraint:
    """The column holds one of the words of these closed lists (fault 85)."""
    known = [str(word) for kind in words for word in kind]
    return sa.CheckConstraint(
        sa.column(column, sa.String).in_([sa.literal_column(f"'{w}'") for w in known]), name=column
    )


def word(name: str, default: str | None = None) -> sa.Column[str]:
    """A column for a word of a closed list."""
    return sa.Column(name, sa.String(40), nullable=False, server_default=default)


def required_id(name: str, references: str | None = None) -> sa.Column[str]:
    """An id that must be there, pointing at another table where there is one."""
    if references:
        return sa.Column(name, Id, sa.ForeignKey(references), nullable=False)
    return sa.Column(name, Id, nullable=False)


def required_at(name: str) -> sa.Column[datetime]:
    """An instant that must be there."""
    return sa.Column(name, Instant, nullable=False)
