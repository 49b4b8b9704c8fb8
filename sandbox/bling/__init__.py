"""Bling's API v3 in miniature: OAuth, limits, products and the rest, webhooks with their retries."""
