import type { z } from "@hono/zod-openapi";
import { invalid } from "../../../lib/failure.ts";
import * as devices from "../../../channels/push/devices.ts";
import type { TokenClaim } from "../../../channels/push/token-kinds.ts";
import type { Principal } from "../../../auth/principal.ts";
import { scopeOf } from "../../../auth/scope.ts";
import type { App } from "../../../http/app-env.ts";
import { countChange } from "../../../http/count-change.ts";
import { newUserOf } from "../../../directory/subject.ts";
import type { NewUser } from "../../../directory/users.ts";
import { iso, isoOrNull } from "../../../lib/clock.ts";
import * as routes from "./routes.ts";
import type * as schemas from "./schemas.ts";

/** The user whom registering a device may create: for callers who may do everything any user, else as a token allows. */
const newUser = (principal: Principal, userId: string): NewUser | null =>
  scopeOf(principal).kind === "all" ? { id: userId } : newUserOf(principal, userId);

type Body = z.infer<typeof schemas.registerBody>;

/** The endpoint of a subscription is its token. The schema has seen to it that one of the two is there. */
const tokenOf = ({ token, endpoint }: Body): string => token ?? endpoint ?? "";

const claimOf = (body: Body): TokenClaim => ({
  token: tokenOf(body),
  isEndpoint: body.token === undefined,
  provider: body.provider,
  app: body.app,
  keys: body.keys,
});

export function registerDevices(app: App): void {
  app.openapi(routes.list, async (c) => {
    const principal = c.get("principal");
    const userId = c.req.valid("query").user_id ?? (principal.kind === "token" ? principal.id : undefined);
    if (userId === undefined) throw invalid([{ pointer: "user_id", detail: "is required" }]);
    const found = await devices.listDevices(c.get("ctx"), scopeOf(principal), userId);
    const tokens = found.map(({ token, platform, registered_at, last_used_at }) => ({
      token,
      platform,
      registered_at: iso(registered_at),
      last_used_at: isoOrNull(last_used_at),
    }));
    return c.json({ user_id: userId, tokens }, 200);
  });

  app.openapi(routes.register, async (c) => {
    const principal = c.get("principal");
    const body = c.req.valid("json");
    const { tokenKinds } = c.get("deps");
    const owner = tokenKinds.ownerOf(claimOf(body));
    // It may create a user, and no token limits that.
    if (principal.kind === "anonymous") await countChange(c);
    const create = newUser(principal, body.user_id);
    const device = await devices.registerDevice(
      c.get("ctx"),
      scopeOf(principal),
      {
        user_id: body.user_id,
        token: tokenOf(body),
        owner,
        keys: body.keys ?? null,
        platform: body.platform ?? "web",
        locale: body.locale ?? null,
        timezone: body.timezone ?? null,
        app_version: body.app_version ?? null,
      },
      create,
    );
    const { user_id, token, platform, registered_at } = device;
    return c.json({ user_id, token, platform, registered_at: iso(registered_at) }, 201);
  });

  app.openapi(routes.remove, async (c) => {
    const { token } = c.req.valid("param");
    const at = await devices.removeDevice(c.get("ctx"), scopeOf(c.get("principal")), token);
    return c.json({ invalidated: true as const, token, invalidated_at: iso(at) }, 200);
  });
}
