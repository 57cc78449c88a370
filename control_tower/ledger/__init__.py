"""Did what was decided help? What was promised, what became of it, and how similar cases fared without; never who decides."""
