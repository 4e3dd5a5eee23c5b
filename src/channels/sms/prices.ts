/** When the list prices below were read. */
export const SMS_PRICES_READ_ON = "2026-11-28";

/**
 * US dollars for a segment, by provider and country, without what carriers add. Prices by list differ by network and contract,
 * so only those are here that a provider publishes for a whole country; SMS_PRICE_PER_SEGMENT has your own.
 */
export const SMS_PRICES: Readonly<
  Record<string, { source: string; perSegment: Readonly<Record<string, number>> }>
> = {
  twilio: { source: "twilio.com/en-us/sms/pricing/us", perSegment: { US: 0.0083 } },
};

/** US dollars for a segment; null where it is not known. @param own what the configuration says */
export const pricePerSegment = (provider: string, country: string, own: number | null): number | null =>
  own ?? SMS_PRICES[provider]?.perSegment[country] ?? null;
