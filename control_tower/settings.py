"""Where does this machine keep things? Environment only; never anything the business decides.

What the business may change is in `policy.toml`.
"""

from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting of this machine; each is read from the environment variable `TOWER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="TOWER_", extra="ignore")

    home: Path = PROJECT_ROOT / "data"
    """The data folder: raw/, builds/, staging/."""
    memory_limit: str = "2GB"
    """What one DuckDB connection may use before it spills to disk."""
    threads: int = 0
    """Threads of DuckDB; 0 lets it take all cores."""
    query_seconds: float = 10.0
    """A read of the dashboard or of `tower sql` is interrupted after this many seconds."""
    store_url: str = ""
    """The decision store: an SQLAlchemy URL of SQLite or PostgreSQL; empty = store.sqlite in the home."""
    anchor: str = ""
    """Where the signed head of the audit trail goes: a path (best on another disk) or a URL; empty = anchor/ in the home."""
    anchor_seconds: int = Field(default=0, ge=0, le=60)
    """The longest time that passes between an action and the anchoring of its audit entry; 0 = at once."""
    outbox_url: str = ""
    """Where approved moves and messages go: an HTTP endpoint (https; http only on this machine); empty = a folder."""
    outbox_folder: str = ""
    """The folder that takes them when there is no endpoint; empty = outbox/ in the home."""
    outbox_token: SecretStr = SecretStr("")
    """Bearer token for the endpoint."""
    outbox_authority: str = ""
    """A file of certificates that sign the endpoint's; empty = the system's."""
    outbox_seconds: float = Field(default=10.0, gt=0, le=30)
    """How long the endpoint may take to answer; shorter than a sender's claim on a message."""
    is_demo: bool = True
    """No identity provider: the demo's users exist and anybody at this machine may be any of them."""

    @cached_property
    def store_place(self) -> str:
        """The URL of the decision store."""
        return self.store_url or f"sqlite:///{(self.home / 'store.sqlite').resolve()}"

    @cached_property
    def raw(self) -> Path:
        """Every file ever loaded, by its SHA-256, immutable."""
        return self.home / "raw"

    @cached_property
    def builds(self) -> Path:
        """One folder per build, and the pointer CURRENT."""
        return self.home / "builds"

    @cached_property
    def staging(self) -> Path:
        """Work in progress; anything here that no running load owns may be deleted."""
        return self.home / "staging"

    @cached_property
    def reference(self) -> Path:
        """Reference data shipped with the product (taxonomy, calendars, tiers, rates)."""
        return PROJECT_ROOT / "data" / "reference"


def current() -> Settings:
    """Read the settings anew from the environment (cheap; tests change `TOWER_HOME`)."""
    return Settings()


@lru_cache(maxsize=64)
def at(home: str) -> Settings:
    """The settings with this data folder, read once: a page asks for them at every read."""
    return Settings(home=Path(home))
