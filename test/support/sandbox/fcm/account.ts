import type { KnownAccount } from "./state.ts";

// A key pair that was made for these tests: nothing in the world trusts it.
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDWPn7IXukEE39M
IWHLFw8X+0E4Rye0I8locZsym1jd5Ify9m3X21pGXLAJ1C3Q7HaE0uesUoRR+ez8
dnCQ7ayN2ZBGTwsxDDfO3JbrPcl05Rp7j6Ei5n5bctGwbcpkLpgOsFUi7DoU9Z8/
S63eFr2nDUIqUE6rD95d5LUukPLYm67ko7bpIZo/XY7A5y41UiBh6F4KNhkfxITd
LSkmi4/AaBiftWFTC2TOREqKRpQc7JQ8pz2LuCZm4iL+0RXaRKN/F8wuOBa1ua/5
/tKCI1HClx9aaaLae4kuA8PDiZcleFchX8iX//O6tNkmedDx1/AhigZd7KZKHfFA
lrUYRplZAgMBAAECggEAG+huKXm7js1fYrJig8sQK0aOe19Be8TBorpRxijYTadM
UkjpjBnFy66dO9qI0VNMKQc0KI1jMS6GQWjIRwi+1oeFtLLtOUlnJ6oyephE2tZR
OdE+40X1JcJyMDJND/nF0vwDSxZMhphsUxlvn6OEtvMSMGLfrIbXp5F4TIWTLMX1
rAopG4LsRYbOeLwdfBxT4hUPnb11NoxTpfxgWjPJNPHVwxP/VhJkbc0TkXISSdqU
q3iNM52PmkJQrVXZhYU1jZ2Ti4gnkyIoFSQJXqerwMSKfd1KTguLc4hZwXAKIooU
zFksn5DbnuUjxsIa/S6nhBcG1FFCXT+87PLgk3EnBQKBgQD+bma7al8rA7UuJ8w2
dff6fijpnLKxLFmn0i52qHi0vXMz5nncinsevZC+NGos8ghhsZV9vt5yQEmMLuAp
zSrlvMZRoLZ9YVxczWUBHxkLTLTrv7ZmO+x+uli6ZqPPUZTc/G2ycJYJwvFAh2PH
OKmqzcG91x56cFUyum3dqA3t6wKBgQDXkKlw/pf6sIuPTUAV0VmbwbbT2k3pEz9g
UTGqSeRVTpzj20Zr7AvlQtMdEUqNu7P+EHIEhpFWmKtkmCY2peSaFGOduXJFt4KP
+qsx9GLvVbLYGfjU8aCoiqTpGmRt0am95v47b4xdENcoWkyXlXJhbtCAj+s1V2Wp
XNAvFMTQywKBgQCKjsDvi2wsVqaSbiXt+qyDA7VwE1/U0Jw6omGfSPwDIbDdMMRo
cBnAkeeDTbQMqfoaicUpZ4pomc3zw4tb+FlGJ1mxFl6LRTwxZcF9rNvMpYdZY1wH
rNaL5Rtw13iZ7ImvFuD+bgWnZzxOseyKj7cGR2sc4Uu9zfL330L5lQ2Q5QKBgQDG
qJXPAYI0UPE8zleKA9YOGfcQxHXan5dff1RC+DgKehlST+lVWkMYNH50olPPzLUz
Jhq9mvpkEOybFzDYWggUC0hGufna0CTt5XhR4EQxBwx75WuRa2DBEoyqGl2Fa5x/
21pekg2MUxHGKXm+lMbFjidu47NDBFk3PMbLLNu5AwKBgQCYa42AU0kWv/qjvGZc
eitAWkweg9+wTTd5MFAo8Pm+cxj2veBy8pT3PjWI0TW08JrZSD9207X2yAztyJx2
4WwyJLx/HurT1iAeBFegRjekKI2h3oKBrVdvZWJQUQJZqbuMqi9tu68RuZYHdNyO
6/B+M1vdLwOBKbJCjt5fPtUKRA==
-----END PRIVATE KEY-----
`;

const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1j5+yF7pBBN/TCFhyxcP
F/tBOEcntCPJaHGbMptY3eSH8vZt19taRlywCdQt0Ox2hNLnrFKEUfns/HZwkO2s
jdmQRk8LMQw3ztyW6z3JdOUae4+hIuZ+W3LRsG3KZC6YDrBVIuw6FPWfP0ut3ha9
pw1CKlBOqw/eXeS1LpDy2Juu5KO26SGaP12OwOcuNVIgYeheCjYZH8SE3S0pJouP
wGgYn7VhUwtkzkRKikaUHOyUPKc9i7gmZuIi/tEV2kSjfxfMLjgWtbmv+f7SgiNR
wpcfWmmi2nuJLgPDw4mXJXhXIV/Il//zurTZJnnQ8dfwIYoGXeymSh3xQJa1GEaZ
WQIDAQAB
-----END PUBLIC KEY-----
`;

/** The key file of a service account of this project. All accounts of the tests have the same key. */
export const serviceAccountOf = (project: string, over: Record<string, unknown> = {}) => ({
  type: "service_account",
  project_id: project,
  private_key_id: "key-1",
  private_key: PRIVATE_KEY,
  client_email: `sender@${project}.iam.gserviceaccount.com`,
  client_id: "100000000000000000000",
  token_uri: "https://oauth2.googleapis.com/token",
  ...over,
});

/** What Google knows of it. */
export const knownAccountOf = (project: string): KnownAccount => ({
  client_email: serviceAccountOf(project).client_email,
  project_id: project,
  public_key: PUBLIC_KEY,
});

/** A registration token as FCM issues them; `name` keeps those of a test apart. */
export const fcmTokenOf = (name: string): string =>
  `${name.replaceAll(/[^\w-]/g, "-").padEnd(22, "x")}:APA91b${"Q".repeat(134)}`;
