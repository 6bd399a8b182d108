"""Draw the pictures of README.md from sample_data/."""

from pathlib import Path

import microcal_xray as mx

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Draw the overlay of the clear fissure."""
    findings = mx.find_lines(mx.read_radiograph(ROOT / "sample_data" / "tibia_fissure.dcm"))
    target = ROOT / "docs" / "pictures" / "tibia_fissure.png"
    mx.overlay(findings).savefig(target, dpi=70, metadata={"Software": None})
    print(target)


if __name__ == "__main__":
    main()
