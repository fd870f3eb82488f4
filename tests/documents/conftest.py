import pytest
from pull_server import Site


@pytest.fixture
def site():
    """A local server that tests pull from."""
    site = Site()
    yield site
    site.close()


@pytest.fixture
def corpus(tmp_path):
    return tmp_path / "corpus"
