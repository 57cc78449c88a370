"""What would a distributor's systems hold? A simulated one with known truth; never anything that a load reads back."""
