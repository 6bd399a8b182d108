"""Reviewers' decisions: served, kept, compared, brought together and handed on."""

from .agreement import Agreement, AidedComparison, KappaResult, agreement
from .agreement_text import agreement_document, agreement_text
from .application import Application, ReviewOptions
from .consensus import Basis, ConsensusImage, ConsensusLine, consensus, consensus_truth
from .desk import require_desk
from .events import Action, Event, RefusedEventError, event_from_dict, reader_name
from .exports import Decisions, ExportKind
from .ordering import assigned, blinded_order
from .outputs import stored_decisions, write_decisions
from .progress import ReaderProgress, progress_of
from .reading import ImageReading, LineState, fold
from .records import Record, read_record
from .reports import write_reports
from .serving import USUAL_PORT, serve
from .store import STORE_NAME, Order, Role, Store, open_store
from .study import Study, StudyImage, read_study
from .truths import holds_decisions, truth_of_decisions

__all__ = [
    "STORE_NAME",
    "USUAL_PORT",
    "Action",
    "Agreement",
    "AidedComparison",
    "Application",
    "Basis",
    "ConsensusImage",
    "ConsensusLine",
    "Decisions",
    "Event",
    "ExportKind",
    "ImageReading",
    "KappaResult",
    "LineState",
    "Order",
    "ReaderProgress",
    "Record",
    "RefusedEventError",
    "ReviewOptions",
    "Role",
    "Store",
    "Study",
    "StudyImage",
    "agreement",
    "agreement_document",
    "agreement_text",
    "assigned",
    "blinded_order",
    "consensus",
    "consensus_truth",
    "event_from_dict",
    "fold",
    "holds_decisions",
    "open_store",
    "progress_of",
    "read_record",
    "read_study",
    "reader_name",
    "require_desk",
    "serve",
    "stored_decisions",
    "truth_of_decisions",
    "write_decisions",
    "write_reports",
]
