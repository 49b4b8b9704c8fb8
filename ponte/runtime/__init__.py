"""Real PostgreSQL and Redis from wheels, and processes that are never left behind."""
