import { describe, expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";

const BASE = "/api/v1/notifications";
const ORIGIN = "https://app.example.com";

describe("X-Request-Id", () => {
  test("is made for each request, and stands in the answer, in the problem and in the log", async () => {
    const h = createHarness();
    const [one, two] = [await h.request("GET", BASE), await h.request("GET", `${BASE}/nothing`)];
    const ids = [one, two].map((answer) => answer.headers.get("x-request-id"));
    expect(new Set(ids).size).toBe(2);
    expect(two.body.request_id).toBe(ids[1]);
    const logged = h.logged.map((line) => JSON.parse(line)).filter((line) => line.event === "request");
    expect(logged.map((line) => line.request_id)).toEqual(ids);
  });

  test.each(["abc", "3f8e-77_A=", "x".repeat(128)])("%s of the caller is kept", async (id) => {
    const h = createHarness();
    const { headers } = await h.request("GET", "/nothing", { headers: { "x-request-id": id } });
    expect(headers.get("x-request-id")).toBe(id);
  });

  test.each(["a b", '"},{"level":"error"', "x".repeat(129), "<script>", "a;b", "%0a", "\\n"])(
    "%j of the caller is replaced",
    async (id) => {
      const h = createHarness();
      const { headers } = await h.request("GET", "/nothing", { headers: { "x-request-id": id } });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(h.logged.join()).not.toContain(id);
    },
  );
});

describe("CORS", () => {
  const preflight = {
    origin: ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,idempotency-key",
  };

  test.each([
    ["*", "*"],
    [ORIGIN, ORIGIN],
    [`https://other.example.com, ${ORIGIN}`, ORIGIN],
    ["https://other.example.com", null],
    ["https://app.example.co", null],
    [undefined, null],
  ])("with CORS_ORIGINS %j answers the origin %j", async (origins, allowed) => {
    const h = createHarness({ vars: origins === undefined ? {} : { CORS_ORIGINS: origins } });
    const asked = await h.request("OPTIONS", BASE, { as: null, headers: preflight });
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, allowed]);
    const answered = await h.request("GET", BASE, { headers: { origin: ORIGIN } });
    expect(answered.headers.get("access-control-allow-origin")).toBe(allowed);
    const refused = await h.request("GET", `${BASE}?page=0`, { headers: { origin: ORIGIN } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([400, allowed]);
  });

  test("lets a browser send what the API takes, and read what it answers", async () => {
    const h = createHarness({ vars: { CORS_ORIGINS: "*" } });
    const { headers } = await h.request("OPTIONS", BASE, { as: null, headers: preflight });
    const names = (header: string) => (headers.get(header) ?? "").toLowerCase().split(",");
    expect(names("access-control-allow-methods")).toEqual(
      expect.arrayContaining(["get", "post", "put", "delete"]),
    );
    expect(names("access-control-allow-headers")).toEqual(
      expect.arrayContaining(["authorization", "content-type", "idempotency-key", "prefer", "x-d1-bookmark"]),
    );
    const user = await givenUser(h);
    const answer = await h.request("POST", BASE, {
      body: aPush(user.id),
      headers: { origin: ORIGIN, prefer: "wait=1", "idempotency-key": crypto.randomUUID() },
    });
    const exposed = (answer.headers.get("access-control-expose-headers") ?? "").split(",");
    const ours = [...answer.headers.keys()].filter((name) =>
      /^(x-d1|x-request|ratelimit|location|preference|idempotency|retry)/.test(name),
    );
    expect(ours.length).toBeGreaterThan(4);
    expect(exposed).toEqual(expect.arrayContaining(ours));
  });

  test("says that the answer differs by origin, unless it is for all", async () => {
    const vary = async (origins: string) => {
      const h = createHarness({ vars: { CORS_ORIGINS: origins } });
      return (await h.request("GET", BASE, { headers: { origin: ORIGIN } })).headers.get("vary");
    };
    expect([await vary(ORIGIN), await vary("*")]).toEqual(["Origin", null]);
  });

  test.each(["/openapi.json", "/docs", "/docs/reference/swagger-ui.css"])(
    "tells a cache that keeps %s for a caller without an origin that a page's would have been another",
    async (path) => {
      const vary = async (vars: Record<string, string>) =>
        (await createHarness({ vars }).request("GET", path, { as: null })).headers.get("vary");
      expect([await vary({ CORS_ORIGINS: ORIGIN }), await vary({})]).toEqual(["Origin", null]);
    },
  );

  test("answers OPTIONS from anyone", async () => {
    const { status } = await createHarness().request("OPTIONS", BASE, { as: null });
    expect(status).toBe(204);
  });
});

test.each([BASE, "/nothing", "/healthz", "/docs", "/docs/reference/swagger-ui.css", "/openapi.json"])(
  "%s carries the secure headers, and the request's id",
  async (path) => {
    const { headers } = await createHarness().request("GET", path);
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("strict-transport-security")).toContain("max-age=");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  },
);

test.each([
  ["GET", BASE, 200],
  ["GET", `${BASE}/nothing`, 404],
  ["GET", "/api/v1/nothing", 404],
  ["PATCH", BASE, 405],
  ["POST", BASE, 400],
])("nobody on the way may keep an answer of the API: %s %s", async (method, path, status) => {
  const answer = await createHarness().request(method, path);
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([status, "no-store"]);
});

describe("X-D1-Bookmark", () => {
  /** Where the session of the next request starts. */
  async function startOf(method: string, bookmark: string | null): Promise<string | undefined> {
    const h = createHarness();
    const { open } = h.deps;
    const starts: string[] = [];
    h.deps.open = (start, log) => {
      starts.push(start);
      return open(start, log);
    };
    const headers: Record<string, string> = bookmark === null ? {} : { "x-d1-bookmark": bookmark };
    await h.request(method, `${BASE}/notif_01jq8z3k5te8v9m4p2r7x6w1yd`, { headers });
    return starts[0];
  }

  test("goes out with a write and comes back with the next read, which then sees it", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const sent = await h.request("POST", BASE, { body: aPush(user.id) });
    const bookmark = sent.headers.get("x-d1-bookmark") ?? "";
    expect(await startOf("GET", bookmark)).toBe(bookmark);
    const headers = { "x-d1-bookmark": bookmark };
    const read = await h.request("GET", `${BASE}/${sent.body.id}`, { headers });
    expect(read.status).toBe(200);
    expect(String(read.headers.get("x-d1-bookmark")) >= bookmark).toBe(true);
  });

  test("without one a read may start anywhere, and a write starts at the primary", async () => {
    expect([await startOf("GET", null), await startOf("DELETE", null)]).toEqual([
      "first-unconstrained",
      "first-primary",
    ]);
  });

  test("of a write does not keep it from the primary", async () => {
    const bookmark = "00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683";
    expect(await startOf("GET", bookmark)).toBe(bookmark);
    expect(await startOf("DELETE", bookmark)).toBe("first-primary");
  });

  test.each([
    "",
    "abc",
    "-",
    "first-primary",
    "0".repeat(200),
    "'; DROP TABLE users",
    "00000085-0000024c-00004c6d",
    `${"f-".repeat(50)}f`,
  ])("%j is none, and is not handed on", async (bookmark) => {
    expect(await startOf("GET", bookmark)).toBe("first-unconstrained");
    const h = createHarness();
    const answer = await h.request("GET", BASE, { headers: { "x-d1-bookmark": bookmark } });
    expect([answer.status, answer.headers.get("x-d1-bookmark") === bookmark]).toEqual([200, false]);
  });
});
