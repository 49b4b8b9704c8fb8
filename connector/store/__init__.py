"""Postgres: the tables, the hot SQL, and the scopes through which alone they are reached."""
