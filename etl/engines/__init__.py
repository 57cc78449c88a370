"""Where do models run? One module per engine; never the meaning of a relation, which stands in `.sql` files."""
