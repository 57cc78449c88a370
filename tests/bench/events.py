"""What does the loading benchmark read? Ten million order events as CSV, made by SQL, with rework and ties."""

from pathlib import Path

import duckdb

FILES = 4
ACTIVITIES = (
    "order created", "inventory reserved", "pick started", "pick confirmed", "packed", "shipment confirmed",
    "delivered", "invoice posted", "paid", "credit hold applied", "credit released", "allocation failed",
    "replenishment confirmed",
)  # fmt: skip


def write(folder: Path, events: int) -> list[Path]:
    """Write `events` rows over FILES files; one order in ten repeats a step, one event in a hundred ties in time."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "[" + ", ".join(f"'{name}'" for name in ACTIVITIES) + "]"
    paths = []
    with duckdb.connect() as connection:
        for part in range(FILES):
            low, high = events * part // FILES, events * (part + 1) // FILES
            path = folder / f"events_{part + 1}.csv"
            connection.execute(
                f"COPY (SELECT 'EV' || i AS event_id, 'ORD' || (i // 13) AS order_id, "
                f"{names}[1 + CASE WHEN hash(i // 13) % 10 = 0 AND i % 13 = 7 THEN 2 ELSE i % 13 END] AS activity, "
                "strftime(TIMESTAMP '2025-01-01' + to_seconds(CAST(i // 13 * 3 + (i % 13) * 5400 + "
                "CASE WHEN hash(i) % 100 = 0 THEN 0 ELSE hash(i) % 1000 END AS BIGINT)), '%Y-%m-%d %H:%M:%S') AS occurred_at, "
                "'user' || (hash(i) % 200) AS resource, 'DC' || (hash(i // 13) % 12) AS site "
                f"FROM range({int(low)}, {int(high)}) AS t(i)) TO '{path}' (HEADER)"
            )
            paths.append(path)
    return paths
