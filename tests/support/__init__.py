"""What the tests stand on: one cluster and one Redis for a whole run, a sandbox for each worker."""
