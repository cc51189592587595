"""An identity provider (OpenID Connect) over real HTTP, which signs real tokens.

The test plays the browser: `approve` is what the provider does when the user signs in there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.fakes.gateway import Reply
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake
from tests.keys import rsa_key

CLIENT_ID, CLIENT_SECRET = "callboard", "the secret of the client"
ANA = {"sub": "248289761001", "preferred_username": "ana", "name": "Ana Silva", "email": "ana@example.org"}


@dataclass
class Grant:
    """A sign-in whose code was not exchanged yet."""

    challenge: str
    redirect_uri: str
    nonce: str
    claims: dict[str, Any]


@dataclass
class FakeIdentityProvider(ServedFake):
    """Use as a context manager; `address` is the issuer. `claims` are those of the user who signs in.

    `token_changes` replace claims of the ID token, `replies` whole responses, by path.
    """

    claims: dict[str, Any] = field(default_factory=lambda: {**ANA, "email_verified": True})
    token_changes: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    signing_key: str = ""
    requests: list[str] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)

    def make_server(self) -> FakeServer:
        return IdentityServer(self)

    def approve(self, url: str) -> str:
        """Return the URL to which the provider sends the browser, after checking the request as a provider does."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.address}/authorize?")
        assert query["client_id"] == CLIENT_ID
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.requests)}-{len(self.grants)}"
        self.grants[code] = Grant(query["code_challenge"], query["redirect_uri"], query["nonce"], dict(self.claims))
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.address})}"

    def answer(self, path: str, headers: dict[str, str], body: dict[str, str]) -> Reply:
        self.requests.append(path)
        if path in self.replies:
            return self.replies[path]
        if path == "/token":
            return self.exchange(body)
        if path == "/userinfo":
            return Reply(200, {}, self.userinfo(headers.get("authorization", "")))
        if path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key("identity provider").public_key()))
            return Reply(200, {}, {"keys": [{**key, "kid": "first", "use": "sig", "alg": "RS256"}]})
        if path == "/.well-known/openid-configuration":
            return Reply(200, {}, self.configuration())
        return Reply(404, {}, {})

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def exchange(self, body: dict[str, str]) -> Reply:
        if (body.get("client_id"), body.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Reply(401, {}, {"error": "invalid_client"})
        grant = self.grants.pop(body.get("code", ""), None)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or (challenge, body.get("redirect_uri")) != (grant.challenge, grant.redirect_uri):
            return Reply(400, {}, {"error": "invalid_grant"})
        self.claims = grant.claims
        return Reply(200, {}, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(grant)})

    def id_token(self, grant: Grant) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": grant.nonce}
        claims |= {"sub": grant.claims["sub"], **self.token_changes}
        key = rsa_key(self.signing_key or "identity provider")
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "first"})

    def userinfo(self, authorization: str) -> dict[str, Any]:
        assert authorization == "Bearer access"
        return self.claims


class IdentityServer(FakeServer):
    def __init__(self, fake: FakeIdentityProvider) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), IdentityHandler)


class IdentityHandler(FakeHandler):
    server: IdentityServer

    def do_GET(self) -> None:  # noqa: N802 (the name is http.server's)
        self.take({})

    def do_POST(self) -> None:  # noqa: N802
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.take({name: values[0] for name, values in parse_qs(form).items()})

    def take(self, body: dict[str, str]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.fake.answer(urlsplit(self.path).path, headers, body)
        self.respond(
            reply.status, {**reply.headers, "Content-Type": "application/json"}, json.dumps(reply.body).encode()
        )
