import { describe, expect, test } from "vitest";
import { createServiceOf } from "../../../src/channels/push/providers/webpush/services.ts";

describe("an endpoint", () => {
  test.each([
    ["https://fcm.googleapis.com/fcm/send/abc:APA91", "google"],
    ["https://fcm.googleapis.com/wp/abc:APA91", "google"],
    ["https://jmt17.google.com/fcm/send/abc", "google"],
    ["https://updates.push.services.mozilla.com/wpush/v2/gAAAA", "mozilla"],
    ["https://updates-autopush.stage.push.services.mozilla.com/wpush/v1/a", "mozilla"],
    ["https://web.push.apple.com/QGg", "apple"],
    ["https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2b%2f", "microsoft"],
    ["https://push.example.com/a", "other"],
    ["https://eu.relay.example.org/a", "other"],
    ["http://localhost:9911/wpush/v2/a", "other"],
  ])("%s is of %s", (endpoint, service) => {
    const more = ["push.example.com", "*.relay.example.org", "http://localhost:9911"];
    expect(createServiceOf(more)(endpoint)).toBe(service);
  });

  test.each([
    ["another host", "https://example.com/a"],
    ["a host that ends like one", "https://evilfcm.googleapis.com/a"],
    ["one that begins like one", "https://fcm.googleapis.com.evil.example/a"],
    ["a domain that ends like one", "https://evilpush.apple.com/a"],
    ["the bare domain", "https://push.apple.com/a"],
    ["credentials that look like one", "https://fcm.googleapis.com@evil.example/a"],
    ["credentials", "https://user:pass@fcm.googleapis.com/a"],
    ["another port", "https://fcm.googleapis.com:8443/a"],
    ["http", "http://fcm.googleapis.com/a"],
    ["a trailing dot", "https://fcm.googleapis.com./a"],
    ["an IP address", "https://142.250.74.42/fcm/send/a"],
    ["a metadata address", "http://169.254.169.254/latest"],
    ["this computer", "http://localhost:9911/a"],
    ["IPv6 of this computer", "https://[::1]/a"],
    ["a fragment", "https://fcm.googleapis.com/a#b"],
    ["a spelling that browsers do not use", "HTTPS://FCM.googleapis.com/a"],
    ["a backslash", "https://fcm.googleapis.com\\@evil.example/a"],
    ["a line break", "https://fcm.googleapis.com/a\nb"],
    ["too many characters", `https://fcm.googleapis.com/${"a".repeat(2_000)}`],
    ["no URL", "ExponentPushToken[a]"],
    ["nothing", ""],
  ])("with %s is of none", (_, endpoint) => {
    expect(createServiceOf([])(endpoint)).toBeNull();
  });

  test("of a configured origin is of none on another port, and over https where that was not said", () => {
    const serviceOf = createServiceOf(["http://localhost:9911"]);
    expect(serviceOf("http://localhost:9912/a")).toBeNull();
    expect(serviceOf("https://localhost:9911/a")).toBeNull();
    expect(serviceOf("http://127.0.0.1:9911/a")).toBeNull();
  });
});
