"""Secrets: the token vault, passwords, random tokens, signatures."""
