"""Small pages on which a person plays with the sandbox."""
