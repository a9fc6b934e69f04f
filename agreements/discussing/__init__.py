"""The parties' discussion: threads at articles and passages, the round's dates, its parties, who read, who was told."""
