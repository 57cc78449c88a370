"""What may happen to a case or a proposal, and where is what was decided kept?

Rules are pure; `store` holds the rows. Never asks who is on a page, never plans.
"""
