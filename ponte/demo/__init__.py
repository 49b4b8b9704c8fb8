"""The whole house on one machine: real PostgreSQL and Redis, the sandbox, the server and a worker."""
