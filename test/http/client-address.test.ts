import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientOf } from "../../src/http/client-address.ts";

describe("the client that an address belongs to", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:102:304", "1.2.3.4"],
    ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1::5:6:7:8", "2001:db8:1:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
    // The old, deprecated form is no IPv4 address.
    ["::1.2.3.4", "0:0:0:0::/64"],
    [" 2001:db8::1 ", "2001:db8:0:0::/64"],
    ["unknown", "unknown"],
    ["", ""],
    ["1:2:3", "1:2:3"],
    ["2001:db8::1]/path[", "2001:db8::1]/path["],
  ])("%j is of %j", (address, client) => {
    expect(clientOf(address)).toBe(client);
  });

  test("is the same for every address of a /64, in whatever form it is written, and another for any other /64", () => {
    const hextet = fc.oneof(fc.constant(0), fc.nat(0xff_ff));
    const half = fc.tuple(hextet, hextet, hextet, hextet);
    const long = (hextets: readonly number[]) =>
      hextets.map((one) => one.toString(16).padStart(4, "0")).join(":");
    const short = (hextets: readonly number[]) =>
      new URL(`http://[${long(hextets)}]/`).hostname.slice(1, -1).toUpperCase();
    const ofIpv4 = (hextets: readonly number[]) => hextets.every((one) => one === 0);
    fc.assert(
      fc.property(half, half, half, half, (net, host, otherNet, otherHost) => {
        fc.pre(!ofIpv4(net) && !ofIpv4(otherNet));
        const client = clientOf(long([...net, ...host]));
        expect(clientOf(short([...net, ...host]))).toBe(client);
        expect(clientOf(short([...net, ...otherHost]))).toBe(client);
        expect(clientOf(long([...otherNet, ...host])) === client).toBe(long(net) === long(otherNet));
      }),
    );
  });
});
