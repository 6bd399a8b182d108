"""Score a detector against the truth, and compare detectors: FROC, wAFROC, intervals and tests."""

from .areas import afroc_auc, image_auc, wafroc_auc
from .candidate_lists import CandidateList, CandidatesFile, ListedCandidate, read_candidates
from .compare import (
    Comparison,
    Figure,
    compare,
    compare_files,
    compare_readers,
)
from .dbm import dorfman_berbaum_metz
from .delong import delong
from .document import comparison_document, evaluation_document, mrmc_document
from .evaluate import evaluate, evaluate_files
from .foreign import UnreadableTruthError
from .froc import froc_curve, froc_score, sensitivity_at
from .hit_rule import BoxRule, HitRule, judge
from .judged import ImageState, JudgedImage, Mark, Outcome, Target
from .mrmc import MrmcAnalysis, obuchowski_rockette
from .options import EvaluationOptions
from .page import comparison_html, evaluation_html
from .plots import froc_plot, wafroc_plot
from .pool import FalseMarkImages, Pool, pool
from .resampling import Bootstrap, Estimate
from .results import Evaluation
from .sample_size import Generalise, cases_needed, power
from .text_table import comparison_text, evaluation_text, mrmc_text
from .truth import Box, Mimic, TrueBox, TrueImage, TrueLine
from .truth_files import read_truth
from .write import write_comparison, write_evaluation

__all__ = [
    "Bootstrap",
    "Box",
    "BoxRule",
    "CandidateList",
    "CandidatesFile",
    "Comparison",
    "Estimate",
    "Evaluation",
    "EvaluationOptions",
    "FalseMarkImages",
    "Figure",
    "Generalise",
    "HitRule",
    "ImageState",
    "JudgedImage",
    "ListedCandidate",
    "Mark",
    "Mimic",
    "MrmcAnalysis",
    "Outcome",
    "Pool",
    "Target",
    "TrueBox",
    "TrueImage",
    "TrueLine",
    "UnreadableTruthError",
    "afroc_auc",
    "cases_needed",
    "compare",
    "compare_files",
    "compare_readers",
    "comparison_document",
    "comparison_html",
    "comparison_text",
    "delong",
    "dorfman_berbaum_metz",
    "evaluate",
    "evaluate_files",
    "evaluation_document",
    "evaluation_html",
    "evaluation_text",
    "froc_curve",
    "froc_plot",
    "froc_score",
    "image_auc",
    "judge",
    "mrmc_document",
    "mrmc_text",
    "obuchowski_rockette",
    "pool",
    "power",
    "read_candidates",
    "read_truth",
    "sensitivity_at",
    "wafroc_auc",
    "wafroc_plot",
    "write_comparison",
    "write_evaluation",
]
