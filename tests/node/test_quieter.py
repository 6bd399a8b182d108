"""A peer cannot fill the log."""

from microcal_xray.node.quieter import QuieterLog


def log_at(times):
    told = []
    return told, QuieterLog(lambda event, values: told.append((event, values)), clock=lambda: times[0])


def test_what_a_peer_repeats_is_counted_and_told_once_a_minute():
    times = [0.0]
    told, log = log_at(times)
    for _ in range(1000):
        log("refused", {"from": "a", "reason": "rubbish"})
    assert len(told) == 20
    times[0] = 61.0
    log.tell()
    assert told[20:] == [("left out", {"event": "refused", "from": "a", "times": 980})]
    log("refused", {"from": "a"})
    assert told[-1] == ("refused", {"from": "a"})


def test_one_peer_does_not_silence_another_nor_one_event_another():
    told, log = log_at([0.0])
    for _ in range(100):
        log("refused", {"from": "a"})
    log("refused", {"from": "b"})
    log("stored", {"from": "a"})
    for _ in range(100):
        log("analysed", {"study": "x"})
    assert len(told) == 20 + 2 + 100


def test_ever_new_peers_take_no_more_memory_and_no_more_lines():
    times = [0.0]
    told, log = log_at(times)
    for number in range(10_000):
        log("refused", {"from": str(number)})
    assert len(told) == 256 + 20
    assert len(log._counts) <= 257
    times[0] = 60.0
    log.tell()
    assert told[-1] == ("left out", {"event": "refused", "from": "others", "times": 10_000 - 256 - 20})
