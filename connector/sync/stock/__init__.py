"""Balances of Bling in Bitrix24: decide → read the balance → compare → write the quantity, or a document."""
