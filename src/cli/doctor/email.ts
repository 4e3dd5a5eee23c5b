import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { type Finding, missing, ok, warning } from "../../config/doctor.ts";
import { list, mailbox } from "../../config/variables.ts";
import { type Ask, askJson, unknown } from "./ask.ts";
import type { Plan } from "./plan.ts";

/** Where src/queues looks for the events of Cloudflare Email Service. */
const QUEUE = "tidings-email-events";

/** The events that we read (https://developers.cloudflare.com/email-service/platform/event-subscriptions/). */
const EVENTS = ["delivered", "deferred", "bounced", "rejected", "complained", "failed"].map(
  (name) => `message.${name}`,
);

const subscriptions = z.array(
  z.object({
    id: z.string().optional(),
    enabled: z.boolean().optional(),
    events: z.array(z.string()),
    source: z.object({ type: z.string(), domain: z.string().optional() }),
  }),
);

/** Whether Cloudflare sends e-mails for us: it needs a domain that is set up, and says by events what became of them. */
export async function checkEmail(ask: Ask, { vars }: Plan): Promise<Finding[]> {
  const domain = mailbox
    .safeParse(vars["EMAIL_FROM"] ?? "")
    .data?.address.split("@")
    .at(-1);
  if (domain === undefined || !list(vars["EMAIL_PROVIDERS"] ?? "").includes("cloudflare")) return [];
  return (await Promise.all([checkDomain(ask, domain), checkEvents(ask, domain)])).flat();
}

/** `email sending list` prints a table alone: `│ name │ enabled │ tag │`. */
async function checkDomain(ask: Ask, domain: string): Promise<Finding[]> {
  const listing = ["email", "sending", "list", domain];
  const { code, stdout, output } = await ask(listing);
  const rows = stripVTControlCharacters(stdout)
    .split("\n")
    .map((line) => line.split(/[│|]/).map((cell) => cell.trim()));
  const row = rows.find((cells) => cells.includes(domain));
  if (row?.includes("yes") === true) return [ok(`Cloudflare sends e-mails from ${domain}.`)];
  if (code === 0 || /could not find a zone/i.test(output))
    return [
      missing(
        `Cloudflare sends no e-mails from ${domain}: ${code === 0 ? "the domain is not enabled" : "the account has no such zone"}.`,
        `Run \`npx wrangler email sending enable ${domain}\`, then set the records of \`npx wrangler email sending dns get ${domain}\`. Or choose another provider in EMAIL_PROVIDERS.`,
      ),
    ];
  return [unknown(`The domain ${domain}`, listing, stripVTControlCharacters(output).trim().slice(0, 300))];
}

async function checkEvents(ask: Ask, domain: string): Promise<Finding[]> {
  const listing = ["queues", "subscription", "list", QUEUE, "--json"];
  const found = await askJson(ask, listing, subscriptions);
  // That the queue is missing is another finding.
  if (!found.ok)
    return /does not exist/i.test(found.why)
      ? []
      : [unknown("The subscriptions of e-mail events", listing, found.why)];
  const ours = found.value.filter(
    ({ source }) => source.type === "email.sending" && (source.domain ?? domain) === domain,
  );
  const create = `npx wrangler queues subscription create ${QUEUE} --source email.sending --domain ${domain} --zone-id ZONE --events ${EVENTS.join(",")}`;
  if (ours.length === 0)
    return [
      warning(
        `Nobody tells us what became of e-mails from ${domain}: bounces and complaints are not noticed.`,
        `Run \`${create}\` (ZONE: the zone's id, on the domain's page of the dashboard).`,
      ),
    ];
  const enabled = ours.filter(({ enabled }) => enabled !== false);
  if (enabled.length === 0)
    return [
      warning(
        `The subscription of the e-mail events of ${domain} is switched off.`,
        `Run \`npx wrangler queues subscription update ${QUEUE} --id ${ours[0]?.id ?? "ID"} --enabled\`.`,
      ),
    ];
  const told = enabled.flatMap(({ events }) =>
    events.map((name) => name.replace(/^cf\.email\.sending\./, "")),
  );
  const untold = EVENTS.filter((name) => !told.includes(name));
  return untold.length === 0
    ? [ok(`The e-mail events of ${domain} come to ${QUEUE}.`)]
    : [
        warning(
          `The subscription of the e-mail events of ${domain} lacks ${untold.join(", ")}.`,
          `Run \`npx wrangler queues subscription update ${QUEUE} --id ${enabled[0]?.id ?? "ID"} --events ${EVENTS.join(",")}\`.`,
        ),
      ];
}
