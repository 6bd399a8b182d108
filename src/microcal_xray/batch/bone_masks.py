"""Where the bone masks of a batch lie, and which one belongs to a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..errors import MicrocalError, SettingsError, UnreadableRadiographError
from ..loading.masks import Mask, read_mask
from ..reporting import Status
from .inputs import InputFile

IS_A_MASK = "is a bone mask, or lies among them"
_ENDINGS = (".png", ".tif", ".tiff")


@dataclass(frozen=True)
class BoneMasks:
    """Bone masks of the caller's.

    Parameters
    ----------
    place : Path
        The mask of the only file, or a folder in which masks are named as the files are in the outputs: that
        of ``ward/leg.dcm`` is ``ward/leg.png`` or ``ward/leg.dcm.png`` there, or the same as .tif or .tiff.

    Examples
    --------
    >>> BoneMasks(Path("leg_bone.png")).name_of("leg.dcm")
    'leg_bone.png'
    """

    place: Path

    def beside(self, inputs: Sequence[InputFile]) -> tuple[InputFile, ...]:
        """Return the inputs without the masks among them, which are skipped.

        Parameters
        ----------
        inputs : sequence of InputFile

        Raises
        ------
        SettingsError
            If the masks are not there, are one file for several, or nothing but masks is left.
        """
        if not self.place.exists():
            raise SettingsError(
                f"{self.place}: no such file or folder; give the bone mask, or a folder of them"
            )
        judged = tuple(self._judged(each) for each in inputs)
        files = sum(each.status is Status.OK for each in judged)
        if files > 1 and not self.place.is_dir():
            raise SettingsError(
                f"{self.place}: is one mask, but there are {files} files; give a folder of masks"
            )
        if not files and any(each.status is Status.OK for each in inputs):
            raise SettingsError(f"{self.place}: all inputs lie there; keep masks in a folder of their own")
        return judged

    def _judged(self, entry: InputFile) -> InputFile:
        if entry.status is not Status.OK or not entry.path.is_relative_to(self.place):
            return entry
        return replace(entry, status=Status.SKIPPED, reason=IS_A_MASK)

    def name_of(self, file: str) -> str:
        """Return the name of the mask of a file, in the folder of masks; the first that is there.

        Parameters
        ----------
        file : str
            As it is named in the outputs.

        Raises
        ------
        UnreadableRadiographError
            If there is none.
        """
        if not self.place.is_dir():
            return self.place.name
        names = list(_names(PurePosixPath(file)))
        for name in names:
            if (self.place / name).is_file():
                return name
        wanted = names[0] if names else file
        raise UnreadableRadiographError(f"there is no bone mask {wanted} in the folder of masks; add it")

    def of(self, file: str, shape: tuple[int, int]) -> Mask:
        """Return the mask of a file.

        Parameters
        ----------
        file : str
        shape : (rows, columns)
            Of its radiograph.

        Raises
        ------
        MicrocalError
            If there is none that fits; with the reason alone, which names the mask.
        """
        name = self.name_of(file)
        path = self.place / name if self.place.is_dir() else self.place
        try:
            return read_mask(path, shape=shape)
        except MicrocalError as error:
            raise UnreadableRadiographError(f"bone mask {name}: {error}") from error

    def mark_of(self, file: str) -> tuple[int, int]:
        """Return length and time of change (ns) of the mask of a file; zeros where there is none."""
        try:
            name = self.name_of(file)
            known = (self.place / name if self.place.is_dir() else self.place).stat()
        except (OSError, UnreadableRadiographError):
            return 0, 0
        return known.st_size, known.st_mtime_ns


def _names(file: PurePosixPath) -> Iterator[str]:
    if file.is_absolute() or ".." in file.parts:  # a recorded name may come from anywhere
        return
    for ending in _ENDINGS:
        if file.suffix:
            yield file.with_suffix(ending).as_posix()
        yield f"{file}{ending}"
