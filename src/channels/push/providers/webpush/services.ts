import { publicUrl } from "../../../../lib/public-url.ts";

/** The push services of the browsers. Each has its own trouble, so each is a provider of its own. */
export const SERVICES = ["google", "mozilla", "apple", "microsoft", "other"] as const;
export type Service = (typeof SERVICES)[number];

/**
 * The hosts of their endpoints; `*.` stands for one label or more. jmt17 is the one that Chromium gives out where it was built
 * without Google's keys, as Linux distributions do.
 */
const HOSTS: readonly (readonly [pattern: string, service: Service])[] = [
  ["fcm.googleapis.com", "google"],
  ["jmt17.google.com", "google"],
  ["*.push.services.mozilla.com", "mozilla"],
  ["*.push.apple.com", "apple"],
  ["*.notify.windows.com", "microsoft"],
];

/** The service that an endpoint belongs to; null where it is none to which anything is sent. */
export type ServiceOf = (endpoint: string) => Service | null;

/**
 * Whether a text is an endpoint as browsers write it: https, on the default port, without credentials. Also an address of this
 * computer, which only WEB_PUSH_HOSTS lets in.
 */
export function isEndpoint(text: string): boolean {
  const checked = publicUrl(text, { isLocalAllowed: true });
  return "url" in checked && checked.url === text;
}

/**
 * Endpoints come from whoever registers a device, and requests go there: so only those of known push services count.
 * @param more further hosts (`push.example.com`, `*.example.com`), and origins of this computer (`http://localhost:9911`)
 */
export function createServiceOf(more: readonly string[]): ServiceOf {
  const patterns = [...HOSTS, ...more.map((pattern) => [pattern, "other"] as const)];
  return (endpoint) => {
    if (!isEndpoint(endpoint)) return null;
    const { origin, hostname, protocol } = new URL(endpoint);
    if (more.includes(origin)) return "other";
    if (protocol !== "https:") return null;
    return patterns.find(([pattern]) => matches(hostname, pattern))?.[1] ?? null;
  };
}

const matches = (host: string, pattern: string): boolean =>
  pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
