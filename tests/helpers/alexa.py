"""Alexa's side for tests: a certificate authority of our own, signed requests, and a person who talks to the skill."""

from __future__ import annotations

import base64
import datetime
import json
import time
import uuid
from typing import Any, Dict, Optional, Tuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Store

SKILL = "amzn1.ask.skill.00000000-0000-4000-8000-000000000001"
URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-test.pem"
SIGNER = "echo-api.amazon.com"
DAY = datetime.timedelta(days=1)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Authority:
    """A root of our own, and the chains it vouches for."""

    def __init__(self, name: str = "Test Root"):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = self._certificate(self.name, self.key, self.name, self.key, authority=True)
        self.store = Store([self.root])

    def issue(
        self,
        host: str = SIGNER,
        begins: Optional[datetime.datetime] = None,
        ends: Optional[datetime.datetime] = None,
        key: Optional[rsa.RSAPrivateKey] = None,
    ) -> Tuple[bytes, rsa.RSAPrivateKey]:
        """A chain in PEM, the signer first, with one authority between it and the root; and the signer's key."""
        between = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        middle_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Intermediate")])
        middle = self._certificate(middle_name, between, self.name, self.key, authority=True)
        key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        leaf = self._certificate(subject, key, middle_name, between, False, host, begins, ends)
        pem = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (leaf, middle))
        return pem, key

    @staticmethod
    def _certificate(
        subject, key, issuer, signing_key, authority, host=None, begins=None, ends=None
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins or now() - DAY)
            .not_valid_after(ends or now() + DAY)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
        )
        if authority:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(signing_key, hashes.SHA256())


def sign(key: rsa.RSAPrivateKey, body: bytes, url: str = URL, legacy: bool = False) -> Dict[str, str]:
    """The headers that Amazon sends with a body."""
    sha1 = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA1())).decode()
    headers = {"SignatureCertChainUrl": url, "Signature": sha1, "Content-Type": "application/json; charset=utf-8"}
    if not legacy:
        headers["Signature-256"] = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
    return headers


def timestamp(seconds: float = 0) -> str:
    """Now, or so many seconds from now, as Alexa writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Session:
    """A person's session with the skill: makes requests, and takes over what a response says of the session."""

    def __init__(self, skill: str = SKILL):
        self.skill = skill
        self.identifier = f"amzn1.echo-api.session.{uuid.uuid4()}"
        self.user = f"amzn1.ask.account.{uuid.uuid4().hex.upper()}"
        self.new = True
        self.attributes: Dict[str, Any] = {}

    def request(self, kind: str, age: float = 0, **fields: Any) -> Dict[str, Any]:
        body = {
            "version": "1.0",
            "session": {
                "new": self.new,
                "sessionId": self.identifier,
                "application": {"applicationId": self.skill},
                "attributes": self.attributes,
                "user": {"userId": self.user},
            },
            "context": {"System": {"application": {"applicationId": self.skill}, "user": {"userId": self.user}}},
            "request": {
                "type": kind,
                "requestId": f"amzn1.echo-api.request.{uuid.uuid4()}",
                "timestamp": timestamp(-age),
                "locale": "en-US",
                **fields,
            },
        }
        return json.loads(json.dumps(body))

    def launch(self) -> Dict[str, Any]:
        return self.request("LaunchRequest")

    def intent(self, name: str, **slots: str) -> Dict[str, Any]:
        filled = {slot: {"name": slot, "value": value, "confirmationStatus": "NONE"} for slot, value in slots.items()}
        return self.request("IntentRequest", intent={"name": name, "confirmationStatus": "NONE", "slots": filled})

    def ended(self, reason: str = "USER_INITIATED") -> Dict[str, Any]:
        return self.request("SessionEndedRequest", reason=reason)

    def take(self, response: Dict[str, Any]) -> None:
        self.new = False
        self.attributes = response.get("sessionAttributes") or {}
