"""What a bump is called on every picture and in every list: a letter for its kind, and its number."""

from ..bump import Bump, BumpKind

LETTERS = {BumpKind.BUMP: "B", BumpKind.PERIOSTEAL: "P"}


def bump_name(bump: Bump) -> str:
    """Return the name of a bump, as B1 or P2: told from a line, which has a number alone.

    Parameters
    ----------
    bump : Bump
    """
    return f"{LETTERS[bump.kind]}{bump.id}"
