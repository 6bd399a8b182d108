"""Which list of candidates belongs to which picture of the truth."""

import pytest

from microcal_xray.evaluation.candidate_lists import CandidateList
from microcal_xray.evaluation.foreign import UnreadableTruthError
from microcal_xray.evaluation.pairing import pair
from microcal_xray.evaluation.truth import TrueImage


def lists(*files):
    return [CandidateList(file, True, 10, 10) for file in files]


@pytest.mark.parametrize("file", ["a.png", "x/y/a.png", "a.dcm", "a"])
def test_the_same_picture_is_found_by_path_name_or_stem(file):
    paired = pair(lists("images/a.png", "images/b.png"), [TrueImage(file)])
    assert paired.pairs[0][0].file == "images/a.png"
    assert paired.without_truth == ("images/b.png",)


def test_an_exact_path_wins_over_a_name():
    paired = pair(lists("a.png", "old/a.png"), [TrueImage("a.png"), TrueImage("old/a.png")])
    assert [(answer.file, image.file) for answer, image in paired.pairs] == [
        ("a.png",) * 2,
        ("old/a.png",) * 2,
    ]


def test_a_name_that_fits_two_pictures_is_refused():
    with pytest.raises(UnreadableTruthError, match=r"'a\.png' names 1 pictures of the truth and 2"):
        pair(lists("one/a.png", "two/a.png"), [TrueImage("a.png")])


def test_what_is_in_one_alone_is_counted():
    paired = pair(lists("a.png", "b.png"), [TrueImage("a.png"), TrueImage("c.png")])
    assert (paired.not_listed, paired.without_truth) == (("c.png",), ("b.png",))


def test_a_picture_of_which_nothing_is_known_is_set_aside():
    paired = pair(lists("a.png", "b.png"), [TrueImage("a.png"), TrueImage("b.png", unsure=True)])
    assert [image.file for _, image in paired.pairs] == ["a.png"]
    assert paired.set_aside == ("b.png",)


def test_sizes_that_disagree_are_refused():
    with pytest.raises(UnreadableTruthError, match=r"a\.png: 10 columns, but the truth says 20"):
        pair(lists("a.png"), [TrueImage("a.png", 10, 20)])


def test_nothing_in_common_is_refused():
    with pytest.raises(UnreadableTruthError, match="no picture is in both"):
        pair(lists("a.png"), [TrueImage("z.png")])
