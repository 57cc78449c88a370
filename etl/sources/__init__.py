"""Which systems do we know how to read? One folder per system; never code that is shared between them."""
