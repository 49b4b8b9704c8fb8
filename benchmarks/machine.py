"""Which machine the ratios were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.results import Row


def machine() -> Row:
    """The run's first row."""
    detail: dict[str, object] = {
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory": _field("/proc/meminfo", "MemTotal"),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
    }
    return Row(
        name="machine", value=f"{platform.system()} {platform.release()}", target="", ok=True, detail=detail
    )


def resident_mib(pid: int) -> float:
    """Memory that a process holds in RAM."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def _field(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
