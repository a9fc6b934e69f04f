"""Questions of an event, asked with a registration or later, and their answers (decision 0022)."""
