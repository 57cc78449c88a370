"""What do we mean, and what do we decide? Definitions, facts, rules; never a page, a figure or a reader."""
