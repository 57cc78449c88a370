"""Did what was decided help? Promises, what became of them, and similar cases without a decision; never decides anything."""
