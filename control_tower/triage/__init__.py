"""What comes first, whose is it, by when, and how bad is it? Pure rules of triage; no database and no page."""
