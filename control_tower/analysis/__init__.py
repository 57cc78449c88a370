"""What do the numbers say beyond a sum? One module per question; no SQL and no pages here."""
