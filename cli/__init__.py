"""How do machines and tests use the tower? One thin verb per question; never a rule or a computation."""
