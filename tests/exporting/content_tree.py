"""Find things in the content tree of a structured report."""

from collections.abc import Iterator

from pydicom.dataset import Dataset


def items(report: Dataset) -> Iterator[Dataset]:
    """Yield every content item, in the order of the document."""
    for item in report.get("ContentSequence") or []:
        yield item
        yield from items(item)


def named(report: Dataset, code: str) -> list[Dataset]:
    return [item for item in items(report) if _name(item) == code]


def groups(report: Dataset) -> list[Dataset]:
    return named(report, "125007")


def numbers(group: Dataset) -> dict[tuple[str, str], str]:
    """Return the numbers of a group by concept and unit, as they are written."""
    found = {}
    for item in group.ContentSequence:
        if item.ValueType == "NUM":
            value = item.MeasuredValueSequence[0]
            found[_name(item), value.MeasurementUnitsCodeSequence[0].CodeValue] = str(value.NumericValue)
    return found


def coded(group: Dataset, code: str) -> list[str]:
    return [item.ConceptCodeSequence[0].CodeValue for item in named(group, code)]


def _name(item: Dataset) -> str | None:
    return item.ConceptNameCodeSequence[0].CodeValue if "ConceptNameCodeSequence" in item else None
