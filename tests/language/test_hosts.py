"""Names of machines."""

from __future__ import annotations

import pytest

from tocsin.language.hosts import in_ascii, is_host, is_loopback


@pytest.mark.parametrize("text", ["mail.example.org", "localhost", "192.0.2.7", "::1", "bücher.example"])
def test_what_can_be_called_is_a_host(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize("text", ["", "a b", "::1::", "http://example.org", "-a.example", "a..b", "straße.example"])
def test_what_cannot_is_none(text: str) -> None:
    assert not is_host(text)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.7", "localhost.example.org", "10.0.0.1", "fe80::1", "example.org"])
def test_others_are_not_taken_for_it(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_is_written_as_dns_knows_it() -> None:
    assert in_ascii("Bücher.example") == "xn--bcher-kva.example"
