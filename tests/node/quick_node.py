"""`microcal listen` whose studies are analysed in an instant: results that a test prepared are copied.

The folder of the results is named by the variable PREPARED. While the file named by HOLD is there, no
analysis comes to its end.
"""

import os
import shutil
import time
from pathlib import Path

from microcal_xray.cli import main
from microcal_xray.node import node
from microcal_xray.node.analysing import StoppedError, StudyOutcome


class QuickAnalyst:
    """Copies results in place of making them."""

    def __init__(self, options, export):
        self.is_stopped = False

    def analyzed(self, task, *, images):
        while os.path.exists(os.environ["HOLD"]):
            if self.is_stopped:
                raise StoppedError
            time.sleep(0.01)
        task.out.mkdir(exist_ok=True)
        names = sorted(path.name for path in task.images.iterdir())
        (task.out / "images.txt").write_text("\n".join(names))
        objects = sorted(Path(os.environ["PREPARED"]).glob("*.dcm"))
        shutil.rmtree(task.out / "dicom", ignore_errors=True)
        if objects:
            shutil.copytree(Path(os.environ["PREPARED"]), task.out / "dicom")
        return StudyOutcome(images, 0, 0, 0, len(objects), 0)

    def stop(self):
        self.is_stopped = True


if __name__ == "__main__":
    node.Analyst = QuickAnalyst
    raise SystemExit(main())
