"""Amendments: proposed by the parties on the version under review, decided with a reason, merged token by token."""
