"""The meeting point: when it is open, appointments, and who came with what outcome (decision 0029)."""
