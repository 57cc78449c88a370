"""Which rows of a published build do the oracles compute on? Whole relations, read when first asked for."""

import duckdb
import pandas as pd


class BuildFrames(dict[str, pd.DataFrame]):
    """The relations of a build as frames; rows of a source carry that source's clock as `as_of`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__()
        self.connection = connection
        self.clock = dict(connection.execute("SELECT source_system, as_of FROM source_clock").fetchall())

    def now(self) -> pd.Timestamp:
        """The clock of the build."""
        return pd.Timestamp(self["policy"]["as_of"].iloc[0])

    def __missing__(self, relation: str) -> pd.DataFrame:
        frame = self.connection.table(relation).df()
        if "source_system" in frame and "as_of" not in frame:
            frame["as_of"] = pd.to_datetime(frame["source_system"].map(self.clock))
        for name in frame.columns:
            kind = frame[name].dtype
            if isinstance(kind, pd.CategoricalDtype) or pd.api.types.is_string_dtype(kind):
                frame[name] = frame[name].astype("object").where(frame[name].notna(), None)
        self[relation] = frame
        return frame
