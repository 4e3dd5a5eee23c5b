/** The channel's name, as triggers write it (migration `webhooks`). */
export const CHANNEL = "webhook";
