import { describe, expect, it } from "vitest";
import { confirmSubscription } from "../../../../src/channels/email/providers/ses/sns-keys.ts";
import { createSnsVerifier } from "../../../../src/channels/email/providers/ses/sns.ts";
import {
  CERTIFICATE,
  CERTIFICATE_URL,
  type Fields,
  OTHER_CERTIFICATE,
  SUBSCRIBE_URL,
  snsMessage,
  TOPIC,
} from "./sns-signer.ts";

/** A verifier whose certificates come from `serve`, and the URLs that it asked for. */
function aVerifier(
  serve: (url: string) => Response | Promise<Response> = () => new Response(CERTIFICATE),
  time?: { now: number },
) {
  const asked: string[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push(url);
    // Following would leave SNS's host.
    expect(init.redirect).toBe("manual");
    const aborted = new Promise<never>((_, reject) =>
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
    );
    return Promise.race([serve(url), aborted]);
  };
  const verify = createSnsVerifier({
    fetch,
    topics: [TOPIC],
    timeoutMs: 50,
    ...(time && { now: () => time.now }),
  });
  return { asked, verify: (fields: unknown) => verify(JSON.stringify(fields)) };
}

/** Signed by openssl over the text that SNS's documentation describes, without any code of ours. */
const BY_OPENSSL = {
  "1": "QBaMV9hw5XE6NUHCgXT1BZSuH2XbizxBcB5HNAf1W5oCSbHLHhdd41+AcAQf/nCZK2bRBbmaJj+1tbv4bifln61K6BJLKMlQWgrC9BGChLqo2sDWx3gv42pfceOMdv5nkCMMT4oq9JN/FFAv+bfhhg/7RksaWSnjnaJC75Vt0ZK1PJHpnqLz3Goq/NZuTt659blDFW7zAN2lca1qdj/rSpJ6SuflViW09PtKIvldG/K564VykV+XXUjE4PLZNAij9s/Za/UQvWnT/Y9cfQeAN6sJs93gqmOpkCqQOy/lR/hz3Oug0796nKgkQxJJArsnaOw8G73PFfoTj0aknzQFtw==",
  "2": "VV6aeRaq5xpjdT79YTzyqJKBPw+EgXCo1DOpCDHi0Fjpe9oTAmHWXkT73VUq6jEZ14umY1TQxZoKPMorWfJTeXEybwJS8b6Di6GbbxXkQ06lmewQZmnSLeKeyo79bIm34wfoQpT35gGXNbAqdkVw+MAGhU8BTERfGjxI6VNer3wKU1PYBX9rxRgQS1sczFDo4GdX5I4kv7z+tNl3/e6rZFbRko71ftCzYJZhHtXROFvfRnmrb9azasDz6AFCgXz91yAswAxfehW0J/Xt6yxNjGwZybumOg7PpRPznEP145AoTNO0KRTpeGhzJPloxzT4RvTdG7pvpjTYxGed50FBew==",
};

describe("a message of SNS", () => {
  it.each(["1", "2"] as const)("is taken with signature version %s", async (SignatureVersion) => {
    const fields = { ...(await snsMessage({ SignatureVersion, Subject: "My First Message" })) };
    fields["Signature"] = BY_OPENSSL[SignatureVersion];
    const verdict = await aVerifier().verify(fields);
    expect(verdict).toMatchObject({
      ok: true,
      message: { Type: "Notification", Message: '{"hello":"wörld"}' },
    });
  });

  it.each<[string, Fields]>([
    ["without a subject", {}],
    ["in several lines", { Message: "a\nb\r\nMessageId\n" }],
    ["in signature version 1", { SignatureVersion: "1" }],
    ["with fields that we do not know", { Later: "yes" }],
    [
      "confirming a subscription",
      { Type: "SubscriptionConfirmation", SubscribeURL: SUBSCRIBE_URL, Token: "2336412f37" },
    ],
    [
      "confirming its end",
      { Type: "UnsubscribeConfirmation", SubscribeURL: SUBSCRIBE_URL, Token: "2336412f37" },
    ],
  ])("is taken %s", async (_, change) => {
    expect((await aVerifier().verify(await snsMessage(change))).ok).toBe(true);
  });

  it("may come again: that is for its MessageId to tell", async () => {
    const { verify } = aVerifier();
    const fields = await snsMessage();
    expect((await verify(fields)).ok).toBe(true);
    expect((await verify(fields)).ok).toBe(true);
  });
});

describe("a forgery", () => {
  it.each(["Message", "MessageId", "Timestamp", "Subject"])("with another %s is refused", async (name) => {
    const fields = await snsMessage({ Subject: "Hello" });
    const forged = name === "Timestamp" ? "2026-11-21T12:00:00.000Z" : "something else";
    expect(await aVerifier().verify({ ...fields, [name]: forged })).toEqual({ ok: false, code: "signature" });
  });

  it("with a subject put in or taken out is refused", async () => {
    const { verify } = aVerifier();
    expect(await verify({ ...(await snsMessage()), Subject: "x" })).toEqual({ ok: false, code: "signature" });
    const { Subject: _, ...without } = await snsMessage({ Subject: "x" });
    expect(await verify(without)).toEqual({ ok: false, code: "signature" });
  });

  it("that claims the other version of the signature is refused", async () => {
    const { verify } = aVerifier();
    for (const [signed, claimed] of [
      ["1", "2"],
      ["2", "1"],
    ] as const) {
      const fields = await snsMessage({ SignatureVersion: signed });
      expect(await verify({ ...fields, SignatureVersion: claimed })).toEqual({
        ok: false,
        code: "signature",
      });
    }
  });

  it("signed with another key is refused", async () => {
    const { verify } = aVerifier(() => new Response(OTHER_CERTIFICATE));
    expect(await verify(await snsMessage())).toEqual({ ok: false, code: "signature" });
  });

  it("that makes a notification of a confirmation is refused", async () => {
    const fields = await snsMessage({
      Type: "SubscriptionConfirmation",
      SubscribeURL: SUBSCRIBE_URL,
      Token: "t",
    });
    expect(await aVerifier().verify({ ...fields, Type: "Notification" })).toEqual({
      ok: false,
      code: "signature",
    });
  });

  it.each([
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123.pem",
    "https://evil.example/SimpleNotificationService-0123.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123.pem",
    "https://user:pw@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123.pem",
    "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
    "https://snsXeu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem?x=.pem",
    "https://sns.eu-west-1.amazonaws.com/a/../b/SimpleNotificationService-0123.pem",
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem.exe",
    "https://sns.eu-west-1.amazonaws.com/?Action=x",
    "file:///etc/passwd",
    "not a url",
  ])("with the certificate at %s is refused, and nothing is fetched", async (SigningCertURL) => {
    const { verify, asked } = aVerifier();
    expect(await verify(await snsMessage({ SigningCertURL }))).toEqual({
      ok: false,
      code: "certificate_url",
    });
    expect(asked).toEqual([]);
  });

  it("of a topic that is not ours is refused although SNS signed it, and nothing is fetched", async () => {
    const { verify, asked } = aVerifier();
    const fields = await snsMessage({ TopicArn: "arn:aws:sns:eu-west-1:666666666666:tidings" });
    expect(await verify(fields)).toEqual({ ok: false, code: "topic_not_allowed" });
    expect(asked).toEqual([]);
  });

  it.each([
    "https://evil.example/?Action=ConfirmSubscription",
    "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
    "http://169.254.169.254/latest/meta-data",
    SUBSCRIBE_URL.replace("ConfirmSubscription", "DeleteTopic"),
    SUBSCRIBE_URL.replace("tidings", "another"),
  ])("whose subscription would be confirmed at %s is refused", async (SubscribeURL) => {
    const fields = await snsMessage({ Type: "SubscriptionConfirmation", SubscribeURL, Token: "t" });
    expect(await aVerifier().verify(fields)).toEqual({ ok: false, code: "subscribe_url" });
  });

  it("without its parts, or with parts of another kind, is malformed", async () => {
    const { verify, asked } = aVerifier();
    const fields = await snsMessage();
    for (const name of Object.keys(fields).filter((key) => key !== "UnsubscribeURL")) {
      const { [name]: _, ...without } = fields;
      expect(await verify(without), name).toEqual({ ok: false, code: "malformed" });
      expect(await verify({ ...fields, [name]: 5 }), name).toEqual({ ok: false, code: "malformed" });
    }
    expect(await verify({ ...fields, Type: "Else" })).toEqual({ ok: false, code: "malformed" });
    expect(await verify({ ...fields, SignatureVersion: "3" })).toEqual({ ok: false, code: "malformed" });
    expect(await verify({ ...fields, Signature: "§§§" })).toEqual({ ok: false, code: "malformed" });
    expect(await createSnsVerifier({ fetch, topics: [TOPIC] })("not JSON")).toEqual({
      ok: false,
      code: "malformed",
    });
    expect(asked).toEqual([]);
  });
});

describe("the certificate", () => {
  it("is fetched once", async () => {
    const { verify, asked } = aVerifier();
    await verify(await snsMessage());
    await verify(await snsMessage({ Message: "again" }));
    expect(asked).toEqual([CERTIFICATE_URL]);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["an error", () => new Response("no", { status: 500 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://evil.example" } })],
    ["a page", () => new Response("<html></html>")],
    ["something endless", () => new Response(CERTIFICATE + " ".repeat(20_000))],
    ["silence", () => new Promise<Response>(() => {})],
    ["a broken connection", () => Promise.reject(new Error("reset"))],
  ])("is asked for again after %s", async (_, fail) => {
    let isWell = false;
    const { verify } = aVerifier(() => (isWell ? new Response(CERTIFICATE) : fail()));
    const fields = await snsMessage();
    expect(await verify(fields)).toEqual({ ok: false, code: "certificate_unavailable" });
    isWell = true;
    expect((await verify(fields)).ok).toBe(true);
  });

  it("that is not there is remembered as such, for a while", async () => {
    const time = { now: 0 };
    const { verify, asked } = aVerifier(() => new Response("", { status: 404 }), time);
    const fields = await snsMessage();
    const again = async () =>
      expect(await verify(fields)).toEqual({ ok: false, code: "certificate_unavailable" });
    for (let i = 0; i < 30; i++) await again();
    expect(asked).toHaveLength(1);
    time.now = 10 * 60_000;
    await again();
    expect(asked).toHaveLength(2);
  });

  it("of whatever address is asked for at a slow pace, and what is known is not held up", async () => {
    const time = { now: 0 };
    const { verify, asked } = aVerifier(
      (url) => (url === CERTIFICATE_URL ? new Response(CERTIFICATE) : new Response("", { status: 404 })),
      time,
    );
    expect((await verify(await snsMessage())).ok).toBe(true);
    for (let i = 0; i < 100; i++) {
      time.now += 10;
      const SigningCertURL = CERTIFICATE_URL.replace("-0123", `-${i}abc`);
      expect((await verify(await snsMessage({ SigningCertURL }))).ok).toBe(false);
    }
    expect(asked.length).toBeLessThanOrEqual(12);
    expect((await verify(await snsMessage())).ok).toBe(true);
  });

  it("in use stays, whatever others are named", async () => {
    const time = { now: 0 };
    const { verify, asked } = aVerifier(undefined, time);
    for (let i = 0; i < 20; i++) {
      time.now += 2_000;
      await verify(await snsMessage());
      await verify(await snsMessage({ SigningCertURL: CERTIFICATE_URL.replace("-0123", `-${i}abc`) }));
    }
    expect(asked.filter((url) => url === CERTIFICATE_URL)).toHaveLength(1);
  });

  it("is one of a few that are remembered", async () => {
    const { verify, asked } = aVerifier();
    const urls = Array.from({ length: 9 }, (_, i) => CERTIFICATE_URL.replace("-0123", `-${i}123`));
    for (const SigningCertURL of urls) await verify(await snsMessage({ SigningCertURL }));
    // The ninth took the place of the first.
    await verify(await snsMessage({ SigningCertURL: urls[8] ?? "" }));
    expect(asked).toHaveLength(9);
    await verify(await snsMessage({ SigningCertURL: urls[0] ?? "" }));
    expect(asked).toHaveLength(10);
  });
});

describe("a subscription", () => {
  it("is confirmed by visiting its URL, without following where that leads", async () => {
    const seen: unknown[] = [];
    const answering = (status: number) => async (url: string, init: RequestInit) => {
      seen.push([url, init.method, init.redirect]);
      return new Response(status === 200 ? "<ConfirmSubscriptionResponse/>" : null, { status });
    };
    expect(await confirmSubscription(answering(200), SUBSCRIBE_URL)).toBe(true);
    expect(seen).toEqual([[SUBSCRIBE_URL, "GET", "manual"]]);
    expect(await confirmSubscription(answering(302), SUBSCRIBE_URL)).toBe(false);
    expect(await confirmSubscription(answering(403), SUBSCRIBE_URL)).toBe(false);
    expect(await confirmSubscription(() => Promise.reject(new Error("reset")), SUBSCRIBE_URL)).toBe(false);
  });
});
