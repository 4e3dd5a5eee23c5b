/**
 * Demo data: one organization with a branch, two people, one device. The phone number is one of those that Sweden's regulator
 * (PTS) keeps free for fiction.
 */
const DEMO = [
  ["PUT", "/api/v1/directory/orgs/org_demo", { name: "Demo organization", parent_id: null, country: "SE" }],
  ["PUT", "/api/v1/directory/orgs/org_demo_oslo", { name: "Demo, Oslo branch", parent_id: "org_demo" }],
  [
    "PUT",
    "/api/v1/directory/users/usr_demo?notify=false",
    {
      org_id: "org_demo_oslo",
      name: "Dana Demo",
      email: "dana@example.com",
      email_verified: true,
      phone: "+46701740605",
      phone_verified: true,
      locale: "en",
      timezone: "Europe/Oslo",
    },
  ],
  [
    "PUT",
    "/api/v1/directory/users/usr_demo_2?notify=false",
    {
      org_id: "org_demo",
      name: "Didi Demo",
      email: "didi@example.com",
      email_verified: true,
      locale: "en",
      timezone: "America/New_York",
    },
  ],
  [
    "POST",
    "/api/v1/notifications/device-tokens",
    { user_id: "usr_demo", token: "ExponentPushToken[demo-device-1]", platform: "ios" },
  ],
] as const;

/** Loads the demo data through the API; safe to repeat. Throws an Error that names the first call that was refused. */
export async function loadDemo(origin: string, token: string, signal: AbortSignal): Promise<void> {
  for (const [method, path, body] of DEMO) {
    const answer = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  }
}

/** Shell commands that send a push to the demo device, and show what it would have got. */
export const firstRequest = (origin: string, token: string): string =>
  `export TIDINGS_URL=${origin}
export TOKEN=${token}

curl -sS $TIDINGS_URL/api/v1/notifications \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"user_id":"usr_demo","title":"Hello","body":"This is Tidings."}'

# What the device would have got (in a browser: $TIDINGS_URL/dev/outbox)
curl -sS "$TIDINGS_URL/dev/outbox?user_id=usr_demo" -H "Authorization: Bearer $TOKEN"`;
