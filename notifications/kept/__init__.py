"""What is held of people: the nightly purge over all rooms, and the organisers' page about it (decision 0030)."""
