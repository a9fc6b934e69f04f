"""Other programs are told of facts, signed and without personal data (docs/decisions/0020).

Outgoing. What mail providers report to us comes in by `notifications/providers/`.
"""
