"""Loads every module that carries REST methods out, which is what fills the registry."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "elements",
    "prices",
    "dictionaries",
    "properties",
    "catalogue_fields",
    "people",
    "crm_items",
    "crm_item_fields",
    "crm_rows",
    "crm_people",
    "crm_requisites",
    "crm_settings",
    "event_methods",
    "store_documents",
)


def load() -> None:
    """Register all methods; doing it again changes nothing."""
    for name in _MODULES:
        import_module(f"sandbox.bitrix24.{name}")
