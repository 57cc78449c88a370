"""Which questions does the dashboard answer? One page per file."""
