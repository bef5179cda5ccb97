"""The machine, as every figure and every headless answer quotes it. torch is asked only where it is loaded already."""

from __future__ import annotations

import os
import platform
import sys


def physical_cores() -> int:
    """Cores this process may use; hyper-threads are not told apart, containers are respected."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # macOS and Windows
        return max(1, os.cpu_count() or 1)


def cpu_name() -> str:
    """The processor's name, for figures."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine(device: str = "cpu") -> dict[str, str | int]:
    """Processor, cores, torch and its threads; a question about usage is answered without waiting for torch."""
    torch = sys.modules.get("torch")
    if torch is not None:
        threads, version = int(torch.get_num_threads()), str(torch.__version__)
    else:
        threads = int(os.environ.get("OMP_NUM_THREADS") or physical_cores())
        from importlib import metadata  # half as slow to import as everything else here together

        try:
            version = metadata.version("torch")
        except metadata.PackageNotFoundError:
            version = "missing"
    return {"cpu": cpu_name(), "cores": physical_cores(), "threads": threads, "torch": version, "device": device}
