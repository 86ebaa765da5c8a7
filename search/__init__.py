"""Passages, how they are indexed and found, and the answers quoted from them."""
