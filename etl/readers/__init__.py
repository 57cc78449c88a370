"""How do files and databases become raw tables? One module per kind of source; never a cast, never a rule."""
