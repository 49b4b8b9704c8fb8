"""A living page of all components and screens in all their states; in development and demo only."""
