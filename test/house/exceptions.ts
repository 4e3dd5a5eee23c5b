/** Arrows between rooms, and circles, that are still to be mended, as findings name them. None may be added. */
export const EXCEPTIONS: readonly string[] = [
  // The type of the bindings names the classes of the Durable Objects.
  "config/config.ts -> delivery/gate/durable-object.ts",
  "config/config.ts -> rate-limit/quota/durable-object.ts",
  "config/config.ts -> inbox/live/durable-object.ts",
  "config/config.ts -> rate-limit/durable-object.ts",
  // The checks of the configuration know providers and outcomes.
  "config/config.ts -> delivery/outcome.ts",
  "config/config.ts -> channels/email/providers/cloudflare/index.ts",
  // What channels ask of types.
  "channels/push/adapter.ts -> notifications/pause/holds.ts",
  "directory/collection.ts -> directory/reaction.ts -> directory/collection.ts",
];
