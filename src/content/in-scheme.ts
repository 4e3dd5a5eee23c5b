/** How a client shows a mail. */
export const SCHEMES = ["light", "dark"] as const;
export type Scheme = (typeof SCHEMES)[number];

/**
 * A mail's HTML as a client shows it in one colour scheme, whatever the browser's own is: for previews. Its links open
 * windows of their own.
 */
export const inScheme = (html: string, scheme: Scheme): string =>
  html
    .replace("<head>", '<head>\n<base target="_blank">')
    .replace('content="light dark"', `content="${scheme}"`)
    .replace(":root{color-scheme:light dark;", `:root{color-scheme:${scheme};`)
    .replace("@media (prefers-color-scheme:dark){", scheme === "dark" ? "@media all{" : "@media not all{");
