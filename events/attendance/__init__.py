"""What is left of the day on paper: the register with its minutes, and certificates (docs/decisions/0033)."""
