"""Won deals of Bitrix24 become sales orders of Bling: decide → read → customer → order → link."""
