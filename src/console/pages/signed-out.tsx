import type { ConsoleContext } from "../app-env.tsx";
import { fragment } from "../app-env.tsx";
import { Card } from "../components/boxes.tsx";
import { Button } from "../components/buttons.tsx";
import { Notice } from "../components/text.tsx";
import { alone } from "../layout/alone.tsx";

const InNewTab = () => (
  <a href="/console/sign-in" target="_blank">
    Sign in in a new tab
  </a>
);

/** Nothing on the page is replaced, so that nobody loses what they are typing: the news comes above it. */
function tellAbove(c: ConsoleContext) {
  c.header("hx-retarget", "#session");
  c.header("hx-reswap", "innerHTML");
  return fragment(
    c,
    <Notice tone="warn" title="Your session is over.">
      <InNewTab />. What you have typed here stays.
    </Notice>,
  );
}

/** A form that came too late, to be sent once more: with all that it holds. */
async function keepForm(c: ConsoleContext): Promise<Response> {
  const body = await c.req.parseBody({ all: true }).catch(() => ({}));
  const fields = Object.entries(body).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (typeof value === "string" ? [{ name, value }] : [])),
  );
  const { pathname, search } = new URL(c.req.url);
  return alone(
    c,
    "Your session is over",
    null,
    <Card>
      <p>Nothing was changed yet. What you have sent is kept on this page.</p>
      <ol class="steps">
        <li>
          <InNewTab />.
        </li>
        <li>Come back here, and send it again.</li>
      </ol>
      <form class="form" method="post" action={pathname + search}>
        {fields.map(({ name, value }) => (
          <textarea name={name} hidden>
            {value}
          </textarea>
        ))}
        <Button look="primary">Send it again</Button>
      </form>
    </Card>,
    401,
  );
}

/** What somebody without a session gets: the page where one signs in, which leads back; or what keeps their work. */
export function lead(c: ConsoleContext): Response | Promise<Response> {
  if (c.req.header("hx-request") !== undefined) return tellAbove(c);
  if (c.req.method === "POST") return keepForm(c);
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`/console/sign-in?next=${encodeURIComponent(pathname + search)}`, 303);
}
