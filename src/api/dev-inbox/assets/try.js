// The page at /dev/inbox: the element with everything that one may set, buttons that send something, and what it tells.

/** @param {string} id @returns {any} */
const by = (id) => document.getElementById(id);
const KEY = "tidings-dev-token";

const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given !== null) {
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, "", location.pathname);
}

/** Whose token it is. @param {string} token */
function userIn(token) {
  try {
    return String(
      JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).sub,
    );
  } catch {
    return null;
  }
}

const inboxes = [by("bell"), by("whole")];

/** Signs in with the token that is kept, or asks for one. */
function signIn() {
  const token = sessionStorage.getItem(KEY);
  const user = token === null ? null : userIn(token);
  by("sign-in").hidden = user !== null;
  by("signed-in").hidden = user === null;
  by("who").textContent = user ?? "";
  for (const inbox of inboxes) inbox.getToken = user === null ? null : () => sessionStorage.getItem(KEY);
}
by("sign-in").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, by("token").value.trim());
  signIn();
});
by("sign-out").addEventListener("click", () => {
  sessionStorage.removeItem(KEY);
  signIn();
});
signIn();

const log = by("log");
/** @param {string} line */
const tell = (line) =>
  (log.textContent = `${new Date().toLocaleTimeString()}  ${line}\n${log.textContent}`.slice(0, 8_000));
for (const name of [
  "count",
  "message",
  "read",
  "unread",
  "archive",
  "unarchive",
  "read-all",
  "action",
  "toggle",
  "preferences",
  "connection",
  "error",
])
  document.addEventListener(`tidings:${name}`, (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { message, unread, online, open, error } = event.detail;
    const more = message?.title ?? unread ?? online ?? open ?? error?.message ?? "";
    tell(`${event.type}  ${more}`);
  });

by("look").addEventListener("change", () => {
  const { scheme, dir, lang } = by("look").elements;
  document.documentElement.dataset["scheme"] = scheme.value;
  document.documentElement.dir = dir.value;
  for (const inbox of inboxes) inbox.setAttribute("lang", lang.value);
});

/** @type {Record<string, object>} */
const MESSAGES = {
  plain: { title: "Training tonight", body: "Bring shoes. We meet at the gate at seven." },
  link: {
    title: "Your report is ready",
    body: "The figures of October.",
    data: { action_url: "/docs", action_label: "Read it" },
  },
  actions: {
    title: "Kari wants to join your team",
    body: "She has been a member since March.",
    data: {
      url: "/docs",
      actions: [
        { label: "Accept", url: "/docs#accept" },
        { label: "Decline", url: "/docs#decline" },
      ],
    },
  },
  rtl: { title: "מחר נפגשים בשער", body: "להתראות בשבע!" },
  old: {
    title: "Only today: cake",
    body: "In the kitchen.",
    expires_at: new Date(Date.now() + 5_000).toISOString(),
  },
};
by("send").addEventListener("click", async (/** @type {Event} */ event) => {
  const kind = event.target instanceof HTMLButtonElement ? event.target.value : "";
  const message = MESSAGES[kind];
  if (message === undefined) return;
  // Locally the contract is open (OPEN_CONTRACTS): it takes this without a program's token.
  const answer = await fetch("/api/v1/notifications", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user_id: by("who").textContent, channels: ["in_app"], ...message }),
  });
  if (!answer.ok) tell(`not sent: ${await answer.text()}`);
});
