"""Which addresses are public, and whose certificate is asked for."""

import os
import socket
import ssl
import subprocess
from ipaddress import ip_address

import pytest
from pdf_files import make_pdf
from pull_server import Site, body, pull_all, redirect, status
from pull_sources import make_source, write_sources

from migbot.documents.pull_network import is_public

PDF = make_pdf(["The Network brings together the entities of the United Nations system."])


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "193.0.6.139", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_public_addresses_may_be_reached(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "5f00::1",
    ],
)
def test_private_special_and_carried_addresses_may_not(text):
    assert not is_public(ip_address(text))


@pytest.fixture
def certificate(tmp_path):
    """A certificate for docs.test alone, and its key."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=docs.test"
    command += " -addext subjectAltName=DNS:docs.test -keyout key.pem -out certificate.pem"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "certificate.pem", tmp_path / "key.pem"


@pytest.fixture
def secure_site(certificate):
    """A server that speaks TLS under the name docs.test, and the names it was asked by."""
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    site.asked_names = []
    context.sni_callback = lambda _socket, name, _context: site.asked_names.append(name)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    yield site
    site.close()


def test_the_certificate_is_that_of_the_name_not_of_the_address(tmp_path, secure_site, certificate):
    site = secure_site
    site.on("/report", body(PDF))
    site.on("/report", body(PDF), host="other.test")
    write_sources(
        tmp_path,
        make_source("right", en=site.url("/report", scheme="https")),
        make_source("wrong", en=site.url("/report", "other.test", scheme="https")),
    )
    trusted = ssl.create_default_context(cafile=certificate[0])

    results = pull_all(tmp_path, site, network=site.network(tls=lambda: trusted))

    assert results["en/right.pdf"].state == "new"
    assert results["en/wrong.pdf"].state == "failed"
    assert "CERTIFICATE_VERIFY_FAILED" in results["en/wrong.pdf"].reason
    assert set(site.asked_names) == {"docs.test", "other.test"}


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path, secure_site):
    site = secure_site
    site.on("/report", body(PDF))
    write_sources(tmp_path, make_source("report", en=site.url("/report", scheme="https")))

    result = pull_all(tmp_path, site)["en/report.pdf"]

    assert (result.state, site.requests) == ("failed", [])


def test_a_damaged_encrypted_line_is_a_failure_of_the_line(tmp_path, secure_site, certificate):
    def damage(request):
        request.send_response(200)
        request.send_header("Content-Type", "application/pdf")
        request.end_headers()
        # Past the encryption, straight into the connection.
        os.write(request.connection.fileno(), b"no record of TLS at all" * 100)

    site = secure_site
    site.on("/report", damage)
    site.on("/robots.txt", status(404), host="docs.test")
    write_sources(tmp_path, make_source("report", en=site.url("/report", scheme="https")))
    trusted = ssl.create_default_context(cafile=certificate[0])

    result = pull_all(tmp_path, site, network=site.network(tls=lambda: trusted))["en/report.pdf"]

    assert result.state == "failed"
    assert len(site.asked("/report")) == 3

    site.on("/robots.txt", damage)
    assert (
        pull_all(tmp_path, site, network=site.network(tls=lambda: trusted))["en/report.pdf"].state
        == "failed"
    )


def test_nothing_leads_from_an_encrypted_address_to_an_open_one(tmp_path, secure_site, certificate):
    site = secure_site
    site.on("/report", redirect(site.url("/open")))
    write_sources(tmp_path, make_source("report", en=site.url("/report", scheme="https")))
    trusted = ssl.create_default_context(cafile=certificate[0])

    result = pull_all(tmp_path, site, network=site.network(tls=lambda: trusted))["en/report.pdf"]

    assert result.state == "refused"
    assert "leads from https to" in result.reason


def test_the_next_address_is_tried_where_one_does_not_answer(tmp_path):
    site = Site()
    write_sources(tmp_path, make_source("report", en=site.on("/report", body(PDF))))
    # Nobody listens there: the local server is bound to 127.0.0.1 alone.
    site.names["docs.test"] = ("127.0.0.9", "127.0.0.1")

    result = pull_all(tmp_path, site)["en/report.pdf"]
    site.close()

    assert result.state == "new"


def test_a_proxy_of_the_environment_is_not_used(tmp_path, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        site = Site()
        write_sources(tmp_path, make_source("report", en=site.on("/report", body(PDF))))

        result = pull_all(tmp_path, site)["en/report.pdf"]
        site.close()

    assert result.state == "new"
