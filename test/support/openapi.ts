import { describe } from "../../src/api/docs/document.ts";
import { allRoutes } from "../../src/app.ts";
import type { OpenApi } from "./contract.ts";

/** The document of all that we serve, without asking for it over HTTP. */
export async function openApi(): Promise<OpenApi> {
  const routes = await allRoutes();
  // As whoever asks for it over HTTP gets it.
  return JSON.parse(JSON.stringify(describe(routes)));
}
