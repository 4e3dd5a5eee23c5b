// What is deployed imports this as "zod" (wrangler.toml: alias). zod's namespace has its messages in all languages, and
// @hono/zod-openapi exports the namespace, so a bundler keeps them: 260 KB. Our messages are our own (http/wording.ts).
export * from "./members.ts";
export * as z from "./members.ts";
export * as default from "./members.ts";
