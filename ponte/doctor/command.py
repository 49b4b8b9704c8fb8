"""The command: one line for each finding, exit code 1 if anything is to be mended."""

from __future__ import annotations

import asyncio
import sys

from connector import settings as environment
from connector.settings import Settings, SettingsError
from ponte.doctor import configuration, prices, services
from ponte.doctor.findings import Finding
from ponte.logs import without_secrets


def run() -> int:
    """Examine all there is and print it."""
    findings = asyncio.run(examine())
    for finding in findings:
        sys.stdout.write(without_secrets(_line(finding)) + "\n")
    return 0 if all(finding.is_right for finding in findings) else 1


async def examine() -> list[Finding]:
    """All findings; unusable settings leave nothing else to look at."""
    try:
        settings = environment.load()
    except SettingsError as error:
        return [Finding("settings", str(error), "docs/operations.md lists every setting")]
    return await _examine(settings)


async def _examine(settings: Settings) -> list[Finding]:
    found = [Finding("settings", f"are readable (PONTE_ENV is {settings.env})")]
    found += configuration.examine(settings)
    found += [finding async for finding in services.examine(settings)]
    found += [finding async for finding in prices.examine(settings)]
    return found


def _line(finding: Finding) -> str:
    if finding.is_right:
        return f"  ok    {finding.topic}: {finding.text}"
    return f"  MEND  {finding.topic}: {finding.text}\n        {finding.mend}"
