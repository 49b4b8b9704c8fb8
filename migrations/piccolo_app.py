"""The Piccolo app whose migrations these are."""

from __future__ import annotations

from pathlib import Path

from piccolo.conf.apps import AppConfig

APP_CONFIG = AppConfig(app_name="ponte", migrations_folder_path=Path(__file__).parent / "piccolo_migrations")
