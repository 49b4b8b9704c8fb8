"""The sandbox's control surface: faults, calls, switches, clock, seeds and dumps."""

from sandbox.control.routes import routes

__all__ = ["routes"]
