"""Tickets: their life, what to do next, and the words for it."""
