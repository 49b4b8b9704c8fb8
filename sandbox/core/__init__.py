"""What both vendors of the sandbox share: clock, call log, faults, switches, tenants, mail."""
