"""The outbox as organisers see and steer it: lanes, switches, messages one by one, what a log settles."""
