import { AwsV4Signer } from "aws4fetch";
import { iso, type Clock } from "../../../../lib/clock.ts";
import { ask, get, post, type Answer, type Fetch } from "../../../send-kit/http.ts";

export interface SesClientOptions {
  fetch: Fetch;
  clock: Clock;
  /** `eu-west-1`. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Base without a trailing slash; the region's own when absent. */
  endpoint?: string | undefined;
  timeoutMs?: number | undefined;
}

/** Signed requests to SES v2 (signature version 4, service `ses`). */
export function createSesClient(options: SesClientOptions) {
  const { fetch, clock, region, accessKeyId, secretAccessKey, timeoutMs } = options;
  const endpoint = options.endpoint ?? `https://email.${region}.amazonaws.com`;
  const keys = new Map<string, ArrayBuffer>();

  const request = async (path: string, init: RequestInit): Promise<Answer> => {
    const signer = new AwsV4Signer({
      url: `${endpoint}${path}`,
      method: init.method ?? "GET",
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      body: init.body ?? null,
      accessKeyId,
      secretAccessKey,
      region,
      service: "ses",
      cache: keys,
      // The form of `x-amz-date`: 20260102T030405Z.
      datetime: iso(clock.now()).replace(/[:-]|\.\d{3}/g, ""),
    });
    const { url, method, headers } = await signer.sign();
    return ask(fetch, url.toString(), { ...init, method, headers }, timeoutMs);
  };

  return {
    sendEmail: (body: unknown): Promise<Answer> => request("/v2/email/outbound-emails", post(body, {})),
    getAccount: (): Promise<Answer> => request("/v2/email/account", get({})),
  };
}
