"""How did orders and exceptions really flow? Maps, variants, times, conformance; never a page or a load."""
