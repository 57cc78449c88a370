"""Which changes did the store's schema take, in order?

One module per change; a released one is never edited.
"""
