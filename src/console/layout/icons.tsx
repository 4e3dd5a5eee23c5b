/** The paths of the icons: 24 × 24, strokes. */
const PATHS = {
  overview: "M4 19V9m6 10V5m6 14v-7m4 7H2",
  messages: "M4 6h16v12H4zM4 7l8 6 8-6",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5M16 5a3 3 0 0 1 0 6m2 3.5c2 .8 3 2.8 3 5.5",
  types: "M5 5h14M12 5v14M8.5 19h7",
  events: "M13 3 5 13.5h6L10 21l8-10.5h-6z",
  topics: "M12 12h.01M8.5 15.5a5 5 0 0 1 0-7m7 0a5 5 0 0 1 0 7M5.5 18.5a9 9 0 0 1 0-13m13 0a9 9 0 0 1 0 13",
  explain:
    "M9.2 9a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.2-1.6 2.5m0 3.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  webhooks: "M10 14 4 20m6-6V9a4 4 0 0 1 8 0v2m-8 3h5m5-3-2 3-2-3",
  chats: "M4 5h12v8H9l-4 3v-3H4zM19 9h1v8h-1v3l-4-3h-4v-1",
  outbox: "M4 13h4l1.5 3h5L16 13h4M4 13l2.5-8h11L20 13v6H4z",
  push: "M6.5 16h11l-1.3-2v-3.8a4.2 4.2 0 0 0-8.4 0V14zM10.3 19a2 2 0 0 0 3.4 0",
  settings:
    "M4 7h9m4 0h3M4 17h3m4 0h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-6 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  theme: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18m3-17.2v16.4m3-13.7v11",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon beside a text, which says the same: so it is hidden from screen readers. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);

/** The product's mark: an envelope that flies. */
export const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0b5cad" />
    <path d="M6 12h12M4 16h8m-6 4h6" stroke="#8fc1f5" stroke-width="2" stroke-linecap="round" />
    <path d="M12 9h14l-3 14H10z" fill="#fff" />
    <path d="m12.5 10 6 6.5L25.5 10" fill="none" stroke="#0b5cad" stroke-width="2" stroke-linejoin="round" />
  </svg>
);
