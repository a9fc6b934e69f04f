"""Retention: what leaves, when, and what is said of it."""
