"""Which objects are to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from ..loading.complaints import complaints_name

_DICOM_FOLDER = "dicom"


@dataclass(frozen=True)
class ObjectFile:
    """A DICOM file and what identifies it.

    Parameters
    ----------
    path : Path
    sop_class_uid, sop_instance_uid, series_instance_uid, study_instance_uid : str
    transfer_syntax_uid : str
    """

    path: Path
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax_uid: str


def objects_to_send(paths: Sequence[str | Path]) -> tuple[ObjectFile, ...]:
    """Return the DICOM objects that some paths name, each once, sorted by path.

    Parameters
    ----------
    paths : sequence of path
        Files, folders of files that end in .dcm, or output folders of `microcal analyze`, of which the
        objects in `dicom` are taken.

    Raises
    ------
    SettingsError
        If a path does not exist or names no object.
    UnreadableRadiographError
        If a file is no DICOM object.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            folder = path / _DICOM_FOLDER if (path / _DICOM_FOLDER).is_dir() else path
            found = sorted(each for each in folder.glob("*.dcm") if each.is_file())
            if not found:
                raise SettingsError(f"{path}: holds no DICOM objects; write them with `microcal export`")
            files.update(dict.fromkeys(found))
        elif path.is_file():
            files[path] = None
        else:
            raise SettingsError(f"{path}: no such file or folder; check the path")
    return tuple(_object(path) for path in files)


def _object(path: Path) -> ObjectFile:
    # Imported here: pydicom costs 0.2 s, which other commands should not pay.
    from ..loading.dicom_file import read_header

    with complaints_name(path):
        header = read_header(path)
        return ObjectFile(
            path=path,
            sop_class_uid=str(header.SOPClassUID),
            sop_instance_uid=str(header.SOPInstanceUID),
            series_instance_uid=str(header.SeriesInstanceUID),
            study_instance_uid=str(header.StudyInstanceUID),
            transfer_syntax_uid=str(header.file_meta.TransferSyntaxUID),
        )
