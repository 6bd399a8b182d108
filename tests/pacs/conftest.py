import gc

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let the tests of this room end without a word of sockets that pynetdicom left."""
    for item in items:
        if "pacs" in item.path.parts:
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def sockets_gone():
    """Collect the socket of a connection that failed here, not in whichever test comes later."""
    yield
    gc.collect()
