import { decodeJwt, importSPKI, jwtVerify } from "jose";
import type { Reply } from "./push.ts";
import type { FcmState } from "./state.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPES = [
  "https://www.googleapis.com/auth/firebase.messaging",
  "https://www.googleapis.com/auth/cloud-platform",
];

const refused = (error: string, description: string): Reply => ({
  status: 400,
  body: { error, error_description: description },
});

/** Gives an access token for an assertion that a known account has signed for this endpoint. */
export async function grant(
  { accounts, tokens, settings }: FcmState,
  form: Readonly<Record<string, string>>,
  url: string,
  now: number,
): Promise<Reply> {
  if (form["grant_type"] !== GRANT) return refused("unsupported_grant_type", "Invalid grant_type");
  const assertion = form["assertion"] ?? "";
  try {
    const account = accounts.get(decodeJwt(assertion).iss ?? "");
    if (account === undefined) return refused("invalid_grant", "Invalid grant: account not found");
    const { payload } = await jwtVerify(assertion, await importSPKI(account.public_key, "RS256"), {
      currentDate: new Date(now),
      requiredClaims: ["iat", "exp", "aud"],
      // Over a local socket the address is the sandbox's own.
      audience: [url, "https://oauth2.googleapis.com/token"],
      maxTokenAge: "1h",
    });
    if ((payload.exp ?? 0) - (payload.iat ?? 0) > 3_600)
      return refused("invalid_grant", "Invalid JWT: Token must be a short-lived token");
    const scopes = String(payload["scope"] ?? "").split(" ");
    if (!scopes.some((scope) => SCOPES.includes(scope)))
      return refused("invalid_scope", "Empty or missing scope not allowed.");
    const access_token = `ya29.${account.project_id}.${tokens.size}.${now}`;
    tokens.set(access_token, { project: account.project_id, until: now + settings.tokenSeconds * 1_000 });
    return {
      status: 200,
      body: { access_token, expires_in: settings.tokenSeconds, token_type: "Bearer" },
    };
  } catch {
    return refused("invalid_grant", "Invalid JWT Signature.");
  }
}
