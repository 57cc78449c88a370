"""How does each system write its files? One module per dialect; never what happened in the simulated world."""
