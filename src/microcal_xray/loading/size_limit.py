"""How large a picture may be; asked before anything is allocated."""

from ..errors import UnreadableRadiographError

MAXIMUM_PIXELS = 150_000_000
MAXIMUM_FILE_BYTES = 1 << 30  # 150 megapixels of three 16-bit samples fit


def require_size(rows: int, columns: int) -> None:
    """Refuse a picture without pixels or with too many.

    Raises
    ------
    UnreadableRadiographError
    """
    if rows < 1 or columns < 1:
        raise UnreadableRadiographError(f"{rows} x {columns} pixels: there is no picture")
    if rows * columns > MAXIMUM_PIXELS:
        limit = MAXIMUM_PIXELS // 1_000_000
        raise UnreadableRadiographError(f"{rows} x {columns} pixels are over the limit of {limit} megapixels")
