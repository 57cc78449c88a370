"""How are short order lines served best? Pure and deterministic: same facts, same plan. No store, no pages here."""
