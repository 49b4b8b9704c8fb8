"""Stripe: the official package over our own HTTP client, its errors and objects in Ponte's words."""
