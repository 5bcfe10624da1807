"""Many files checked in one process, which may die: starting one costs more than the check.

`python -m tests.paperwork.files.batch FOLDER [SWITCH=0|1 …]`; a switch is a name in
`paperwork/inside/pdf.py`, so that a test can see what happens without that defence.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ACCEPTED = ""


def checked(files: Mapping[str, bytes], **switches: bool) -> dict[str, str]:
    """The code of the refusal of each, or ACCEPTED."""
    with TemporaryDirectory() as folder:
        names = {f"{number:05}": name for number, name in enumerate(files)}
        for number, name in names.items():
            (Path(folder) / number).write_bytes(files[name])
        words = [f"{name}={int(value)}" for name, value in switches.items()]
        ended = subprocess.run(
            [sys.executable, "-m", "tests.paperwork.files.batch", folder, *words],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, f"the process died: {ended.returncode} {ended.stderr[-2000:]}"
    said = json.loads(ended.stdout)
    return {name: said[number] for number, name in names.items()}


def main(folder: Path, switches: list[str]) -> None:
    import resource

    from paperwork.inside import RefusedError, pdf
    from paperwork.inside.__main__ import MEMORY, answer

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for switch in switches:
        name, _equals, value = switch.partition("=")
        assert hasattr(pdf, name), name
        setattr(pdf, name, value == "1")
    said = {}
    for path in sorted(folder.iterdir()):
        try:
            answer("check", [1], path.read_bytes())
            said[path.name] = ACCEPTED
        except RefusedError as refusal:
            said[path.name] = str(refusal)
        except MemoryError:
            said[path.name] = "too_complex"
        except Exception:  # noqa: BLE001  # as paperwork/inside/__main__.py
            said[path.name] = "damaged"
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
