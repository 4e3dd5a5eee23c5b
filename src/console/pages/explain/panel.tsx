import type { OnChannel } from "../../../explain/explain.ts";
import { type Rule, type Verdict, verdictOf } from "../../../explain/rule.ts";
import { sentenceOf } from "../../../explain/sentences.ts";
import { Badge, Notice, Time, type Tone } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";
import { detailsOf } from "./details.tsx";
import { mendOf, type Subject } from "./mend.ts";

/** A rule as people call it. */
const NAMES: Readonly<Record<string, string>> = {
  state: "Its state",
  due: "Its time",
  in_scope: "Permission",
  expiry: "Expiry",
  attempts: "Interruptions",
  ttl: "Time to live",
  content: "Content",
  known: "Known user",
  address: "Address",
  verified: "Verified address",
  suppressed: "Suppression",
  device: "Device",
  wanted: "Preferences",
  needed: "Earlier messages",
  quiet_hours: "Quiet hours",
  quota: "Quota of the organization",
  slot: "Budget of the user",
  provider: "Provider",
  wording: "Words",
  rendering: "Rendering",
};

const VERDICTS = {
  pass: { tone: "good", name: "passed" },
  wait: { tone: "warn", name: "waits" },
  skip: { tone: "warn", name: "not wanted" },
  reject: { tone: "bad", name: "refused" },
  unknown: { tone: "info", name: "unknown" },
} as const satisfies Record<Rule["verdict"], { tone: Tone; name: string }>;

/** What comes of it; `ifSent`: of a message that is over, if it were sent once more. */
const OUTCOMES = {
  send: { tone: "good", title: "It is sent", ifSent: "it would be sent" },
  wait: { tone: "warn", title: "It waits", ifSent: "it would wait" },
  skip: { tone: "warn", title: "It is not sent", ifSent: "it would not be sent" },
  reject: { tone: "bad", title: "It cannot be sent", ifSent: "it could not be sent" },
  unknown: {
    tone: "info",
    title: "It is not known whether it is sent",
    ifSent: "it is not known whether it would be sent",
  },
} as const satisfies Record<Verdict["verdict"], { tone: Tone; title: string; ifSent: string }>;

const isOver = ({ rule, verdict }: Rule): boolean => rule === "state" && verdict === "skip";

/** The rules that are shown. Of a message that is over, its page says so already. */
const rulesShown = ({ rules }: Pick<OnChannel, "rules">): Rule[] => rules.filter((rule) => !isOver(rule));

/**
 * Every rule of a message on a channel in order, what comes of them, and what mends what holds it up. A message that is over
 * is explained as if it were sent once more.
 */
export function Explained({
  explained,
  subject,
  viewer,
}: {
  explained: OnChannel;
  subject: Subject;
  viewer: Viewer;
}) {
  const rules = rulesShown(explained);
  return (
    <>
      <Outcome verdict={verdictOf(rules)} isAgain={explained.rules.some(isOver)} viewer={viewer} />
      <ol class="timeline">
        {rules.map((rule) => (
          <li class={VERDICTS[rule.verdict].tone}>
            <RuleEntry rule={rule} subject={subject} viewer={viewer} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Outcome({
  verdict: { verdict, message, until },
  isAgain,
  viewer,
}: {
  verdict: Verdict;
  isAgain: boolean;
  viewer: Viewer;
}) {
  const { tone, title, ifSent } = OUTCOMES[verdict];
  return (
    <Notice tone={tone} title={isAgain ? `If it were sent once more now, ${ifSent}` : title}>
      {until !== null && (
        <>
          Until <Time at={until} viewer={viewer} />.{" "}
        </>
      )}
      {message !== null && sentence(message)}
    </Notice>
  );
}

/** A sentence ends with one full stop, whoever has written it. */
const sentence = (text: string): string => `${text.replace(/[.]$/u, "")}.`;

function RuleEntry({ rule, subject, viewer }: { rule: Rule; subject: Subject; viewer: Viewer }) {
  const { tone, name } = VERDICTS[rule.verdict];
  const said = "code" in rule ? rule.message : sentenceOf(rule.rule, rule.details);
  const details = detailsOf(rule, viewer);
  const mend = mendOf(rule, subject);
  return (
    <div>
      <p class="row">
        <b>{NAMES[rule.rule] ?? rule.rule}</b>
        <Badge tone={tone}>
          {name}
          {rule.verdict === "wait" && (
            <>
              {" "}
              until <Time at={rule.until} viewer={viewer} />
            </>
          )}
        </Badge>
      </p>
      <p>
        {sentence(said)}
        {details && <span class="small muted"> {details}.</span>}
      </p>
      {mend && (
        <p class="small">
          What to do: {mend.text} {mend.link && <a href={mend.link.href}>{mend.link.name}</a>}
        </p>
      )}
    </div>
  );
}
