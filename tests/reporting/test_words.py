"""The catalogues: both languages say the same, and English says what the code itself says."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from microcal_xray.findings import CANDIDATE_CAUTIONS, EVIDENCE_TERMS, MIMICS
from microcal_xray.radiograph import IMAGE_CAUTIONS
from microcal_xray.reporting import Language, words_of
from microcal_xray.reporting import words as words_room
from microcal_xray.reporting.words import reason_words, told

ENGLISH, FRENCH = words_of("en"), words_of("fr")


def _places(text):
    return sorted(re.findall(r"\{(\w*)\}", text))


def test_every_language_has_every_word():
    for language in Language:
        assert set(words_of(language).texts) == set(ENGLISH.texts)


@pytest.mark.parametrize("key", sorted(ENGLISH.texts))
def test_both_languages_have_the_same_places_for_values(key):
    assert _places(ENGLISH.text(key)) == _places(FRENCH.text(key))
    assert FRENCH.text(key).strip() or not ENGLISH.text(key).strip()


@pytest.mark.parametrize("language", Language)
def test_no_key_stands_twice_in_a_file(language):
    text = (resources.files(words_room) / f"{language}.json").read_text(encoding="utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    assert len({key for key, _ in pairs}) == len(pairs)


@pytest.mark.parametrize("language", Language)
def test_the_words_of_the_field_are_kept(language):
    """Candidates for a reviewer: only the sentence on the literature names what was missed there."""
    texts = {key: text for key, text in words_of(language).texts.items() if key != "limit.literature"}
    assert not [
        key for key, text in texts.items() if re.search(r"diagnos|fractur|probab", text, re.IGNORECASE)
    ]


def test_french_has_unbroken_spaces_before_its_high_signs():
    broken = {key: text for key, text in FRENCH.texts.items() if re.search(r" [:;?!%](?![a-z])", text)}
    assert broken == {}


def test_english_says_what_the_code_says():
    for cautions in (IMAGE_CAUTIONS, CANDIDATE_CAUTIONS):
        for member, sentence in cautions.items():
            assert ENGLISH.text(f"caution.{str(member.name).lower()}") == sentence
    for name, meaning in EVIDENCE_TERMS.items():
        assert ENGLISH.text(f"term.{name}.meaning") == meaning
    for name, words in MIMICS.items():
        assert ENGLISH.text(f"mimic.{name}") == words


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 0, "0 candidates"),
        ("en", 1, "1 candidate"),
        ("en", 2, "2 candidates"),
        ("fr", 0, "0 candidat"),
        ("fr", 1, "1 candidat"),
        ("fr", 2, "2 candidats"),
    ],
)
def test_one_and_many_follow_the_grammar(language, count, words):
    assert words_of(language).counted("count.candidate", count) == words


def test_a_value_is_never_read_as_a_place():
    assert ENGLISH.filled("evidence.mimics", {"mimics": "{number}"}) == "looks also like: {number}"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="de"):
        words_of("de")


def _reasons():
    return {key: text for key, text in ENGLISH.texts.items() if key.startswith("why.")}


@pytest.mark.parametrize("key", sorted(_reasons()))
def test_the_catalogue_knows_a_reason_as_the_code_writes_it(key):
    rooms = Path(words_room.__file__).parents[2]
    code = "".join(path.read_text(encoding="utf-8") for path in rooms.glob("[bl]*/*.py"))  # batch, loading
    parts = [part for part in re.split(r"\{\w+\}", ENGLISH.text(key)) if len(part) > 2]
    assert all(part in code for part in parts), key


def _said():
    groups = ("mri_said", "refused")
    return [(each, key) for each in groups for key in sorted(ENGLISH.texts) if key.startswith(f"{each}.")]


@pytest.mark.parametrize("key", [key for group, key in _said() if group == "refused"])
def test_the_catalogue_knows_a_refusal_as_the_code_writes_it(key):
    room = Path(words_room.__file__).parents[2] / "reviewing"
    code = "".join(path.read_text(encoding="utf-8") for path in room.glob("*.py"))
    code = re.sub(r'"\n\s+f?"', "", code)  # a sentence over two lines
    parts = [part for part in re.split(r"\{\w+\}", ENGLISH.text(key)) if len(part) > 2]
    assert all(part in code for part in parts)


@pytest.mark.parametrize(("group", "key"), _said())
def test_a_sentence_is_told_in_french_with_its_names(group, key):
    said = re.sub(r"\{\w+\}", "<b>x</b>", ENGLISH.text(key))
    assert told(said, ENGLISH, group=group) == said
    assert told(said, FRENCH, group=group) == re.sub(r"\{\w+\}", "<b>x</b>", FRENCH.text(key))


@pytest.mark.parametrize("key", sorted(_reasons()))
def test_a_reason_is_told_in_french_with_its_names(key):
    hostile = "<b>{first}</b> which is analysed"
    reason = ENGLISH.text(key).replace("{first}", hostile)
    assert reason_words(reason, ENGLISH) == reason
    told = reason_words(reason, FRENCH)
    assert told == FRENCH.text(key).replace("{first}", hostile)
    assert reason_words(f"{reason}\nand more", FRENCH) != told


def test_an_unknown_reason_stays_as_it_is():
    assert reason_words("the moon is full", FRENCH) is None
