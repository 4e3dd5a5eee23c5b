import type { App } from "../../http/app-env.ts";
export function registerDirectory(_app: App): void {}
