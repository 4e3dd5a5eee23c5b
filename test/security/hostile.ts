/** Stands in every hostile text, so that it is found wherever it went. */
export const CANARY = "cAnArY";

/** What someone writes who hopes that a text is taken for code. */
export const HOSTILE = {
  "SQL, HTML and templates": `${CANARY}\u202e'";)--<script src=//evil.example></script>{{7*7}}\${7*7}<%=7%>%s%n\\\u2066`,
  "header and log lines": `${CANARY}\r\nBcc: evil@example.com\r\n\r\n\u001b[2J\n{"level":"error"}\u2028`,
  NUL: `${CANARY}\0`,
  "half a character": `${CANARY}\ud800`,
  "a prototype": "__proto__",
} as const satisfies Record<string, string>;

/** The same for what is looked up. */
export const HOSTILE_KEYS = {
  ...HOSTILE,
  "an SQL condition": "' OR '1'='1",
  "a way up": `../../${CANARY}`,
} as const;
