import { allRoutes } from "../../src/app.ts";
import type { OpenApi } from "./contract.ts";

/** The document of all that we serve, without asking for it over HTTP. */
export async function openApi(): Promise<OpenApi> {
  const routes = await allRoutes();
  const document = routes.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  // As whoever asks for it over HTTP gets it.
  return JSON.parse(JSON.stringify(document));
}
