"""Only what Amazon has signed for our skill gets in: each check by itself, and whole requests against an authority of our own."""

import asyncio
import base64
import datetime
import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from legcramps.channels import alexa_verify
from legcramps.channels.alexa_verify import (
    Verifier,
    check_age,
    check_application,
    check_chain,
    check_url,
    read_chain,
    trusted_roots,
)
from legcramps.channels.guard import Refused
from tests.helpers.alexa import DAY, SKILL, URL, Authority, Session, now, sign, timestamp

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "alexa"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"the vendor's samples are not at {VECTORS}")


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def chain_and_key(authority):
    return authority.issue()


class Store:
    """Amazon's store of certificates, counting who comes."""

    def __init__(self, content):
        self.content, self.asked = content, []

    async def get(self, url):
        self.asked.append(url)
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


def verifier(authority, content, clock=time.time):
    store = Store(content)
    return Verifier([SKILL], store.get, authority.store, clock), store


def read(one, body, headers):
    return asyncio.run(one.read({name.lower(): value for name, value in headers.items()}, body))


def as_bytes(request):
    return json.dumps(request).encode()


# --- whole requests


@pytest.mark.parametrize("legacy", [False, True])
def test_a_signed_request_is_let_in(authority, chain_and_key, legacy):
    chain, key = chain_and_key
    one, store = verifier(authority, chain)
    body = as_bytes(Session().launch())
    assert read(one, body, sign(key, body, legacy=legacy))["request"]["type"] == "LaunchRequest"
    assert store.asked == [URL]


def test_a_certificate_is_fetched_once(authority, chain_and_key):
    chain, key = chain_and_key
    one, store = verifier(authority, chain)
    for _ in range(5):
        body = as_bytes(Session().launch())
        read(one, body, sign(key, body, URL.replace("https", "HTTPS").replace("/echo.api", ":443/echo.api")))
    assert store.asked == [URL]


def test_requests_at_the_same_time_fetch_it_once(authority, chain_and_key):
    chain, key = chain_and_key
    one, store = verifier(authority, chain)
    body = as_bytes(Session().launch())
    headers = {name.lower(): value for name, value in sign(key, body).items()}

    async def together():
        return await asyncio.gather(*[one.read(headers, body) for _ in range(6)])

    assert len(asyncio.run(together())) == 6
    assert store.asked == [URL]


def changed(request, **fields):
    return {**request, "request": {**request["request"], **fields}}


def test_whoever_changes_a_signed_request_is_refused(authority, chain_and_key):
    chain, key = chain_and_key
    one, _ = verifier(authority, chain)
    request = Session().launch()
    headers = sign(key, as_bytes(request))
    assert read(one, as_bytes(request), headers)
    for other in (changed(request, locale="en-GB"), {**request, "more": 1}):
        with pytest.raises(Refused, match="signature") as refused:
            read(one, as_bytes(other), headers)
        assert refused.value.status == 400
    with pytest.raises(Refused, match="signature"):
        read(one, as_bytes(request) + b" ", headers)


@pytest.mark.parametrize(
    "signature", ["", "AAAA", "not base64 !", "=" * 40, base64.b64encode(bytes(256)).decode(), "ÿ"], ids=range(6)
)
def test_a_wrong_signature_is_refused_even_beside_an_older_one_that_is_right(authority, chain_and_key, signature):
    chain, key = chain_and_key
    one, _ = verifier(authority, chain)
    body = as_bytes(Session().launch())
    with pytest.raises(Refused, match="signature"):
        read(one, body, {**sign(key, body), "Signature-256": signature})


def test_another_key_than_the_certificates_is_refused(authority, chain_and_key):
    one, _ = verifier(authority, chain_and_key[0])
    body = as_bytes(Session().launch())
    with pytest.raises(Refused, match="signature"):
        read(one, body, sign(authority.issue()[1], body))


def test_a_request_without_a_signature_is_refused(authority, chain_and_key):
    one, _ = verifier(authority, chain_and_key[0])
    body = as_bytes(Session().launch())
    headers = sign(chain_and_key[1], body)
    with pytest.raises(Refused, match="not signed"):
        read(one, body, {"SignatureCertChainUrl": headers["SignatureCertChainUrl"]})


def test_a_request_without_a_certificates_address_is_refused(authority, chain_and_key):
    one, store = verifier(authority, chain_and_key[0])
    body = as_bytes(Session().launch())
    headers = sign(chain_and_key[1], body)
    del headers["SignatureCertChainUrl"]
    with pytest.raises(Refused, match="address"):
        read(one, body, headers)
    assert store.asked == []


@pytest.mark.parametrize("age", [151, 400, 86400, -151, -400])
def test_a_stale_request_is_refused_before_anything_is_fetched(authority, chain_and_key, age):
    one, store = verifier(authority, chain_and_key[0])
    body = as_bytes(Session().request("LaunchRequest", age=age))
    with pytest.raises(Refused, match="too old"):
        read(one, body, sign(chain_and_key[1], body))
    assert store.asked == []


def test_a_request_that_is_replayed_later_is_refused(authority, chain_and_key):
    chain, key = chain_and_key
    clock = [time.time()]
    one, _ = verifier(authority, chain, lambda: clock[0])
    body = as_bytes(Session().launch())
    headers = sign(key, body)
    assert read(one, body, headers)
    clock[0] += 152
    with pytest.raises(Refused, match="too old"):
        read(one, body, headers)


def test_a_request_for_another_skill_is_refused(authority, chain_and_key):
    one, store = verifier(authority, chain_and_key[0])
    body = as_bytes(Session("amzn1.ask.skill.00000000-0000-4000-8000-000000000002").launch())
    with pytest.raises(Refused, match="another skill"):
        read(one, body, sign(chain_and_key[1], body))
    assert store.asked == []


def test_a_request_that_names_two_skills_is_refused():
    request = Session().launch()
    request["context"]["System"]["application"]["applicationId"] = "amzn1.ask.skill.other"
    with pytest.raises(Refused, match="another skill"):
        check_application(request, [SKILL])


@pytest.mark.parametrize(
    "request_", [{}, {"session": None}, {"session": {"application": "x"}}, {"context": {"System": 1}}]
)
def test_a_request_for_no_skill_is_refused(request_):
    with pytest.raises(Refused, match="another skill"):
        check_application(request_, [SKILL])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 40_000, b'{"a": 1}'])
def test_a_body_that_is_no_request_is_refused(authority, chain_and_key, body):
    one, store = verifier(authority, chain_and_key[0])
    with pytest.raises(Refused) as refused:
        read(one, body, sign(chain_and_key[1], body))
    assert refused.value.status == 400
    assert store.asked == []


def test_a_body_that_is_too_large_is_refused_unread(authority, chain_and_key):
    one, _ = verifier(authority, chain_and_key[0])
    body = b"x" * (64 * 1024 + 1)
    with pytest.raises(Refused) as refused:
        read(one, body, sign(chain_and_key[1], body))
    assert refused.value.status == 413


# --- certificates


def refused_with(authority, content, key, match):
    one, store = verifier(authority, content)
    body = as_bytes(Session().launch())
    with pytest.raises(Refused, match=match):
        read(one, body, sign(key, body))
    return one, store, body


@pytest.mark.parametrize("host", ["echo-api.amazon.com.example.org", "api.amazon.com", "example.org", "amazon.com"])
def test_a_certificate_for_another_name_is_refused(authority, host):
    chain, key = authority.issue(host)
    assert refused_with(authority, chain, key, "not one that Amazon")


@pytest.mark.parametrize("begins, ends", [(-3, -1), (1, 3)])
def test_a_certificate_out_of_date_is_refused(authority, begins, ends):
    chain, key = authority.issue(begins=now() + begins * DAY, ends=now() + ends * DAY)
    assert refused_with(authority, chain, key, "out of date")


def test_a_certificate_that_runs_out_while_it_is_kept_is_refused_then(authority):
    clock = [time.time()]
    chain, key = authority.issue(ends=now() + datetime.timedelta(seconds=20))
    one, store = verifier(authority, chain, lambda: clock[0])
    body = as_bytes(Session().launch())
    headers = sign(key, body)
    assert read(one, body, headers)
    clock[0] += 60
    with pytest.raises(Refused, match="out of date"):
        read(one, body, headers)
    # A new one in its place is fetched after a while.
    store.content, key = authority.issue()
    clock[0] += alexa_verify.FAILED_SECONDS + 1
    body = as_bytes(Session().request("LaunchRequest", age=time.time() - clock[0]))
    assert read(one, body, sign(key, body))
    assert len(store.asked) == 2


def test_a_certificate_of_another_authority_is_refused(authority):
    chain, key = Authority("Somebody else").issue()
    assert refused_with(authority, chain, key, "not one that Amazon")


def test_a_certificate_without_the_authority_between_is_refused(authority, chain_and_key):
    chain, key = chain_and_key
    leaf = chain.split(b"-----END CERTIFICATE-----")[0] + b"-----END CERTIFICATE-----\n"
    assert refused_with(authority, leaf, key, "not one that Amazon")


def test_a_certificate_that_vouches_for_itself_is_refused(authority):
    other = Authority()
    _, key = other.issue()
    pem = other.root.public_bytes(serialization.Encoding.PEM)
    assert refused_with(authority, pem, key, "not one that Amazon")


@pytest.mark.parametrize("content", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(authority, chain_and_key, content):
    assert refused_with(authority, content, chain_and_key[1], "could not be had")


def test_a_chain_without_end_is_refused(authority, chain_and_key):
    assert refused_with(authority, chain_and_key[0] * 6, chain_and_key[1], "could not be had")


def test_a_key_of_another_kind_is_refused(authority, chain_and_key):
    chain, _ = authority.issue(key=ec.generate_private_key(ec.SECP256R1()))
    one, _ = verifier(authority, chain)
    body = as_bytes(Session().launch())
    with pytest.raises(Refused, match="signature"):
        read(one, body, sign(chain_and_key[1], body))


@pytest.mark.parametrize("failure", [OSError("no network"), asyncio.TimeoutError(), ValueError("status 404")])
def test_a_store_that_does_not_answer_is_not_asked_again_at_once(authority, chain_and_key, failure):
    one, store, body = refused_with(authority, failure, chain_and_key[1], "could not be had")
    with pytest.raises(Refused, match="could not be had"):
        read(one, body, sign(chain_and_key[1], body))
    assert len(store.asked) == 1


def test_what_fails_does_not_push_out_what_is_good(authority, chain_and_key):
    chain, key = chain_and_key
    one, store = verifier(authority, chain)
    body = as_bytes(Session().launch())
    read(one, body, sign(key, body))
    store.content = ValueError("status 404")
    for number in range(50):
        with pytest.raises(Refused):
            read(one, body, sign(key, body, f"https://s3.amazonaws.com/echo.api/{number}.pem"))
    read(one, body, sign(key, body))
    assert store.asked.count(URL) == 1


# --- what strangers can make this server do


def at(name):
    return f"https://s3.amazonaws.com/echo.api/{name}"


def attack(one, body, key, urls):
    """Requests with signatures that nobody has checked yet, one for each address; all are refused."""
    for url in urls:
        with pytest.raises(Refused) as refused:
            read(one, body, sign(key, body, url))
        assert refused.value.status == 400


def test_strangers_cannot_make_it_fetch_without_end_nor_keep_what_is_genuine_from_being_fetched(
    authority, chain_and_key
):
    chain, key = chain_and_key
    genuine = at("echo-api-cert-12.pem")

    class Amazon(Store):
        async def get(self, url):
            self.asked.append(url)
            if url != genuine:
                raise alexa_verify.NotThere
            return chain

    store = Amazon(None)
    one = Verifier([SKILL], store.get, authority.store)
    body = as_bytes(Session().launch())
    attack(one, body, key, [at(f"{number}.pem") for number in range(40)])
    assert len(store.asked) == alexa_verify.FETCHES_PER_MINUTE
    usual = [at(f"echo-api-cert-{number}.pem") for number in range(100) if number != 12]
    for _ in range(2):
        attack(one, body, key, [*usual, *(at(f"echo-api-cert-{number}.pem") for number in range(1000, 1040))])
    assert len(store.asked) == alexa_verify.FETCHES_PER_MINUTE + len(usual), "each once"
    assert read(one, body, sign(key, body, genuine)), "though all that was to be tried is used up"


def test_one_that_is_not_there_is_asked_for_again_after_a_while(authority, chain_and_key):
    chain, key = chain_and_key
    clock = [time.time()]
    one, store = verifier(authority, alexa_verify.NotThere(), lambda: clock[0])
    body = as_bytes(Session().launch())
    attack(one, body, key, [URL])
    store.content = chain

    def later(seconds):
        clock[0] += seconds
        body = as_bytes(Session().request("LaunchRequest", age=time.time() - clock[0]))
        return read(one, body, sign(key, body))

    with pytest.raises(Refused, match="could not be had"):
        later(alexa_verify.FAILED_SECONDS + 1)
    assert later(alexa_verify.NONE_THERE_SECONDS)
    assert len(store.asked) == 2


def together(one, requests):
    """Whether each of the requests at the same time was let in; else why not."""

    async def main():
        return await asyncio.gather(*[one.read(headers, body) for headers, body in requests], return_exceptions=True)

    return [getattr(done, "sentence", True) for done in asyncio.run(asyncio.wait_for(main(), 10))]


class Slow(Store):
    """Answers no earlier than when all that will come has come; ``most``: how many were there at once."""

    now, most = 0, 0

    async def get(self, url):
        self.asked.append(url)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.1)
        self.now -= 1
        return self.content


def test_not_many_requests_wait_for_one_certificate(authority, chain_and_key):
    chain, key = chain_and_key
    store = Slow(chain)
    body = as_bytes(Session().launch())
    headers = {name.lower(): value for name, value in sign(key, body).items()}
    one = Verifier([SKILL], store.get, authority.store)
    done = together(one, [(headers, body)] * 20)
    assert done.count(True) == alexa_verify.MOST_WAITING
    assert set(done) == {True, "Too many requests wait for a certificate."}
    assert store.asked == [URL]
    assert together(one, [(headers, body)] * 20) == [True] * 20, "nobody waits any more"


def test_one_certificate_does_not_wait_for_another_and_not_many_are_fetched_at_once(authority, chain_and_key):
    chain, key = chain_and_key
    store = Slow(chain)
    body = as_bytes(Session().launch())
    requests = [
        ({name.lower(): value for name, value in sign(key, body, at(f"echo-api-cert-{number}.pem")).items()}, body)
        for number in range(20)
    ]
    one = Verifier([SKILL], store.get, authority.store)
    done = together(one, requests)
    assert done.count(True) == len(store.asked) == store.most == alexa_verify.MOST_FETCHES
    assert set(together(one, requests[:8])) == {True}


def test_a_chain_is_verified_once_in_a_while(authority, chain_and_key, monkeypatch):
    chain, key = chain_and_key
    clock, checked = [time.time()], []

    def check(*given):
        checked.append(given[-1])
        return check_chain(*given)

    monkeypatch.setattr(alexa_verify, "check_chain", check)
    one, _ = verifier(authority, chain, lambda: clock[0])
    for seconds, times in ((0, 1), (1, 1), (alexa_verify.VERIFIED_SECONDS - 2, 1), (2, 2), (1, 2), (-100, 3)):
        clock[0] += seconds
        body = as_bytes(Session().request("LaunchRequest", age=time.time() - clock[0]))
        assert read(one, body, sign(key, body))
        assert len(checked) == times
        with pytest.raises(Refused, match="signature"):
            read(one, body + b" ", sign(key, body))


@pytest.mark.parametrize(
    "status, error",
    [(403, "NotThere"), (404, "NotThere"), (500, "ValueError"), (503, "ValueError"), (301, "ValueError")],
)
def test_what_the_store_says_is_told_apart(monkeypatch, status, error):
    import aiohttp

    class Answer:
        async def __aenter__(self):
            self.status = status
            return self

        async def __aexit__(self, *raised):
            return None

    monkeypatch.setattr(aiohttp.ClientSession, "get", lambda session, url, **more: Answer())
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whose kind is what is asked
        asyncio.run(alexa_verify.fetch(URL))
    assert type(raised.value).__name__ == error


# --- addresses and times


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://s3.amazonaws.com/echo.api/",
        "https://s3.amazonaws.com/echo.api",
        "https://s3.amazonaws.com.example.org/echo.api/cert",
        "https://example.org\\@s3.amazonaws.com/echo.api/cert",
        "https://someone@s3.amazonaws.com/echo.api/cert",
        "https://s3.amazonaws.com@example.org/echo.api/cert",
        "https://s3.amazonaws.com/echo.api/%2e%2e/bucket/cert",
        "https://s3.amazonaws.com/echo.api/..%2fbucket/cert",
        "https://s3.amazonaws.com/echo.api/..\\bucket\\cert",
        "https://s3.amazonaws.com/echo.api/cert?versionId=1",
        "https://s3.amazonaws.com/echo.api/cert#x",
        "https://s3.amazonaws.com:abc/echo.api/cert",
        "https://s3.amazonaws.com:99999/echo.api/cert",
        "https://[s3.amazonaws.com/echo.api/cert",
        "//s3.amazonaws.com/echo.api/cert",
        "https://s3.amazonaws.com//bucket/echo.api/cert",
        "file:///echo.api/cert",
    ],
)
def test_a_certificate_from_elsewhere_is_refused(url):
    with pytest.raises(Refused, match="address"):
        check_url(url)


@pytest.mark.parametrize("seconds", [0, 149, -149])
@pytest.mark.parametrize("form", ["{}Z", "{}.123Z", "{}+00:00"])
def test_a_fresh_time_is_read_in_each_form(seconds, form):
    text, now = form.format(timestamp(seconds).rstrip("Z")), time.time()
    check_age(text, now)
    with pytest.raises(Refused, match="too old"):
        check_age(text, now + 3600)


@pytest.mark.parametrize(
    "text", [None, 1567322879, "", "now", "2019-09-01", "2019-13-01T07:27:59Z", "2019-09-01T07:27:59", ["x"]]
)
def test_a_time_that_cannot_be_read_is_refused(text):
    with pytest.raises(Refused, match="no time"):
        check_age(text, time.time())


# --- the vendor's own samples


@needs_vectors
def test_the_vendors_samples_of_addresses():
    cases = json.loads((VECTORS / "cert_chain_urls.json").read_text())
    assert len(cases) == 18
    for case in cases:
        if case["valid"]:
            assert check_url(case["url"]).startswith("https://s3.amazonaws.com/echo.api/"), case
        else:
            with pytest.raises(Refused):
                check_url(case["url"])


@needs_vectors
def test_amazons_own_chain_is_believed_in_its_time_and_only_then():
    chain = read_chain((VECTORS / "echo-api-cert-12.cer").read_bytes())
    roots = trusted_roots()

    def at(year, month):
        return datetime.datetime(year, month, 1, tzinfo=datetime.timezone.utc).timestamp()

    check_chain(chain, roots, at(2023, 10))
    for when in (at(2023, 3), at(2024, 6)):
        with pytest.raises(Refused, match="out of date"):
            check_chain(chain, roots, when)


@needs_vectors
def test_the_vendors_expired_chain_is_refused():
    with pytest.raises(Refused):
        check_chain(read_chain((VECTORS / "cert-expired.pem").read_bytes()), trusted_roots(), time.time())
