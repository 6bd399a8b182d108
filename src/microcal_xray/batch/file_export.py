"""The DICOM results of one file, as they are made in a worker process."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import MicrocalError, OutputError
from ..exporting import Analysis, ExportOptions, ResultKind, dicom_objects, existing_identifier, object_bytes
from ..loading.complaints import shown_path
from ..whole_files import PRIVATE_FILE, write_whole


@dataclass(frozen=True)
class ExportTask:
    """One image whose results become DICOM objects.

    Parameters
    ----------
    path : Path
        Of the image.
    file : str
        Its name in the outputs.
    analysis : Analysis
    targets : mapping of ResultKind to Path
        Where each object goes.
    """

    path: Path
    file: str
    analysis: Analysis
    targets: Mapping[ResultKind, Path]


@dataclass(frozen=True)
class ExportedFile:
    """What became of one image.

    Parameters
    ----------
    written : tuple of str
        The names of its objects.
    failure : str or None
        Why there are none.
    """

    written: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True)
class FileExport:
    """How objects are made; called with a task, it writes them for their owner alone.

    Parameters
    ----------
    options : ExportOptions
    """

    options: ExportOptions

    def __call__(self, task: ExportTask) -> ExportedFile:
        """Make and write the objects of one image; one that is there already stays as it is.

        Raises
        ------
        OutputError
            If an object cannot be written; the next one could not either.
        """
        try:
            objects = dicom_objects(task.analysis, task.path, self.options)
        except OutputError:
            raise
        except MicrocalError as error:
            return ExportedFile(failure=str(error).removeprefix(f"{shown_path(task.path)}: "))
        written = []
        for kind, dataset in objects.items():
            target = task.targets[kind]
            if existing_identifier(target) != dataset.SOPInstanceUID:
                write_whole(target, object_bytes(dataset), mode=PRIVATE_FILE)
            written.append(target.name)
        return ExportedFile(tuple(written))
