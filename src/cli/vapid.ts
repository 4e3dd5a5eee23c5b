/**
 * `npm run -s vapid`: makes the key pair that Web Push needs, and prints it as two variables on stdout. What to do with them
 * goes to stderr.
 */
import { createVapidKeys } from "./vapid-keys.ts";

const { publicKey, privateKey } = createVapidKeys();
console.log(`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}`);
console.error(`
Put VAPID_PUBLIC_KEY under [vars] in wrangler.toml, and beside it VAPID_SUBJECT: where a push service can reach you, as
mailto:push@your-domain or an https address. Keep the other one secret: \`npx wrangler secret put VAPID_PRIVATE_KEY\`.
Then list webpush in PUSH_PROVIDERS, and deploy. Browsers subscribe with the public key, for good: with another pair
each of them must subscribe again.`);
