"""The `microcal` command from its first moment on: Ctrl-C while the package is imported is one line too.

It lies beside the package, as importing anything inside imports all of it first.
"""

import sys

_INTERRUPTED = 130  # as microcal_xray.cli has it


def main() -> int:
    """Run the command and return its exit status."""
    try:
        from microcal_xray.cli import main as run  # half a second, in which Ctrl-C may come

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("microcal: interrupted\n")
        return _INTERRUPTED
