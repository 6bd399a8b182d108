import json
import re

import pytest
from asking import HOST, TOKEN, ask
from reading_scenes import drawn, own, said, write_study

from microcal_xray.reporting import words_of
from microcal_xray.reviewing import Application, ReviewOptions, Role, blinded_order, open_store
from microcal_xray.reviewing.requests import LARGEST_BODY

PAGE = f"/{TOKEN}/anna/"
EVENTS = f"/{TOKEN}/anna/events"
FILES = ("a.png", "b.png", "c.png", "d.png")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = write_study(tmp_path_factory.mktemp("out"), dict.fromkeys(FILES, (20, 60)))
    (study.out / "overlays" / "a.png.png").write_bytes(b"a picture")
    (study.out / "secret.txt").write_text("not for anybody")
    return study


@pytest.fixture
def store(study):
    for path in study.out.glob("decisions.sqlite*"):
        path.unlink()
    return open_store(study)


@pytest.fixture
def make(store):
    def application(**options):
        return Application(store, ReviewOptions(**options), token=TOKEN, hosts=(HOST, "localhost:8765"))

    return application


def block(answer):
    text = answer.body.decode().partition('id="desk-server">')[2].partition("</script>")[0]
    return json.loads(text)


def test_the_page_is_the_report_with_what_it_must_know_of_its_server(make, store):
    answer = ask(make(), PAGE)
    report = (store.study.out / "report.html").read_text()
    assert answer.status == 200
    assert block(answer) == {
        "api": "events",
        "token": TOKEN,
        "reader": "anna",
        "order": list(FILES),
        "blinded": False,
    }
    page = answer.body.decode()
    told = page.partition('<script type="application/json" id="desk-server">')
    rest = told[0] + told[2].partition("</script>\n")[2]
    assert rest == report


def test_the_content_policy_is_widened_by_our_own_server_alone(make):
    page = ask(make(), PAGE).body.decode()
    policy = page.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_answer_forbids_frames_guessing_and_keeping(make):
    for path in (PAGE, EVENTS, f"/{TOKEN}/", "/", f"/{TOKEN}/nothing"):
        headers = ask(make(), path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("path", "changes", "status", "english", "french"),
    [
        (EVENTS, {"HTTP_HOST": "evil.example"}, 421, "its own name only", "qu’à son propre nom"),
        ("/wrong/anna/", {}, 403, "lacks its token", "n’a pas son jeton"),
        (f"/{TOKEN}/no/thing/here/", {}, 404, "nothing of that name", "rien de ce nom"),
        (f"/{TOKEN}/an@na/", {}, 400, "1 to 40 letters", "de 1 à 40 lettres"),
        (f"/{TOKEN}/overlays/../secret.txt", {}, 404, "nothing of that name", "rien de ce nom"),
    ],
)
def test_a_refusal_speaks_the_language_of_the_browser(make, path, changes, status, english, french):
    for header, words in (("de,en", english), ("fr-CA,en;q=0.5", french), (None, english)):
        answer = ask(make(), path, HTTP_ACCEPT_LANGUAGE=header, **changes)
        assert answer.status == status
        assert words in answer.json["error"]


def test_a_refused_event_speaks_the_language_of_the_browser(make):
    event = said("a.png", "1", "accept") | {"seconds": -1}
    answer = ask(make(), EVENTS, method="POST", body={"events": [event]}, HTTP_ACCEPT_LANGUAGE="fr")
    assert answer.json["error"] == "seconds est -1\u00a0; attendu\u00a0: un nombre à partir de 0, ou null"
    assert answer.json["refused"][0]["reason"] == answer.json["error"]


def test_the_first_page_speaks_the_language_of_the_browser(make):
    ask(make(), EVENTS, method="POST", body={"events": [said("a.png", "1", "accept")]})
    for header, language, words in (
        ("fr-CA,en;q=0.5", "fr", "Qui relit\u00a0?"),
        ("de, en", "en", "Who reads?"),
        ("<script>, *;q=x", "en", "Who reads?"),
        (None, "en", "Who reads?"),
    ):
        page = ask(make(), f"/{TOKEN}/", HTTP_ACCEPT_LANGUAGE=header).body.decode()
        assert f'<html lang="{language}">' in page
        assert f"<h1>{words}</h1>" in page
        progress = "0 sur 4 images relues" if language == "fr" else "0 of 4 images done"
        assert f'<a href="anna/">anna</a></td><td>{progress}</td>' in page
        assert "<script>" not in page
    page = ask(make(is_adjudication=True), f"/{TOKEN}/", HTTP_ACCEPT_LANGUAGE="fr").body.decode()
    assert "Qui tranche les désaccords\u00a0?" in page


def test_events_are_stored_once_and_only_their_reader_gets_them_back(make):
    application = make()
    events = [said("a.png", "1", "accept"), drawn("b.png", 1, 40)]
    for _ in range(2):
        answer = ask(application, EVENTS, method="POST", body={"events": events})
        assert (answer.status, answer.json) == (200, {"stored": [event["event"] for event in events]})
    got = ask(application, EVENTS).json["events"]
    assert got == [{**event, "reader": "anna", "path_px": event["path_px"]} for event in events]
    assert ask(application, f"/{TOKEN}/ben/events").json == {"events": []}


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (421, {"HTTP_HOST": "evil.example"}),
        (421, {"HTTP_HOST": "127.0.0.1"}),
        (421, {"HTTP_HOST": "127.0.0.1:8766"}),
        (421, {"HTTP_HOST": None}),
        (403, {"HTTP_ORIGIN": "http://evil.example"}),
        (403, {"HTTP_ORIGIN": "null"}),
        (403, {"HTTP_ORIGIN": "http://127.0.0.1:9999"}),
        (403, {"HTTP_ORIGIN": f"https://{HOST}"}),
        (403, {"HTTP_SEC_FETCH_SITE": "cross-site"}),
        (403, {"HTTP_SEC_FETCH_SITE": "same-site"}),
        (403, {"HTTP_X_MICROCAL_TOKEN": None}),
        (403, {"HTTP_X_MICROCAL_TOKEN": TOKEN[:-1]}),
        (403, {"HTTP_X_MICROCAL_TOKEN": "\u2028"}),
        (415, {"CONTENT_TYPE": "text/plain"}),
        (415, {"CONTENT_TYPE": "application/x-www-form-urlencoded"}),
        (415, {"CONTENT_TYPE": None}),
        (413, {"CONTENT_LENGTH": str(LARGEST_BODY + 1)}),
        (400, {"CONTENT_LENGTH": "-1"}),
        (400, {"CONTENT_LENGTH": "many"}),
    ],
)
def test_a_write_from_elsewhere_is_refused_and_leaves_nothing(make, store, status, changes):
    body = {"events": [said("a.png", "1", "accept")]}
    answer = ask(make(), EVENTS, method="POST", body=body, **changes)
    assert answer.status == status
    assert "error" in answer.json
    assert store.events() == ()


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (421, {"HTTP_HOST": "evil.example"}),
        (403, {"HTTP_ORIGIN": "http://evil.example"}),
        (403, {"HTTP_SEC_FETCH_SITE": "cross-site"}),
    ],
)
@pytest.mark.parametrize("path", [PAGE, EVENTS, f"/{TOKEN}/", f"/{TOKEN}/overlays/a.png.png"])
def test_nothing_is_read_from_elsewhere_either(make, path, status, changes):
    answer = ask(make(), path, **changes)
    assert answer.status == status
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize(
    "path", ["/", "/anna/", "/anna/events", f"/{TOKEN[:-1]}/anna/", f"/{TOKEN}x/", "//", ""]
)
def test_without_the_token_there_is_nothing(make, path):
    answer = ask(make(), path)
    assert answer.status == 403
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_not_known(make, method):
    assert ask(make(), EVENTS, method=method).status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100000,
        b"null",
        b"[]",
        {"events": None},
        {"events": {}},
        {"events": [], "more": 1},
        {"events": [{}] * 1001},
        {"events": [None]},
        {"events": [{}]},
        {"events": [{**said("a.png", "1", "accept"), "reader": "ben"}]},
        {"events": [{**said("a.png", "1", "accept"), "script": "<script>"}]},
    ],
)
def test_what_are_no_events_is_refused(make, store, body):
    answer = ask(make(), EVENTS, method="POST", body=body)
    assert answer.status == 400
    assert "error" in answer.json
    assert store.events() == ()


def test_one_bad_event_does_not_keep_the_good_ones_from_being_saved(make, store):
    good, bad = said("a.png", "1", "accept"), said("a.png", "99", "accept")
    answer = ask(make(), EVENTS, method="POST", body={"events": [bad, good]})
    assert answer.status == 200
    assert answer.json["stored"] == [good["event"]]
    assert answer.json["refused"][0]["event"] == bad["event"]
    assert [event.id for event in store.events()] == [good["event"]]


def test_an_id_that_is_known_with_another_content_is_a_conflict(make, store):
    event = said("a.png", "1", "accept")
    ask(make(), EVENTS, method="POST", body={"events": [event]})
    answer = ask(make(), EVENTS, method="POST", body={"events": [{**event, "action": "reject"}]})
    assert (answer.status, answer.json["stored"]) == (409, [])
    assert len(store.events()) == 1


@pytest.mark.parametrize(
    "path",
    [
        f"/{TOKEN}/overlays/../secret.txt",
        f"/{TOKEN}/overlays/..%2fsecret.txt",
        f"/{TOKEN}/overlays/secret.txt",
        f"/{TOKEN}/anna/overlays/../../secret.txt",
        f"/{TOKEN}/overlays/",
        f"/{TOKEN}/overlays/b.png.png",  # of the study, but not written
        f"/{TOKEN}/../secret.txt",
        f"/{TOKEN}/decisions.sqlite",
        f"/{TOKEN}/anna/decisions.sqlite",
        f"/{TOKEN}/candidates.json",
    ],
)
def test_no_path_leads_to_any_other_file(make, path):
    answer = ask(make(), path)
    assert answer.status in (400, 404)
    assert b"not for anybody" not in answer.body


def test_an_overlay_of_the_study_is_given_from_both_places(make):
    for path in (f"/{TOKEN}/overlays/a.png.png", f"/{TOKEN}/anna/overlays/a.png.png"):
        answer = ask(make(), path)
        assert (answer.status, answer.body, answer.headers["Content-Type"]) == (
            200,
            b"a picture",
            "image/png",
        )


def test_a_reader_says_who_they_are_on_the_first_page(make):
    application = make()
    first = ask(application, f"/{TOKEN}/")
    assert b"<form" in first.body
    assert "script-src" not in first.headers["Content-Security-Policy"]
    opened = ask(application, f"/{TOKEN}/open", query="reader=Anna+M%C3%BCller")
    assert opened.status == 303
    assert opened.headers["Location"] == f"/{TOKEN}/anna%20m%C3%BCller/"
    assert block(ask(application, f"/{TOKEN}/anna müller/"))["reader"] == "anna müller"
    body = {"events": [said("a.png", "1", "accept")]}
    assert ask(application, f"/{TOKEN}/anna müller/events", method="POST", body=body).status == 200
    assert "anna müller" in ask(application, f"/{TOKEN}/").body.decode()


@pytest.mark.parametrize("name", ["<script>", "..", "a/b", "%00", ""])
def test_no_other_name_gets_in(make, name):
    assert ask(make(), f"/{TOKEN}/open", query=f"reader={name}").status == 400


def test_a_server_for_one_reader_is_for_no_other(make):
    application = make(reader="anna")
    assert ask(application, f"/{TOKEN}/").headers["Location"] == f"/{TOKEN}/anna/"
    assert ask(application, PAGE).status == 200
    for path in (f"/{TOKEN}/ben/", f"/{TOKEN}/ben/events"):
        assert ask(application, path).status == 403


def test_a_blinded_order_is_of_each_reader_and_never_changes_again(make):
    order = block(ask(make(is_blinded=True, seed=7), PAGE))
    assert order["blinded"]
    assert order["order"] == list(blinded_order(FILES, seed=7, reader="anna"))
    assert block(ask(make(is_blinded=True, seed=8), PAGE))["order"] == order["order"]
    assert block(ask(make(), PAGE)) == order  # even where nobody asks for one
    other = block(ask(make(is_blinded=True, seed=7), f"/{TOKEN}/ben/"))["order"]
    assert sorted(other) == sorted(FILES)


def test_hostile_names_cannot_leave_the_block(tmp_path):
    name = "</script><script>alert(1)</script>\u2028<!--.png"
    study = write_study(tmp_path / "out", {name: (20,)})
    application = Application(open_store(study), ReviewOptions(), token=TOKEN, hosts=[HOST])
    answer = ask(application, PAGE)
    shown = study.images[0].file
    assert block(answer)["order"] == [shown]
    assert answer.body.count(b"<script") == (study.out / "report.html").read_bytes().count(b"<script") + 1


def test_a_page_that_is_not_ours_is_not_served(make, store):
    report = store.study.out / "report.html"
    ours = report.read_bytes()
    try:
        report.write_text("<script>alert(1)</script>")
        assert ask(make(), PAGE).status == 500
    finally:
        report.write_bytes(ours)


@pytest.fixture
def disagreeing(make, store):
    for reader, events in {
        "anna": [said("a.png", "1", "accept"), said("a.png", "2", "reject"), drawn("b.png", 1, 90)],
        "ben": [
            said("a.png", "1", "reject", reason="overlap", comment="<img src=x onerror=alert(1)>"),
            said("a.png", "2", "reject"),
        ],
    }.items():
        done = [said(file, "", "done") for file in FILES]
        body = {"events": events + done}
        assert ask(make(), f"/{TOKEN}/{reader}/events", method="POST", body=body).status == 200
    return make(is_adjudication=True)


def test_who_adjudicates_sees_what_differs_without_names_and_as_text(disagreeing):
    answer = ask(disagreeing, f"/{TOKEN}/dora/")
    page = answer.body.decode()
    assert "2 disagreements to settle" in page
    assert page.count('class="card"') == 2
    assert "anna" not in page
    assert "ben" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_who_adjudicates_reads_the_language_of_the_browser(disagreeing):
    page = ask(disagreeing, f"/{TOKEN}/dora/", HTTP_ACCEPT_LANGUAGE="fr-FR,en;q=0.5").body.decode()
    assert '<html lang="fr">' in page
    assert "2 désaccords à trancher" in page
    assert "a.png\u00a0: candidat 1" in page
    assert ">Retenir</button>" in page
    assert "L\u2019image annotée" in page  # the apostrophe of print
    assert "superposition osseuse\u00a0; «\u00a0&lt;img" in page
    # No word of the other language is left, and what an event holds is not translated.
    english = {text for key, text in words_of("en").texts.items() if key.startswith(("settle.", "judge."))}
    french = {text for key, text in words_of("fr").texts.items() if key.startswith(("settle.", "judge."))}
    shown = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert [text for text in english - french if f">{text}<" in shown] == []
    assert 'data-action="accept"' in page
    assert '<option value="overlap">superposition osseuse</option>' in page


def test_what_is_settled_is_an_event_of_the_adjudicator(disagreeing, store):
    body = {"events": [said("a.png", "1", "accept"), drawn("b.png", 1, 90), said("b.png", own(1), "reject")]}
    assert ask(disagreeing, f"/{TOKEN}/dora/events", method="POST", body=body).status == 200
    assert {event.reader for event in store.events(role=Role.ADJUDICATION)} == {"dora"}
    assert "0 disagreements to settle" in ask(disagreeing, f"/{TOKEN}/dora/").body.decode()
