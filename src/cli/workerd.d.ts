/** What only workerd has. The commands load the providers' definitions, whose webhooks use it, but run no webhook. */
interface SubtleCrypto {
  timingSafeEqual(a: ArrayBuffer, b: ArrayBuffer): boolean;
}
