"""The line to Freshdesk: one question, one answer, and what it means when none comes."""

from __future__ import annotations

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpx2 as httpx

from tocsin.core.refused import Refused
from tocsin.integrations.freshdesk.answers import Asked, remaining
from tocsin.integrations.freshdesk.config import Config
from tocsin.integrations.freshdesk.way import Internal, Way
from tocsin.ports import Failed, Leaving, freely

A_PAGE = 100
_MOST_PAGES = 300  # Freshdesk has no more
_LARGEST = 50_000_000
_WHOLE = 3
"""How many times as long as for any piece of an answer we wait for all of it."""


@contextmanager
def opened(config: Config) -> Iterator[Line]:
    """A new connection for every call of a port: none can be half dead."""
    with httpx.Client(
        base_url=f"{config.address}/api/v2/",
        transport=_way(config),
        timeout=config.timeout,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield Line(config, client, _key(config))


class Line:
    """Asks, page for page where there are several."""

    def __init__(self, config: Config, client: httpx.Client, key: str) -> None:
        self._config = config
        self._client = client
        self._login = b64encode(f"{key}:X".encode()).decode()
        self._secrets = (key, self._login)
        self._left: float | None = None

    def get(self, what: str, path: str, **parameters: str) -> Any:
        answer, _ = self._ask(Asked(domain=self._config.domain, what=what, changes=False), "GET", path, parameters)
        return answer

    def every(self, what: str, path: str, **parameters: str) -> Iterator[Any]:
        """All of a list. That there is a next page is believed, but not where it is: our key goes nowhere else."""
        asked = Asked(domain=self._config.domain, what=what, changes=False)
        for page in range(1, _MOST_PAGES + 1):
            told = {**parameters, "per_page": str(A_PAGE), "page": str(page)}
            answer, headers = self._ask(asked, "GET", path, told)
            if not isinstance(answer, list):
                raise asked.unknown("its answer makes no sense")
            yield from answer
            if 'rel="next"' not in headers.get("link", ""):
                return

    def post(self, what: str, path: str, body: Mapping[str, object], leaving: Leaving = freely) -> str:
        """What came of it: the number of the new thing."""
        asked = Asked(domain=self._config.domain, what=what, changes=True)
        if self._left is not None and self._left < 1:
            raise asked.spent()
        leaving()
        answer, _ = self._ask(asked, "POST", path, {}, body)
        match answer:
            case {"id": int(number)}:
                return str(number)
        raise asked.unknown("its answer makes no sense")

    def put(self, what: str, path: str, body: Mapping[str, object]) -> None:
        self._ask(Asked(domain=self._config.domain, what=what, changes=True), "PUT", path, {}, body)

    def _ask(
        self, asked: Asked, method: str, path: str, parameters: Mapping[str, str], body: object = None
    ) -> tuple[Any, Mapping[str, str]]:
        request = self._client.build_request(
            method,
            path,
            params=parameters or None,
            json=body,
            headers={"Authorization": f"Basic {self._login}", "User-Agent": "tocsin"},
        )
        response, content = self._answered(asked, request)
        self._left = remaining(response.headers)
        if not response.is_success:
            raise asked.refused(response.status_code, response.headers, self._masked(content))
        try:
            return json.loads(content), response.headers
        except (ValueError, RecursionError):
            raise asked.unknown("its answer makes no sense") from None

    def _answered(self, asked: Asked, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        try:
            response = self._client.send(request, stream=True)
            try:
                return response, self._read(response)
            finally:
                response.close()
        except Internal:
            raise asked.unasked("its name leads into a network of our own, where Freshdesk is not") from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise asked.unasked(_why(error)) from None
        except httpx.TimeoutException:
            raise asked.unknown(f"did not answer within {self._config.timeout:g} seconds") from None
        except httpx.HTTPError:
            raise asked.unknown("the line was cut") from None

    def _read(self, response: httpx.Response) -> bytes:
        """In all no longer than a few times the timeout, which alone would start anew with every byte."""
        parts, size, end = list[bytes](), 0, monotonic() + self._config.timeout * _WHOLE
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if monotonic() > end:
                raise httpx.ReadTimeout("it took too long")
            if size > _LARGEST:
                raise httpx.ReadError("it is too large")
        return b"".join(parts)

    def _masked(self, content: bytes) -> bytes:
        """Some servers repeat what they were told."""
        for secret in self._secrets:
            content = re.sub(re.escape(secret.encode()), b"***", content, flags=re.IGNORECASE)
        return content


def _key(config: Config) -> str:
    try:
        return config.key.reveal()
    except Refused as no:
        raise Failed(str(no)) from None


def _way(config: Config) -> httpx.BaseTransport:
    """The certificates are read anew each time, so that renewed ones count at once."""
    context = False if config.here else ssl.create_default_context()
    return Way(httpx.HTTPTransport(verify=context, trust_env=False), internal=config.here)


def _why(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return "it does not answer"
    if isinstance(error.__cause__, Exception) and isinstance(error.__cause__.__cause__, ssl.SSLCertVerificationError):
        return "its certificate cannot be trusted"
    return str(error).split("] ")[-1].rstrip(".").lower() or "nobody listens"
