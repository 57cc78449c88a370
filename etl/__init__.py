"""How does data get in? Readers, sources, models, audits; never a definition of a figure, never a page."""
