"""Beyond one machine: lists of files that any cluster can work off, and what comes of them joined again."""

from .making import USUAL_PER_SHARD, ShardsMade, index_of, make_shards
from .merging import MergedTable, MergeSummary, merge
from .on_dask import ShardOutcome, analyze_on_dask
from .place import Place, place_of
from .running import ShardSummary, analyze_shard, numbered_shard, read_shard, total
from .shard import Shard, ShardEntry, shard_from_bytes, shard_number, shard_text

__all__ = [
    "USUAL_PER_SHARD",
    "MergeSummary",
    "MergedTable",
    "Place",
    "Shard",
    "ShardEntry",
    "ShardOutcome",
    "ShardSummary",
    "ShardsMade",
    "analyze_on_dask",
    "analyze_shard",
    "index_of",
    "make_shards",
    "merge",
    "numbered_shard",
    "place_of",
    "read_shard",
    "shard_from_bytes",
    "shard_number",
    "shard_text",
    "total",
]
