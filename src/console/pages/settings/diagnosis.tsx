import type { Finding } from "../../../config/doctor.ts";
import { Card } from "../../components/boxes.tsx";
import { Prose } from "../../components/prose.tsx";
import { Notice } from "../../components/text.tsx";

/** What is missing or should not stay so, with what to do. */
export function ToDo({ findings }: { findings: readonly Finding[] }) {
  const open = findings.filter(({ level }) => level !== "ok");
  return (
    <Card title="What to do">
      {open.length === 0 ? (
        <Notice tone="good" title="Nothing is missing in the configuration." />
      ) : (
        <ul class="plain notices">
          {open.map(({ level, what, fix }) => (
            <li>
              <Notice tone={level === "missing" ? "bad" : "warn"} title={what}>
                {fix !== null && <Prose text={fix} />}
              </Notice>
            </li>
          ))}
        </ul>
      )}
      <p class="small muted">
        The Worker sees only its own variables and bindings. <code>npm run doctor</code> also checks the
        Cloudflare account: queues and their consumers, subscriptions of e-mail events, secrets, migrations,
        the sending domain.
      </p>
    </Card>
  );
}

/** What is in order. */
export const Configured = ({ findings }: { findings: readonly Finding[] }) => (
  <Card title="What is configured">
    <ul class="ticks">
      {findings
        .filter(({ level }) => level === "ok")
        .map(({ what }) => (
          <li>
            <Prose text={what} />
          </li>
        ))}
    </ul>
  </Card>
);
