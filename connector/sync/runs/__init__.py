"""Imports, rehearsals, reconciliations, exports: long work, a step at a time, each step one transaction."""
