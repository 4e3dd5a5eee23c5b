/** No token of FCM is said to be longer. */
const MAX_LENGTH = 4_096;

/** Those that FCM issues have well over a hundred characters. */
const MIN_LENGTH = 64;

const FORM = /^[\w-]+(?::[\w-]+)?$/;

/** An installation's id, a colon, and what every token of today begins with. Google documents no form, but for it to be opaque. */
const OF_TODAY = /^[\w-]{16,64}:APA91[\w-]{64,}$/;

/** Whether `text` could be a registration token of FCM. */
export const isFcmToken = (text: string): boolean =>
  text.length >= MIN_LENGTH && text.length <= MAX_LENGTH && FORM.test(text);

/** Whether it can be nothing else. */
export const isCertainlyFcmToken = (text: string): boolean => isFcmToken(text) && OF_TODAY.test(text);
