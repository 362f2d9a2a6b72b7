"""What comes in: signed by whoever shares the secret, and not long ago."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tocsin.core.refused import Refused
from tocsin.ports import Delivery, Received
from tocsin.settings import Secret

AGE = timedelta(minutes=5)
TIME = "x-fake-time"
SIGNATURE = "x-fake-signature"


def signed(secret: Secret, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that make a body believed: its time in seconds since 1970, and the HMAC-SHA256 of `TIME.BODY`."""
    stamp = str(int(at.timestamp()))
    return {TIME: stamp, SIGNATURE: _signature(secret, stamp, body)}


def received(secret: Secret | None, delivery: Delivery) -> Sequence[Received]:
    """One thing for each object in the body: its `id`, its `text`, and who sent it (`by`), where that is known."""
    if secret is None:
        raise Refused("Nothing that comes in is believed until the setting “fake.secret” is there.")
    _prove(secret, delivery)
    return [_one(each) for each in _objects(delivery.body)]


def _prove(secret: Secret, delivery: Delivery) -> None:
    stamp = delivery.headers.get(TIME, "")
    if not hmac.compare_digest(
        _signature(secret, stamp, delivery.body).encode(), delivery.headers.get(SIGNATURE, "").encode(errors="replace")
    ):
        raise Refused(f"The signature in {SIGNATURE} is not that of this body and this secret.")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(delivery.at.timestamp() - int(stamp)) > AGE.total_seconds():
        raise Refused(f"The time in {TIME} is not within {AGE.seconds // 60} minutes of now.")


def _signature(secret: Secret, stamp: str, body: bytes) -> str:
    said = stamp.encode(errors="replace") + b"." + body
    return hmac.digest(secret.reveal().encode(), said, "sha256").hex()


def _objects(body: bytes) -> list[Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON.") from None
    return said if isinstance(said, list) else [said]


def _one(said: object) -> Received:
    match said:
        case {"id": str(name), "text": str(text), **more}:
            by = more.get("by")
            return Received(source=f"fake:{name}", text=text, by=by if isinstance(by, str) else "")
    raise Refused("The body has to be an object, or a list of them, each with an `id` and a `text`.")
