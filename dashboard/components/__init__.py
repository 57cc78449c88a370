"""What are pages put together from? Widgets; never a query."""
