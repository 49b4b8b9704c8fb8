"""The sandbox's control surface: faults, calls, switches, clock, seeds and dumps."""
