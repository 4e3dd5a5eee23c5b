import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { publicUrl } from "../../src/lib/public-url.ts";

const PRODUCTION = { isLocalAllowed: false };
const DEVELOPMENT = { isLocalAllowed: true };

const faultOf = (url: string, rules = PRODUCTION) => {
  const checked = publicUrl(url, rules);
  return "fault" in checked ? checked.fault : null;
};

const NO_HTTPS = /https/;
const NOT_PUBLIC = /public host/;

describe("a URL that requests may go to", () => {
  test.each([
    ["https://hooks.example.com/tidings", "https://hooks.example.com/tidings"],
    ["https://hooks.example.com", "https://hooks.example.com/"],
    ["HTTPS://Hooks.Example.COM/Path?q=A#part", "https://hooks.example.com/Path?q=A"],
    ["https://hooks.example.com:443/x", "https://hooks.example.com/x"],
    ["https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"],
    ["https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"],
    ["https://hooks.example.com/services/T0/B0/x%20y", "https://hooks.example.com/services/T0/B0/x%20y"],
    ["https://my_bucket.example.com/", "https://my_bucket.example.com/"],
    ["https://10.cdn.example.com/", "https://10.cdn.example.com/"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
    ["https://internal.example.com/", "https://internal.example.com/"],
    ["https://@hooks.example.com/", "https://hooks.example.com/"],
    ["https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com/fcm/send/abc:def"],
  ])("%s is %s", (text, url) => {
    expect(publicUrl(text, PRODUCTION)).toEqual({ url });
  });
});

describe("a URL that no request goes to", () => {
  test.each([
    "",
    "hooks.example.com",
    "//hooks.example.com",
    "/path",
    "https:hooks.example.com",
    "https:/hooks.example.com",
    "https:///hooks.example.com",
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "ws://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "blob:https://hooks.example.com/1",
    "view-source:https://hooks.example.com/",
    "https://",
    "https://?",
    "https://#",
    " https://hooks.example.com/",
    "https://hooks.example.com/ ",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/\u0000",
    "https://hooks.exam\tple.com/",
    "https://hooks.exam\nple.com/",
    "ht\ntps://hooks.example.com/",
    "https:\\\\hooks.example.com\\x",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/\u202Emoc",
    "https://hooks.example.com/\uD800",
    "https://hooks.exa%00mple.com/",
    "https://hooks.example.com%2F@127.0.0.1:80/",
  ])("%j is none", (url) => {
    expect(faultOf(url)).not.toBeNull();
    expect(faultOf(url, DEVELOPMENT)).not.toBeNull();
  });

  test.each([
    ["dotted", "127.0.0.1"],
    ["decimal", "2130706433"],
    ["hexadecimal", "0x7f000001"],
    ["octal", "017700000001"],
    ["mixed", "0x7f.1"],
    ["short", "127.1"],
    ["with zeros", "127.000.000.001"],
    ["with a trailing dot", "127.0.0.1."],
    ["full-width", "１２７．０．０．１"],
    ["circled", "①②⑦.⓪.⓪.①"],
    ["percent-encoded", "%31%32%37.0.0.1"],
    ["unspecified", "0.0.0.0"],
    ["zero", "0"],
    ["private 10/8", "10.0.0.1"],
    ["private 172.16/12", "172.16.0.1"],
    ["private 192.168/16", "192.168.1.1"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["metadata", "169.254.169.254"],
    ["metadata, decimal", "2852039166"],
    ["metadata, hexadecimal", "0xa9fea9fe"],
    ["metadata of Alibaba", "100.100.100.200"],
    ["multicast", "224.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["public", "93.184.216.34"],
    ["IPv6 loopback", "[::1]"],
    ["IPv6 loopback, long", "[0000:0000:0000:0000:0000:0000:0000:0001]"],
    ["IPv6 unspecified", "[::]"],
    ["IPv6 mapped", "[::ffff:127.0.0.1]"],
    ["IPv6 mapped, hexadecimal", "[::ffff:7f00:1]"],
    ["IPv6 compatible", "[::127.0.0.1]"],
    ["IPv6 NAT64", "[64:ff9b::7f00:1]"],
    ["IPv6 6to4", "[2002:7f00:1::]"],
    ["IPv6 unique local fc00", "[fc00::1]"],
    ["IPv6 unique local fd00", "[fd00:ec2::254]"],
    ["IPv6 link-local", "[fe80::1]"],
    ["IPv6 with a zone", "[fe80::1%25eth0]"],
    ["IPv6 public", "[2606:4700:4700::1111]"],
    ["localhost", "localhost"],
    ["localhost with a dot", "localhost."],
    ["LOCALHOST", "LOCALHOST"],
    ["localhost below", "a.localhost"],
    ["localhost with a soft hyphen", "local%C2%ADhost"],
    ["localhost, full-width", "ｌｏｃａｌｈｏｓｔ"],
    ["localhost, circled", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"],
    ["localdomain", "localhost.localdomain"],
    ["Google's metadata", "metadata.google.internal"],
    ["Google's metadata with a dot", "metadata.google.internal."],
    ["Google's metadata with an ideographic dot", "metadata.google。internal"],
    ["Amazon's names", "ip-10-0-0-1.ec2.internal"],
    ["one label", "metadata"],
    ["a router", "router.lan"],
    ["mDNS", "printer.local"],
    ["a cluster", "kubernetes.default.svc"],
    ["a cluster, in full", "kubernetes.default.svc.cluster.local"],
    ["home networks", "nas.home.arpa"],
    ["reverse names", "1.0.0.127.in-addr.arpa"],
    ["Tor", "abcdefghijklmnop.onion"],
    ["a trailing dot", "hooks.example.com."],
    ["an empty label", "hooks..example.com"],
    ["a leading hyphen", "-hooks.example.com"],
    ["a numeric end", "hooks.example.123"],
    ["a long label", `${"a".repeat(64)}.example.com`],
    ["a long name", `${"a.".repeat(127)}com`],
  ])("%s: https://%s/", (_, host) => {
    expect(faultOf(`https://${host}/`)).toMatch(/public host|absolute/);
  });

  test("names the fault", () => {
    expect(faultOf("http://hooks.example.com/")).toMatch(NO_HTTPS);
    expect(faultOf("https://127.1/")).toMatch(NOT_PUBLIC);
    expect(faultOf("https://hooks.example.com:8443/")).toBe("must not name a port");
    expect(faultOf("https://hooks.example.com:80/")).toBe("must not name a port");
    expect(faultOf("https://ada@hooks.example.com/")).toBe("must not contain credentials");
    expect(faultOf("https://:secret@hooks.example.com/")).toBe("must not contain credentials");
    expect(faultOf("https://hooks.example.com@127.0.0.1/")).toBe("must not contain credentials");
    expect(faultOf(`https://hooks.example.com/${"a".repeat(2_000)}`)).toBe(
      "must have at most 2000 characters",
    );
    expect(faultOf(`https://hooks.example.com/${"ä".repeat(1_000)}`)).toMatch(/when it is encoded/);
  });
});

describe("in development", () => {
  test.each([
    ["http://localhost:9000/hook", "http://localhost:9000/hook"],
    ["https://localhost/", "https://localhost/"],
    ["http://127.0.0.1:9000/", "http://127.0.0.1:9000/"],
    ["http://[::1]:9000/", "http://[::1]:9000/"],
    ["http://hooks.localhost:9000/", "http://hooks.localhost:9000/"],
  ])("%s is allowed", (text, url) => {
    expect(publicUrl(text, DEVELOPMENT)).toEqual({ url });
    expect(faultOf(text)).not.toBeNull();
  });

  test.each([
    "http://hooks.example.com/",
    "https://hooks.example.com:8443/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://[::ffff:127.0.0.1]/",
    "http://ada:secret@localhost:9000/",
    "http://localhost.:9000/",
    "http://0.0.0.0/",
  ])("%s is not", (url) => {
    expect(faultOf(url, DEVELOPMENT)).not.toBeNull();
  });
});

test("whatever is allowed is https, by a name, on the default port, and is its own normal form", () => {
  const hosts = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV4Extended(),
    fc.ipV6().map((ip) => `[${ip}]`),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("localhost", "metadata.google.internal", "bücher.example"),
  );
  let allowed = 0;
  fc.assert(
    fc.property(
      fc.constantFrom("https://", "http://", "https:\\\\", "//"),
      hosts,
      fc.webPath(),
      (scheme, host, path) => {
        const checked = publicUrl(`${scheme}${host}${path}`, PRODUCTION);
        if ("fault" in checked) return;
        allowed++;
        expect(checked.url).toMatch(/^https:\/\/[a-z0-9_.-]+\.[a-z0-9-]*[a-z][a-z0-9-]*\/[!-~]*$/);
        expect(publicUrl(checked.url, PRODUCTION)).toEqual(checked);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(allowed).toBeGreaterThan(20);
});
