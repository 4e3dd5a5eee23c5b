/**
 * US dollars for a segment, by provider and country, without what carriers add. Prices by list differ by network and contract, so
 * only those are here that a provider publishes for a whole country; SMS_PRICE_PER_SEGMENT has your own.
 */
const SMS_PRICES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // Not read at Twilio (twilio.com/en-us/sms/pricing/us), but in an article of 5 July 2026 that quotes that page
  // (budgetforge.dev/tools/twilio-sms-pricing-2026), read on 28 November 2026.
  twilio: { US: 0.0083 },
};

/** US dollars for a segment; null where it is not known. @param own what the configuration says */
export const pricePerSegment = (provider: string, country: string, own: number | null): number | null =>
  own ?? SMS_PRICES[provider]?.[country] ?? null;
