export * from "./dev.ts";
export * from "./directory.ts";
export * from "./email.ts";
export * from "./facts.ts";
export * from "./http.ts";
export * from "./insight.ts";
export * from "./own.ts";
export * from "./pipeline.ts";
