import { beforeEach, expect, test } from "vitest";
import { TIME_WINDOWS } from "../../../src/db/schema/index.ts";
import {
  BASE,
  givenMember,
  givenSubscription,
  noSubscriptions,
} from "../../notifications/stats-summary/world.ts";
import { createHarness } from "../../support/harness.ts";

const h = createHarness();

// The unfiltered list is everybody's.
beforeEach(noSubscriptions);

const list = async (query: string) => (await h.request("GET", `${BASE}?${query}`)).body;
const idsOf = ({ data }: { data: { notification_id: string }[] }) => data.map((row) => row.notification_id);

/** A user's subscriptions to all four windows, newest first. */
async function givenAllFour(user: string): Promise<string[]> {
  const ids: string[] = [];
  for (const kind of TIME_WINDOWS) ids.unshift(await givenSubscription(h, user, kind));
  return ids;
}

test("filters by user, window and status go together", async () => {
  const [kari, ola] = [await givenMember(h), await givenMember(h)];
  const [yearly = "", quarterly = "", monthly = "", weekly = ""] = await givenAllFour(kari);
  const olas = await givenSubscription(h, ola, "weekly");
  expect(idsOf(await list(""))).toEqual([olas, yearly, quarterly, monthly, weekly]);
  expect(idsOf(await list(`user_id=${kari}`))).toEqual([yearly, quarterly, monthly, weekly]);
  expect(idsOf(await list("time_window=weekly"))).toEqual([olas, weekly]);
  expect(idsOf(await list(`time_window=weekly&user_id=${kari}&status=active`))).toEqual([weekly]);
  expect(await list("status=inactive")).toMatchObject({ data: [], pagination: { total: 0 } });
  expect(idsOf(await list("status=active"))).toHaveLength(5);
});

test("pages and the cursor walk through all, once each", async () => {
  const ids = [...(await givenAllFour(await givenMember(h)))];
  ids.unshift(...(await givenAllFour(await givenMember(h))));
  const pages = [await list("limit=3"), await list("limit=3&page=2"), await list("limit=3&page=3")];
  expect(pages.flatMap(idsOf)).toEqual(ids);
  expect(pages.map(({ pagination }) => [pagination.page, pagination.limit, pagination.total])).toEqual([
    [1, 3, 8],
    [2, 3, 8],
    [3, 3, 8],
  ]);
  const walked: string[] = [];
  let cursor = "";
  do {
    const page = await list(`limit=3${cursor}`);
    walked.push(...idsOf(page));
    cursor = page.pagination.next_cursor === undefined ? "" : `&cursor=${page.pagination.next_cursor}`;
  } while (cursor !== "");
  expect(walked).toEqual(ids);
});
