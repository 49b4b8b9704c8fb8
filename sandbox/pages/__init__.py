"""Small pages on which a person plays with the sandbox."""

from sandbox.pages.routes import routes

__all__ = ["routes"]
