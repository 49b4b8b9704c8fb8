"""Where Piccolo finds the engine (`PICCOLO_CONF=migrations.piccolo_conf`)."""

from __future__ import annotations

from piccolo.conf.apps import AppRegistry

from connector.store.engine import ENGINE as DB

APP_REGISTRY = AppRegistry(apps=["migrations.piccolo_app"])

__all__ = ["APP_REGISTRY", "DB"]
