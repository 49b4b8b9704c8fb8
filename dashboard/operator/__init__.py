"""The operator's house: pages, what they say, and what they show. Nothing of it is a tenant's."""
