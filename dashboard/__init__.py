"""What do people see? Pages, figures, widgets; never a rule, a query text or a load."""
