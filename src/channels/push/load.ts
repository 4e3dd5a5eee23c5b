import { type SQL, sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { deliveries, deviceTokens, type Dispatch, dispatches } from "../../db/schema/index.ts";
import type { Load } from "../../delivery/claim.ts";
import { readReaders, type Readers } from "../../preferences/readers.ts";
import { type Voice, voiceOf } from "../voice.ts";

/** A user's device, as sending needs it. */
export interface Device {
  id: number;
  user_id: string;
  token: string;
  /** The provider that the token belongs to. */
  provider: string;
  /** The app that the token is of; null for the default one. */
  app: string | null;
  /** JSON of `SubscriptionKeys`, or null. */
  keys: string | null;
}

/** What is read to send the claimed dispatches. */
export interface Loaded extends Voice {
  /** Living devices, by user. */
  devices: ReadonlyMap<string, Device[]>;
  /** `dispatch device` of every delivery that was accepted in an earlier attempt. */
  accepted: ReadonlySet<string>;
  /** Dispatches that say what is not true any more. */
  overtaken: ReadonlySet<string>;
  /** What the users have chosen. */
  readers: Readers;
}

const pair = (dispatchId: string, deviceId: number) => `${dispatchId} ${deviceId}`;

/** @param isOvertaken whether a dispatch `d` says what is not true any more */
export const loadFor =
  (isOvertaken: SQL): Load<Loaded> =>
  (messages) =>
    Parsed.of(
      {
        devices: sql<Device>`SELECT t.id, t.user_id, t.token, t.provider, t.app, t.keys FROM ${deviceTokens} t
          WHERE t.user_id IN (SELECT user_id FROM ${messages.rows} WHERE id IN ${messages.ids})
            AND t.invalidated_at IS NULL`,
        accepted: sql<{
          dispatch_id: string;
          device_id: number;
        }>`SELECT dispatch_id, device_id FROM ${deliveries}
          WHERE dispatch_id IN ${messages.ids} AND status = 'accepted'`,
        overtaken: sql<{ id: string }>`SELECT d.id FROM ${dispatches} AS d
          WHERE d.id IN ${messages.ids} AND ${isOvertaken}`,
        readers: readReaders(sql`(SELECT user_id FROM ${messages.rows} WHERE id IN ${messages.ids})`),
        voice: voiceOf(messages, "push"),
      },
      ({ devices, accepted, overtaken, readers, voice }) => ({
        ...voice,
        readers,
        devices: Map.groupBy(devices, (device) => device.user_id),
        accepted: new Set(accepted.map((row) => pair(row.dispatch_id, row.device_id))),
        overtaken: new Set(overtaken.map(({ id }) => id)),
      }),
    );

export const devicesOf = (dispatch: Dispatch, { devices }: Loaded): readonly Device[] =>
  devices.get(dispatch.user_id) ?? [];

/** Whether the device accepted the dispatch in an earlier attempt. */
export const hasAccepted = (dispatch: Dispatch, { id }: Device, { accepted }: Loaded): boolean =>
  accepted.has(pair(dispatch.id, id));

/** The user's devices that accepted the dispatch in earlier attempts. */
export const reachedBefore = (dispatch: Dispatch, loaded: Loaded): readonly Device[] =>
  devicesOf(dispatch, loaded).filter((device) => hasAccepted(dispatch, device, loaded));
