"""Bitrix24's REST in miniature: batches, limits, catalogue and CRM as the portal answers them."""
