"""fal's webhooks: what is sent when a job is over, and its ED25519 signature.

The message that is signed is request id, user id, time stamp and the hex SHA-256 of the body,
joined by line feeds. Webhooks go to 127.0.0.1 and nowhere else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from storyboard.simulator.transport import UnreachableError, ask_local

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

USER = "simulated-user"
_ATTEMPTS = 10
_FIRST_WAIT = 0.2


class Signer:
    """Signs webhooks with a key that follows from the seed.

    Raises ``ImportError`` where the package cryptography is missing.
    """

    def __init__(self, seed: int) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        secret = hashlib.sha256(f"storyboard-simulator:{seed}".encode()).digest()
        self._key: Ed25519PrivateKey = Ed25519PrivateKey.from_private_bytes(secret)

    def jwks(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set (RFC 7517, RFC 8037)."""
        raw = self._key.public_key().public_bytes_raw()
        text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "simulated", "x": text}]}

    def headers(self, request_id: str, body: bytes) -> dict[str, str]:
        """The headers that a body is sent with."""
        stamp = str(int(time.time()))
        digest = hashlib.sha256(body).hexdigest()
        message = "\n".join((request_id, USER, stamp, digest)).encode()
        return {
            "Content-Type": "application/json",
            "X-Fal-Webhook-Request-Id": request_id,
            "X-Fal-Webhook-User-Id": USER,
            "X-Fal-Webhook-Timestamp": stamp,
            "X-Fal-Webhook-Signature": self._key.sign(message).hex(),
        }

    async def send(self, url: str, request_id: str, payload: dict[str, Any]) -> bool:
        """Deliver a webhook, trying again for a while; whether it was taken."""
        body = json.dumps(payload).encode()
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(min(_FIRST_WAIT * 2**attempt, 30))
            try:
                reply = await ask_local(
                    "POST", url, headers=self.headers(request_id, body), body=body
                )
            except UnreachableError:
                continue
            if reply.status < 300:
                return True
        return False
