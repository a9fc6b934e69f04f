"""Who is who: users, organisations, people and the roles they hold. The ground floor of the ladder."""
