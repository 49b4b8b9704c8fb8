"""The main story, played end to end: what somebody does in Bling is seen in Bitrix24."""
