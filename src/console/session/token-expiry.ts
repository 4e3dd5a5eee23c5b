import { decodeJwt } from "jose";

/** When a token expires, epoch ms. The token has been verified, and so has this claim. */
export const expiryOf = (token: string): number => (decodeJwt(token).exp ?? 0) * 1_000;
