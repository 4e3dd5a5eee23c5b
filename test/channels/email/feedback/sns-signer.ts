/**
 * A certificate that was made once for these tests (openssl req -x509 -newkey rsa:2048 -days 36500), with its key, so that
 * messages can be signed as SNS signs them. It protects nothing.
 */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDGTCCAgGgAwIBAgIUQCRLY2Ht6lJJhp78lC9PkIOVRK8wDQYJKoZIhvcNAQEL
BQAwGzEZMBcGA1UEAwwQc25zLnRlc3QuaW52YWxpZDAgFw0yNjExMjIwMzI3NTZa
GA8yMTI2MTAyOTAzMjc1NlowGzEZMBcGA1UEAwwQc25zLnRlc3QuaW52YWxpZDCC
ASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMhiKt/8vGnymmL8ezeFYAzU
t+Z8wA8MykL2XyeF0vcOYmhVakzoPri9MCuT882TUHOArkmqCDtQMPnR73mXQpts
jqlIHHYZ/GcuiJtW+jVBuFrWoczmQ8lUPKjDIKeuMt9Q3wY1UFX86I3UujGSH0cT
7TFo7iVNgk9CCs3X00N6fLkr4hSFQxDjrxzAHipF4bEAWLWeLNeh8sgtjMsYk0UR
RNNkn28aGA+W+2WIxKIzBHmwdhmq1tc3HKq/suTo440wv0gRkDVup2NtJduK31KZ
Ia0fV6cKPyPbh23Lu5uslBl/ii8kRWLYeyc/ipXs6/cxZbEynjxzkbknPGIFXRsC
AwEAAaNTMFEwHQYDVR0OBBYEFLOLFHslPi+7Y+Xv/2Yiht5sbMAXMB8GA1UdIwQY
MBaAFLOLFHslPi+7Y+Xv/2Yiht5sbMAXMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZI
hvcNAQELBQADggEBAAe3uv3PGscNQaB5GBNu4ZDwIwTV91SxWmTRuMcuaur6Cu/X
8Nd5wLl2W/2z/YOIViBc/CtHu6Gj8ch92RIJDcnHBWdPM1dff7nGU+nRPNebyleG
O5Cp1DJNEEdPU5bTAyMGiJ5FFiDzxgWBhIF32hZJ1TLx3op4NnNJrNcyyWcx/Vla
b2pneHRHBZdwf71yIGeNwlUiOUZv+ZYtIp6wEBhoJt24MMii/W/bLkvmx4G8n28t
WHjzeEFUhgyeNsIlXNbWEIzDfcbKee+6D4MFP66rr0QjFCFdhV0qgN1e3CmyiXEL
sDofZORLNA3sjuNGO8AAkdt1N6RyMCbZ7QEjkCs=
-----END CERTIFICATE-----
`;

const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDIYirf/Lxp8ppi
/Hs3hWAM1LfmfMAPDMpC9l8nhdL3DmJoVWpM6D64vTArk/PNk1BzgK5Jqgg7UDD5
0e95l0KbbI6pSBx2GfxnLoibVvo1Qbha1qHM5kPJVDyowyCnrjLfUN8GNVBV/OiN
1Loxkh9HE+0xaO4lTYJPQgrN19NDeny5K+IUhUMQ468cwB4qReGxAFi1nizXofLI
LYzLGJNFEUTTZJ9vGhgPlvtliMSiMwR5sHYZqtbXNxyqv7Lk6OONML9IEZA1bqdj
bSXbit9SmSGtH1enCj8j24dty7ubrJQZf4ovJEVi2HsnP4qV7Ov3MWWxMp48c5G5
JzxiBV0bAgMBAAECggEAVBvkfD0VBvGWfQsWWzEoJmqZQG1HnmmTcnUAbtH8wcev
ZbTImDx5q0h58ii5kqYNhFXUkkYFC4R28j1849AqXJu96+9BRw9UQykknPNutbD+
xV5G7v8OH/E0PvAcglWbs+G5o1z4egdcw7+xYcJAT7DdBDrTjyPQGR2S9GDto+oF
RV1BGt3wNsFIdffH3WojhVwMrZi65e/Cqef74+I/8Cs/Lalhqk1AbAIicYsPkZSb
ravQnnZHrCy4Il7g0HLjR6n/iT+HK6dJaTo7pNY0WqiLNzriIlNhhzGv0hrKZFDL
w6pnbBAx1NfzWH606D3M6Hxjxbaiwmd8DB234k951QKBgQDnsboG1adJmA3zLjkw
bI995Q/cEt38mqYg5c2GZzH+xH+LYx7LVUzZ7gUx/zUF717ybWrMGgogl9D7pho6
yX5Dz6mwihqC3W2Dhh3Gf0cwh2G0MYnHCwV5ZhPm9Pp84pPSS4UWPCQqIYiNsCBp
ecxOmsWqHd+hsB4oO9FSNYkunQKBgQDdZ5Kz97KJeEzBAYYBF23SEOSk9Bx1qAgV
ovminppeVg6Fqg8kZKI+88qr4PWwzGQTvTOyGgfLq8VUJBi6xOUN7hp5uCcYoWmK
kCagXko2xwn6L321rJVkcbRCrmM2iFb2tMVYoGD2PULqbpeLGU0Qfq3LjaTBfZXu
uJhY3vTRFwKBgQCByBXx2h+4o4m82/mA3G6MEJEPrynVYzMHXnH/hTKGCL+A7mbD
cuZ3dFJIrTGgP3MpzIx0A2oE08VmEKbEozUs+teMYe9zumCruaZYF9dioZLjApSw
f8XzOHCRgEwHREuVEmRcDhgb2WjKJQwiyOzeYuex4MXxpdteohMgP4i2KQKBgQCH
hWVL2XskIEnC/h67Pk8PfR2nRnDBJ+hC7i4ldzWANubOtEhue1bAd9N/n8Rjwsgj
OPWSt9I7vdmcZjfo4qpd+3ejN7BeqDaFBTVPhkeg/fZCeJ1W/du3zs2K31mFQLES
c5Y0aH7RWrBB9Q23q/X6+b+B0CKf+TI0HDPMejSaYwKBgFawbJR1bKCOKjqH0lFV
DSSWBWRkDEY/d+otJTGyI4x4jBxvGrnaaJOL/FWXnvlBKlVzK99hp++YYBYEKHGq
LAG+MGl3SPd5sTU2qBBF7wDxF/UPwYZ+hXYTg82Lad5Np6AzUYJBPiLY4w+rJtBz
khBmlsCV/A91L09ts55gQB0d
-----END PRIVATE KEY-----`;

/** Another one, of somebody else. Its key is not kept. */
export const OTHER_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDHTCCAgWgAwIBAgIUfHKbA1qavs6PyTzYVoZig/YD7FMwDQYJKoZIhvcNAQEL
BQAwHTEbMBkGA1UEAwwSb3RoZXIudGVzdC5pbnZhbGlkMCAXDTI2MTEyMjAzMjc1
N1oYDzIxMjYxMDI5MDMyNzU3WjAdMRswGQYDVQQDDBJvdGhlci50ZXN0LmludmFs
aWQwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDDPXEYNP4nsHvVhoji
/qVktbsEHRuDsSNmkYdRNFM4Baj+vfqmNPxb0DeSjdDR7X701Z7VYCSOxN92HLhu
lfMJwogDnmaLF05QSTfRZH5X1aB3aMlIx3uKmQDQZQ9NRAlEPnwhmA7ngnsmiCIs
cYk4QrVaiZUw9nB7NFkOJ20QkydT4cJsXHMPufxZWxW1jc3v3D9DjTAtxs0mrkUQ
1phFfoWd1XVHIHwPQe8LtPXCiBymlRpoE9wHpJ/NiU9Mb5o85FLI+fWlqvsfYUyD
9TojtuuhKqw5CC5uSXtjavaFKzD8hUCxoTaVwCKd/tUtOPhnV1N5sbNXyPpKNfRQ
ut9NAgMBAAGjUzBRMB0GA1UdDgQWBBR9nLFfTc0D4jRPil6dN5yQtacN+DAfBgNV
HSMEGDAWgBR9nLFfTc0D4jRPil6dN5yQtacN+DAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBCwUAA4IBAQA+D/9nJoGJjFSRqwSBk3jusamqWqXtwp46qAwciZzQ
rF/WKShYFrL6iCYa6PUh5uf54UXMjNkcJBun4gfaaeJczPq5OXJ7eooEDuONE/VQ
8A4lrVDPicQtsnRhLUV5jzuFMoR3u3jzVxXbCy+6vwRaoA58qO30wlTyEyWcm2Cg
79wD59PehT9wwHjZINbIxVOJS1Xa+V7lVtPCNAAwX549apczRGH2qa69yq+vKyD7
/0hffaeWAKo0yG3maYyIgob6tgRzCUg+xtNlXA5vEesbevQ9eTJ0XLfqoSESVVRp
RjRE5XUc1MzqW4Z8g+ylEBJNqSikMIEon0F9TkiZiPLu
-----END CERTIFICATE-----
`;

export const CERTIFICATE_URL =
  "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
export const TOPIC = "arn:aws:sns:eu-west-1:123456789012:tidings";
export const SUBSCRIBE_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`;

export type Fields = Record<string, string>;

/** The parts of a message that are signed, in the order in which they are. */
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
  ],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

async function sign(text: string, version: string): Promise<string> {
  const der = Uint8Array.from(atob(PRIVATE_KEY.replace(/-----.*?-----|\s/g, "")), (character) =>
    character.charCodeAt(0),
  );
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: version === "1" ? "SHA-1" : "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

/** What SNS would post to us: a notification of `TOPIC` unless `change` says otherwise, rightly signed. */
export async function snsMessage(change: Fields = {}): Promise<Fields> {
  const fields: Fields = {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: TOPIC,
    Message: '{"hello":"wörld"}',
    Timestamp: "2026-11-20T12:00:00.000Z",
    SignatureVersion: "2",
    SigningCertURL: CERTIFICATE_URL,
    UnsubscribeURL: "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    ...change,
  };
  const names = (SIGNED[fields["Type"] ?? ""] ?? []).filter((name) => fields[name] !== undefined);
  const text = names.map((name) => `${name}\n${fields[name]}\n`).join("");
  return { ...fields, Signature: await sign(text, fields["SignatureVersion"] ?? "") };
}
