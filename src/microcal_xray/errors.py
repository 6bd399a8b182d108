"""The errors that every room raises; catch `MicrocalError` to catch them all."""


class MicrocalError(Exception):
    """Something a user can understand and act on: the message names the file, the value and the remedy."""


class UnreadableRadiographError(MicrocalError):
    """The file should hold a radiograph, but it cannot be read: empty, truncated, unsupported or hostile."""


class NotARadiographError(MicrocalError):
    """The file is whole, but holds no single projection radiograph: a CT slice, a report, a text."""


class UnreadableSeriesError(MicrocalError):
    """The files should hold a magnetic resonance series, but no volume can be made of them."""


class SettingsError(MicrocalError, ValueError):
    """A setting or an argument is out of its range, or its name is not known."""


class OutputError(MicrocalError):
    """The output folder cannot be made, is not ours to overwrite, or is not writable."""


class UnreadableResultError(MicrocalError):
    """The file should hold the result of a run, but it cannot be read, or lacks what is needed of it."""
