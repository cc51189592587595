// An identity provider: the package `oidc-provider`, whose own pages ask for a login.
// Arguments: the address of the site, its callback, the port, and the client's id and secret.
"use strict";

const { report, take } = require("./steps");

const [, , , redirectUri, port, clientId, clientSecret] = process.argv;
const PEOPLE = {
  ana: { email: "ana@example.org", email_verified: true, name: "Ana Silva", preferred_username: "ana", groups: ["staff"] },
  bob: { email: "bob@example.org", email_verified: false, name: "Bob", preferred_username: "bob", groups: [] },
};

async function start() {
  const { default: Provider } = await import("oidc-provider");
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username", "groups"] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: `person-${id}`, ...PEOPLE[id] }) }),
  });
  provider.listen(Number(port), "127.0.0.1", () => report("ready", true));
}

take({});
start();
