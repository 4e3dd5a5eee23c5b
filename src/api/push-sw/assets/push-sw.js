// Shows the pushes that Tidings sends to browsers (Web Push). Copy this file to your site, or load it from here with one
// line in a service worker of your own:
//
//   importScripts("https://notifications.example.com/push-sw.js");
//
// Before that line you may set what it shows and where it leads:
//
//   self.TIDINGS = { icon: "/icon-192.png", badge: "/badge-96.png", home: "/inbox" };
//
// A push is JSON: { title, body, data, tag, image, app_badge, silent }. A click leads to `data.url`, else to `home`.
// It reports nothing to anybody.
"use strict";

/** @typedef {{ icon?: string, badge?: string, home?: string }} Look */
/**
 * @typedef {object} Push
 * @property {string} [title]
 * @property {string} [body]
 * @property {Record<string, unknown> | null} [data] for the app, as it was sent
 * @property {string} [tag] a notification replaces a former one with the same tag
 * @property {string} [image]
 * @property {number} [app_badge] the number on the app's icon; 0 removes it
 * @property {boolean} [silent]
 */

(() => {
  /** @type {any} */
  const scope = self;
  /** @type {ServiceWorkerGlobalScope & { TIDINGS?: Look }} */
  const worker = scope;
  const { icon, badge, home = "/" } = worker.TIDINGS ?? {};

  /**
   * @param {PushMessageData | null} message
   * @returns {Push}
   */
  function read(message) {
    try {
      return message?.json() ?? {};
    } catch {
      return { body: message?.text() ?? "" };
    }
  }

  /**
   * A browser takes the permission away from a page that shows nothing: so something is shown in any case.
   * @param {Push} push
   */
  async function show({ title, body, data, tag, image, app_badge, silent }) {
    const options = {
      ...(body && { body }),
      ...(tag && { tag }),
      ...(icon && { icon }),
      ...(badge && { badge }),
      ...(image && { image }),
      data: data ?? null,
      silent: silent === true,
    };
    await worker.registration.showNotification(title || worker.location.host, options);
    if (typeof app_badge === "number" && "setAppBadge" in worker.navigator)
      await (
        app_badge > 0 ? worker.navigator.setAppBadge(app_badge) : worker.navigator.clearAppBadge()
      ).catch(() => {});
  }

  /**
   * Only web addresses: never `javascript:` or `data:`.
   * @param {unknown} url
   */
  function targetOf(url) {
    const base = worker.registration.scope;
    const asked = typeof url === "string" && URL.canParse(url, base) ? new URL(url, base) : null;
    return asked && /^https?:$/.test(asked.protocol) ? asked.href : new URL(home, base).href;
  }

  /** @param {string} url */
  async function open(url) {
    const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = windows.find((window) => window.url === url);
    await (there ? there.focus() : worker.clients.openWindow(url));
  }

  worker.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));

  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(targetOf(event.notification.data?.url)));
  });
})();
