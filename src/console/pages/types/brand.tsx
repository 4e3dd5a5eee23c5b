import { contrast } from "../../../content/contrast.ts";
import { renderEmail } from "../../../content/index.ts";
import { inScheme } from "../../../content/in-scheme.ts";
import { contrastOf, forDarkGround, MIN_CONTRAST, THEME } from "../../../content/theme.ts";
import { authorOf } from "../../../http/author.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import type { OrgSettings } from "../../../preferences/org-settings.ts";
import {
  brandOf,
  type BrandSettings,
  brandSettings,
  brandWith,
  type OrgBrand,
  ownBrandOf,
  printBrand,
} from "../../../wordings/brand.ts";
import { putBrand, readLine } from "../../../wordings/brand-store.ts";
import { type Console, type ConsoleContext, fragment, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { FieldAbout, TextArea, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { done, noticeIn } from "../../notices.ts";
import { previewed } from "../../security.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { nameOfOwner, type Owner, ownerIn } from "../../owner.ts";
import { LivePreview, schemeIn, SchemeSelect } from "./live-preview.tsx";
import { MailFrame } from "./preview-pane.tsx";

/** The built-in type whose sample shows a brand. */
const SHOWN = "welcome";

const FIELDS = [
  { name: "name", label: "Name", hint: "In place of the product's name in e-mails." },
  { name: "logo_url", label: "Logo", hint: "An https address of an image." },
  { name: "colour", label: "Colour", hint: "Of links and buttons, such as #0b5cad." },
  { name: "sender_name", label: "Sender's name", hint: "What clients show as From." },
  { name: "reply_to", label: "Replies go to", hint: "An e-mail address." },
  {
    name: "postal_footer",
    label: "Postal address",
    hint: "Below each e-mail. Many countries want one.",
    isLong: true,
  },
] as const satisfies readonly { name: keyof BrandSettings; label: string; hint: string; isLong?: true }[];

export function register(pages: Console): void {
  pages.get("/brand", async (c) => {
    const owner = ownerIn(c);
    const line = await readLine(c.get("ctx"), scopeIn(c), owner.id);
    const own = ownBrandOf(owner.id, line);
    const values: Fields = (name) => {
      const field = FIELDS.find((one) => one.name === name);
      return field === undefined ? "" : (own[field.name] ?? "");
    };
    return show(c, owner, line, values, NO_FAULTS);
  });

  pages.post("/brand", async (c) => {
    const owner = ownerIn(c);
    const typed = await fieldsOf(c);
    try {
      await putBrand(c.get("ctx"), authorOf(c), scopeIn(c), owner.id, brandTyped(typed));
    } catch (error) {
      const faults = faultsOfForm(error, byFirstPart);
      return show(c, owner, await readLine(c.get("ctx"), scopeIn(c), owner.id), typed, faults);
    }
    return done(c, owner.path("/console/brand"), "saved");
  });

  pages.post("/brand/preview", async (c) => {
    const owner = ownerIn(c);
    const typed = await fieldsOf(c);
    const line = await readLine(c.get("ctx"), scopeIn(c), owner.id);
    const { brand, faults } = triedBrand(owner, line, typed);
    return fragment(
      c,
      <>
        <Pane brand={brand} />
        {FIELDS.map(({ name, hint }) => (
          <FieldAbout name={name} hint={hint} fault={faults.of.get(name)} isNews />
        ))}
      </>,
    );
  });

  pages.post("/brand/frame", async (c) => {
    const owner = ownerIn(c);
    const typed = await fieldsOf(c);
    const line = await readLine(c.get("ctx"), scopeIn(c), owner.id);
    const { brand } = triedBrand(owner, line, typed);
    return previewed(c, inScheme(mailWith(c, brand), schemeIn(typed)));
  });
}

/** The brand as it was typed: a field without a text is inherited. @throws 400 naming each bad field as the API does */
function brandTyped(typed: Fields): BrandSettings {
  const given = Object.fromEntries(
    FIELDS.map(({ name }) => [name, typed(name).trim() === "" ? null : typed(name).trim()]),
  );
  const { success, data, error } = brandSettings.safeParse(given);
  if (success) return data;
  throw invalid(fieldErrors(error, "json", given));
}

/** The brand that would hold; what is wrong counts as not typed. */
function triedBrand(
  owner: Owner,
  line: readonly OrgSettings[],
  typed: Fields,
): { brand: OrgBrand; faults: Faults } {
  try {
    return { brand: brandWith(owner.id, line, brandTyped(typed)), faults: NO_FAULTS };
  } catch (error) {
    const faults = faultsOfForm(error, byFirstPart);
    const right: Fields = (name) => (faults.of.has(name) ? "" : typed(name));
    return { brand: brandWith(owner.id, line, brandTyped(right)), faults };
  }
}

const READER = { name: "Ada Lovelace", locale: "en-GB", timezone: "Europe/London" };

function mailWith(c: ConsoleContext, brand: OrgBrand): string {
  const { types, config, clock } = c.get("deps");
  const type = types.get(SHOWN) ?? types.all[0];
  if (type === undefined) return "";
  const home = config.publicUrl;
  const links = { unsubscribe: `${home}/unsubscribe/preview`, home };
  return renderEmail({ type, content: type.sample(clock.now()) }, READER, links, clock.now(), brand).html;
}

async function show(
  c: ConsoleContext,
  owner: Owner,
  line: readonly OrgSettings[],
  values: Fields,
  faults: Faults,
): Promise<Response> {
  const hasFaults = faults.of.size > 0 || faults.others.length > 0;
  const inherited = printBrand(brandOf(line));
  return page(
    c,
    {
      title: "Brand",
      section: "/console/types",
      crumb: { href: owner.path("/console/types"), name: "Types and words" },
      lead: `How e-mails of ${nameOfOwner(owner.id)} look. What is empty is inherited.`,
      notice: hasFaults ? { tone: "bad", text: "It is not saved: something has to be mended." } : noticeIn(c),
      children: (
        <div class="halves">
          <Card title="Brand">
            <form class="form" id="brand" method="post" action={owner.path("/console/brand")}>
              {FIELDS.map((field) => {
                const { name, label, hint } = field;
                const given = { name, label, hint, value: values(name), fault: faults.of.get(name) };
                return "isLong" in field ? (
                  <TextArea {...given} rows={3} />
                ) : (
                  <TextField {...given} placeholder={inherited[name] ?? ""} />
                );
              })}
              <div class="row">
                <Button look="primary">Save</Button>
              </div>
              <fieldset>
                <legend>Preview</legend>
                <SchemeSelect values={values} />
              </fieldset>
            </form>
          </Card>
          <LivePreview
            form="brand"
            paths={{
              preview: owner.path("/console/brand/preview"),
              frame: owner.path("/console/brand/frame"),
            }}
          >
            <Pane brand={triedBrand(owner, line, values).brand} />
          </LivePreview>
        </div>
      ),
    },
    hasFaults ? 400 : 200,
  );
}

const Pane = ({ brand }: { brand: OrgBrand }) => (
  <>
    <Verdict colour={brand.colour} />
    <div class="mail">
      <p>
        <b>{brand.senderName ?? brand.name}</b>
        {brand.replyTo !== null && <span class="muted"> replies to {brand.replyTo}</span>}
      </p>
      <MailFrame />
    </div>
  </>
);

/** Rounded down, so that 4.49 is not shown as 4.5. */
const ratio = (value: number): string => `${Math.floor(value * 100) / 100}:1`;

/** What the contrast check says of a colour that is good enough: others are refused. */
function Verdict({ colour }: { colour: string | null }) {
  if (colour === null) return <p class="small muted">The colour is that of Tidings.</p>;
  const dark = forDarkGround(colour);
  const onDark = contrast(dark, THEME.card.dark.background);
  return (
    <Notice tone="good" title="The colour can be read">
      <span class="row">
        <Swatch colour={colour} />
        {`On light ground ${ratio(contrastOf(colour))}`}
        <Swatch colour={dark} />
        {`in dark mode ${ratio(onDark)}: WCAG AA needs ${MIN_CONTRAST}:1.`}
      </span>
    </Notice>
  );
}

const Swatch = ({ colour }: { colour: string }) => (
  <svg class="swatch" viewBox="0 0 44 28" role="img" aria-label={colour}>
    <rect width="44" height="28" fill={colour} />
  </svg>
);
