"""How is an answer drawn? Frame in, figure out; never a Streamlit call and never a query."""
