// The certified provider `oidc-provider` on a port of its own, with two people: olga in the group `legal`, piet in none, and with
// two programs that get access tokens for the API: `shop` and `billing`.
// It prints its issuer, keeps everything in memory, and ends when its standard input does.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const people = { olga: ["legal", "everybody"], piet: ["everybody"] };
const page = (inner) => `<!doctype html><html lang="en"><title>Example organisation</title><main>${inner}</main></html>`;
const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

let callback;
const server = createServer((request, response) => callback(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...signing, kid: "first", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["only for tests"] },
    clients: [
      {
        client_id: "sayso",
        client_secret: "a secret only for tests, with + and /",
        redirect_uris: given.redirects,
        post_logout_redirect_uris: given.leaves,
      },
      ...["shop", "billing"].map((client_id) => ({
        client_id,
        client_secret: `the secret of ${client_id}`,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      })),
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub", "groups"] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, groups: people[id] }) } : undefined),
    interactions: { url: (_, interaction) => `/come-in/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    ttl: { Session: 3600, Grant: 3600, Interaction: 3600, IdToken: 600, AccessToken: 600, AuthorizationCode: 60 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({
          audience,
          scope: "chat.write chat.decide keys",
          accessTokenFormat: audience.includes("opaque") ? "opaque" : "jwt",
          accessTokenTTL: audience.includes("long") ? 86400 : 600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page(`<h1>Leave the organisation?</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Yes, leave</button>`);
        },
      },
    },
  });
  const serve = provider.callback();
  callback = async (request, response) => {
    const uid = /^\/come-in\/([\w-]+)$/.exec(request.url)?.[1];
    if (uid === undefined) return serve(request, response);
    if (request.method === "GET") {
      response.setHeader("content-type", "text/html");
      return response.end(page(`<h1>Who are you?</h1><form method="post"><label>Name <input name="login"></label><button>Go on</button></form>`));
    }
    let body = "";
    for await (const part of request) body += part;
    const accountId = new URLSearchParams(body).get("login");
    return provider.interactionFinished(request, response, { login: { accountId } });
  };
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
