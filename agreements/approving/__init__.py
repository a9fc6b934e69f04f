"""Approval by each party's body: mandates, acts on exactly one text, the board of who waits for whom, the guard of freezing."""
