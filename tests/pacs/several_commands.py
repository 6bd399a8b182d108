"""Run the `microcal` commands that a JSON file lists, one after the other, and print the status of each."""

import json
import sys
from pathlib import Path

from microcal_xray.cli import main

for arguments in json.loads(Path(sys.argv[1]).read_text()):
    status = main(arguments)
    sys.stdout.write(f"status {status}\n")
