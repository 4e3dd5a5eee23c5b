const MAX_LENGTH = 200;
const BRACKETED = /^Expo(?:nent)?PushToken\[[^\s\p{C}[\]]+\]$/u;
const UUID = /^[a-z\d]{8}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{4}-[a-z\d]{12}$/i;

/**
 * Whether `text` has the shape of an Expo push token: `ExponentPushToken[…]`, `ExpoPushToken[…]` or a bare UUID, as in
 * Expo's own server SDK, but without white space and control characters and of at most 200 characters.
 */
export const isExpoPushToken = (text: string): boolean =>
  text.length <= MAX_LENGTH && (BRACKETED.test(text) || UUID.test(text));
