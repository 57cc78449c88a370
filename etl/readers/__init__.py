"""How does one file become rows of text? One module per format; never a cast, a key or a meaning."""
